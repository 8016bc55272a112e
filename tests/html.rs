//! Pages: whatever is on them, they stand alone, can be read by everybody, and names stay names.

use azrbac::report::document::{Document, Inline, Table, Tone};
use roxmltree::{Node, ParsingOptions};
use std::process::{Command, Output};

const HOSTILE: [&str; 8] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title></style><script>",
    "]]> --> &lt; &#0;",
    "right\u{202e}to\u{2066}left\u{61c}",
    "bell\u{7} escape\u{1b}[2J null\u{0} last\u{ffff}",
    "javascript:alert(1) | `a` **b**\n# c",
];

/// Every kind of block, with a name in every place that takes text.
fn full(name: &str) -> Document {
    let mut page = Document::new(name);
    page.answer(Tone::No, name, Inline::from("because").name(name));
    for part in ["one", "two", "three"] {
        page.section(&format!("{part} {name}"), |section| {
            section.paragraph(Inline::default().text(name).strong(name).name(name).code(name));
            section.note(Tone::Maybe, Inline::from(name).badge(Tone::Yes, name));
            section.bullets([name]);
            section.steps([Inline::default().short(name, name)]);
            section.facts([(name, name)]);
            section.table(Table {
                caption: name.to_string(),
                columns: vec![name.to_string(), "plain".to_string()],
                rows: vec![vec![name.into(), Inline::default().code(name)]],
            });
            section.section(name, |inner| inner.paragraph(name));
            section.unfold(name, |inner| inner.code(name, name));
        });
    }
    page.commands("Make this page again", [format!("azrbac can '{name}'")]);
    page
}

/// The page as a tree: it is written so that an XML parser reads it too, which forgives nothing.
fn parse(html: &str) -> roxmltree::Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    roxmltree::Document::parse_with_options(html, options).expect("a well-formed page")
}

fn elements<'a>(tree: &'a roxmltree::Document<'a>) -> impl Iterator<Item = Node<'a, 'a>> {
    tree.descendants().filter(Node::is_element)
}

#[test]
fn names_stay_names() {
    for name in HOSTILE {
        let html = full(name).html();
        let tree = parse(&html);
        for element in elements(&tree) {
            assert!(
                !matches!(
                    element.tag_name().name(),
                    "script" | "img" | "iframe" | "link" | "object"
                ),
                "{name:?} made a {}",
                element.tag_name().name()
            );
            for attribute in element.attributes() {
                assert!(!attribute.name().starts_with("on"), "{name:?}: {}", attribute.name());
                if matches!(attribute.name(), "href" | "src") {
                    assert!(attribute.value().starts_with('#'), "{name:?}: {}", attribute.value());
                }
            }
        }
        let told = elements(&tree).find(|e| e.has_tag_name("h1")).and_then(|e| e.text());
        assert_eq!(
            told,
            Some(azrbac::report::safe_lines(name).replace('\u{ffff}', "\\u{ffff}").as_str())
        );
        for c in html.chars() {
            assert!(!c.is_control() || c == '\n', "{name:?}: {c:?}");
            assert!(!matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}'));
        }
        let shape = |name: &str| -> Vec<String> {
            let html = full(name).html();
            elements(&parse(&html)).map(|e| e.tag_name().name().to_string()).collect()
        };
        assert_eq!(
            shape(name).iter().filter(|tag| *tag != "wbr" && *tag != "code").collect::<Vec<_>>(),
            shape("plain").iter().filter(|tag| *tag != "wbr" && *tag != "code").collect::<Vec<_>>(),
            "{name:?} changes the page"
        );
    }
}

#[test]
fn a_page_stands_alone() {
    let html = full("plain").html();
    for outside in ["http:", "https:", "//", "url(", "@import", "src=", "<script", "<link"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(html.contains("default-src 'none'"), "its policy lets nothing in");
}

#[test]
fn a_page_can_be_walked_without_seeing_it() {
    let html = full("plain").html();
    let tree = parse(&html);
    assert_eq!(tree.root_element().attribute("lang"), Some("en"));
    for landmark in ["header", "nav", "main", "footer"] {
        assert_eq!(elements(&tree).filter(|e| e.has_tag_name(landmark)).count(), 1, "{landmark}");
    }
    // One h1, and no level is skipped on the way down.
    let levels: Vec<u32> = elements(&tree)
        .filter_map(|e| e.tag_name().name().strip_prefix('h')?.parse().ok())
        .collect();
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    // Ids are there once, and every link and label finds its own.
    let mut ids: Vec<&str> = elements(&tree).filter_map(|e| e.attribute("id")).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "an id stands there twice");
    for element in elements(&tree) {
        let link = element.attribute("href").and_then(|href| href.strip_prefix('#'));
        for id in link.into_iter().chain(element.attribute("aria-labelledby")) {
            assert!(ids.binary_search(&id).is_ok(), "nothing is called {id}");
        }
        // What scrolls is reached by keyboard and has a name.
        if element.attribute("tabindex").is_some() {
            assert_eq!(element.attribute("role"), Some("region"));
            assert!(element.attribute("aria-label").is_some_and(|label| !label.is_empty()));
        }
        if element.has_tag_name("th") {
            assert!(element.attribute("scope").is_some());
        }
        if element.has_tag_name("table") {
            assert!(element.children().any(|child| child.has_tag_name("caption")));
        }
    }
}

/// WCAG 2.2: text against what it stands on, at least 4.5 to 1 in light and in dark.
#[test]
fn colours_can_be_told_apart() {
    let html = full("plain").html();
    let blocks: Vec<&str> = html.split(":root {").skip(1).take(2).collect();
    assert_eq!(blocks.len(), 2, "light and dark");
    for block in blocks {
        let block = block.split('}').next().unwrap_or_default();
        let colour = |name: &str| -> f64 {
            let value = block
                .split(&format!("--{name}: #"))
                .nth(1)
                .and_then(|rest| rest.get(..6))
                .expect("a colour of that name");
            let part = |at: usize| {
                let value = u8::from_str_radix(&value[at..at + 2], 16).expect("hex digits");
                let value = f64::from(value) / 255.0;
                if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
        };
        let contrast = |a: &str, b: &str| {
            let (a, b) = (colour(a), colour(b));
            (a.max(b) + 0.05) / (a.min(b) + 0.05)
        };
        for (text, ground) in [
            ("text", "page"),
            ("text", "raised"),
            ("soft", "page"),
            ("link", "page"),
            ("yes", "yes-page"),
            ("no", "no-page"),
            ("maybe", "maybe-page"),
            ("plain", "plain-page"),
            ("text", "yes-page"),
            ("text", "no-page"),
            ("text", "maybe-page"),
            ("text", "plain-page"),
        ] {
            assert!(
                contrast(text, ground) >= 4.5,
                "{text} on {ground}: {}",
                contrast(text, ground)
            );
        }
    }
}

#[test]
fn markdown_holds_no_markup_of_a_name() {
    for name in HOSTILE {
        let text = full(name).markdown();
        let mut fenced = false;
        for line in text.lines() {
            if line.starts_with("```") {
                fenced = !fenced;
            }
            let outside = !fenced && !line.contains('`');
            assert!(!outside || !line.replace("\\<", "").contains("<script"), "{line}");
        }
        assert!(!fenced, "{name:?} opens a block");
    }
}

fn run(words: &[String]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_azrbac"));
    command.args(words).env_remove("CLICOLOR_FORCE").output().expect("the binary runs")
}

/// The words of a command line, as a POSIX shell takes them apart: blanks and single quotes.
fn words(line: &str) -> Vec<String> {
    let (mut found, mut quoted, mut word) = (Vec::new(), false, None::<String>);
    for c in line.chars() {
        match c {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => found.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    found.extend(word);
    found
}

/// The command on a page makes that very page again, on another day and beside a newer catalog: what it
/// hangs on and nobody typed stands in it.
#[test]
fn the_command_on_a_page_makes_it_again() {
    let chat = "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action";
    let asked: [(&[&str], &[&str]); 9] = [
        (&["can", "owner@contoso.example", chat, "openai-legacy"], &["--at", "--catalog"]),
        (
            &[
                "can",
                "--via",
                "rbac",
                "--attr",
                "resource:a=it is b",
                "reader@contoso.example",
                "Microsoft.Compute/virtualMachines/read",
                "rg-ai",
            ],
            &["--at", "--catalog"],
        ),
        (
            &[
                "can",
                "oncall@contoso.example",
                chat,
                "openai-legacy",
                "--at",
                "2026-09-01T00:00:00Z",
            ],
            &["--catalog"],
        ),
        (
            &["can", "reader@contoso.example", chat, "openai-prod", "--catalog", "2023-05-07"],
            &["--at"],
        ),
        (&["learn", "planes"], &[]),
        (&["audit"], &["--at", "--catalog"]),
        (&["audit", "local-auth"], &["--at", "--catalog"]),
        (&["role", "compare", "Owner", "Storage Blob Data Reader"], &["--catalog"]),
        (&["graph", "--principal", "guest@fabrikam.example"], &["--catalog"]),
    ];
    for (typed, added) in asked {
        let mut typed: Vec<String> = typed.iter().map(|word| (*word).to_string()).collect();
        typed.splice(0..0, ["-o".to_string(), "html".to_string()]);
        let first = run(&typed);
        let page = String::from_utf8(first.stdout).expect("UTF-8");
        let tree = parse(&page);
        let line = elements(&tree)
            .filter(|element| element.has_tag_name("code"))
            .filter_map(|code| code.text())
            .filter(|text| text.starts_with("azrbac ") && text.contains("-o html"))
            .last()
            .expect("a command on the page");
        let again = words(line);
        assert_eq!(again[0], "azrbac");
        assert_eq!(again[1..=typed.len()], typed, "what was typed stays");
        let found: Vec<&str> =
            again[1 + typed.len()..].iter().step_by(2).map(String::as_str).collect();
        assert_eq!(found, added, "{line}");
        let second = run(&again[1..]);
        assert_eq!(second.status.code(), first.status.code(), "{line}");
        assert!(String::from_utf8(second.stdout).expect("UTF-8") == page, "{line}: another page");
    }
}

/// A request is drawn as the operation that it is checked as; where sources disagree, each is.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test reads what the command wrote")]
fn a_request_is_drawn() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("drawn");
    std::fs::create_dir_all(&folder).expect("a folder");
    let resource = "https://management.azure.com/subscriptions/aaaaaaaa-0000-4000-8000-000000000001/resourceGroups/rg-ai/providers/Microsoft.ApiManagement/service/apim-contoso";
    let draw = |request: &str, name: &str| {
        let path = folder.join(name);
        let words = ["can", "owner@contoso.example", "--request", request, "--graph"];
        let mut words: Vec<String> = words.iter().map(|word| (*word).to_string()).collect();
        words.push(path.to_str().expect("a path").to_string());
        run(&words)
    };
    let one = draw(&format!("GET {resource}?api-version=2024-05-01"), "one.svg");
    assert_eq!(one.status.code(), Some(0));
    let svg = std::fs::read_to_string(folder.join("one.svg")).expect("it was drawn");
    assert!(svg.contains("owner@contoso.example may read service on apim-contoso"), "{svg}");
    let two = draw(&format!("GET {resource}/policies/policy?api-version=2024-05-01"), "two.mmd");
    let said = String::from_utf8(two.stderr).expect("UTF-8");
    for (number, operation) in [(1, "policies/read"), (2, "policy/read")] {
        let name = format!("two-{number}.mmd");
        let told = said.lines().any(|line| line.contains(operation) && line.ends_with(&name));
        assert!(told, "{said}");
        let drawn = std::fs::read_to_string(folder.join(&name)).expect("it was drawn");
        assert!(drawn.starts_with("flowchart "), "{drawn}");
    }
    let batch = ["can", "--batch", "-", "--graph", "a.svg"].map(str::to_string);
    let batch = run(&batch);
    assert_eq!(batch.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&batch.stderr).contains("cannot be used with"));
}
