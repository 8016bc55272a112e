//! Pictures: they show every part of an answer, stand alone, fit their boxes, and take any name.

#![expect(clippy::disallowed_methods, reason = "a test reads its snapshots and its environment")]

use azrbac::analysis::audit::{Options, Report, audit};
use azrbac::analysis::role::{Universe, compare, lattice};
use azrbac::catalog::Catalog;
use azrbac::dataplane::{Access, access};
use azrbac::decide::{Decision, can};
use azrbac::report::picture::{
    Picture, Show, of_comparison, of_decision, of_findings, of_roles, of_tenant,
};
use azrbac::report::{pages, safe_lines};
use azrbac::scenario::{Prepared, Question};
use azrbac::tenant::Tenant;
use serde_json::{Value, json};
use std::path::Path;

const CHAT: &str =
    "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action";

/// A question of each kind of answer that the lab gives.
const QUESTIONS: [(&str, &str, &str); 9] = [
    ("scientist@contoso.example", CHAT, "openai-prod"),
    ("owner@contoso.example", CHAT, "openai-prod"),
    ("owner@contoso.example", CHAT, "openai-legacy"),
    ("guest@fabrikam.example", "Microsoft.Storage/storageAccounts/listKeys/action", "stlegacy01"),
    ("owner@contoso.example", "Microsoft.Web/sites/write", "mrg-shop"),
    ("owner@contoso.example", "Microsoft.Network/virtualNetworks/write", "rg-net"),
    ("delegate@contoso.example", "Microsoft.Authorization/roleAssignments/write", "rg-data"),
    ("oncall@contoso.example", "Microsoft.Compute/virtualMachines/start/action", "rg-ai"),
    ("contributor@contoso.example", "Microsoft.Authorization/roleAssignments/write", "rg-ai"),
];

fn tenant(document: &str) -> Tenant {
    let scenario = azrbac::scenario::read("the tenant", document.as_bytes())
        .expect("a readable scenario")
        .pop()
        .expect("one scenario");
    Tenant::build(scenario.facts, &Catalog::newest())
}

fn lab() -> Tenant {
    tenant(include_str!("../roles/lab/contoso.json"))
}

struct Asked {
    prepared: Prepared,
    decision: Decision,
    access: Access,
    picture: Picture,
}

fn ask(tenant: &Tenant, (principal, operation, scope): (&str, &str, &str)) -> Asked {
    let question = Question {
        principal: principal.to_string(),
        operation: operation.to_string(),
        scope: scope.to_string(),
        at: Some("2026-09-01T00:00:00Z".parse().expect("a time")),
        ..Question::default()
    };
    let prepared = question.prepare(tenant).expect("the lab knows these names");
    let request = prepared.request();
    let decision = can(tenant, &request);
    let access = access(tenant, &request, &decision);
    let picture = of_decision(tenant, &prepared, &decision, &access);
    Asked { prepared, decision, access, picture }
}

/// A tenant as large as asked, folded where it is drawn.
fn large(groups: usize, resources: usize) -> Tenant {
    let guid = |kind: usize, n: usize| format!("{kind:08}-0000-4000-8000-{n:012}");
    let subscription = |n: usize| format!("/subscriptions/{}", guid(1, n % 12));
    let group = |n: usize| format!("{}/resourceGroups/rg-{n:04}", subscription(n));
    let resource = |n: usize| {
        format!("{}/providers/Microsoft.Storage/storageAccounts/st{n:05}", group(n % groups))
    };
    let role = |n: usize| {
        ["8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "acdd72a7-3385-48ef-bd42-f606fba81ae7"][n % 2]
    };
    let assignment = |n: usize, principal: String, kind: &str, scope: String| {
        json!({"id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{}", guid(9, n)),
            "principalId": principal, "principalType": kind, "roleDefinitionId": role(n), "scope": scope})
    };
    let mut assignments: Vec<Value> = (0..resources / 2)
        .map(|n| assignment(n, guid(2, n % 500), "User", resource(n * 2)))
        .collect();
    assignments.extend((0..40).map(|n| assignment(5000 + n, guid(3, n), "Group", subscription(n))));
    let mut listed: Vec<Value> = (0..groups)
        .map(|n| json!({"id": group(n), "type": "Microsoft.Resources/resourceGroups"}))
        .collect();
    listed.extend(
        (0..resources)
            .map(|n| json!({"id": resource(n), "type": "Microsoft.Storage/storageAccounts"})),
    );
    let users: Vec<Value> = (0..500)
        .map(|n| json!({"id": guid(2, n), "userPrincipalName": format!("user{n}@contoso.example")}))
        .collect();
    let teams: Vec<Value> = (0..40)
        .map(|n| {
            json!({"id": guid(3, n), "displayName": format!("team-{n}"), "securityEnabled": true,
            "members": (0..10).map(|m| guid(2, (n * 7 + m) % 500)).collect::<Vec<_>>()})
        })
        .collect();
    let document = json!({"name": "large", "tenant": {"users": users, "groups": teams,
        "resources": listed, "roleAssignments": assignments}});
    tenant(&document.to_string())
}

fn pictures() -> Vec<(String, Picture)> {
    let lab = lab();
    let mut found: Vec<(String, Picture)> =
        QUESTIONS.iter().map(|q| (format!("{q:?}"), ask(&lab, *q).picture)).collect();
    found.push(("the lab".to_string(), of_tenant(&lab, &Show::default())));
    let guest = lab.resolve_principal("guest@fabrikam.example").expect("the guest");
    let mine = Show { principal: Some(guest), ..Show::default() };
    found.push(("one principal".to_string(), of_tenant(&lab, &mine)));
    let below = lab.resolve_scope("rg-ai").expect("a group");
    let below = Show { below: Some(below.clone()), unfold: vec![below], ..Show::default() };
    found.push(("one group".to_string(), of_tenant(&lab, &below)));
    found.push(("a large tenant".to_string(), of_tenant(&large(200, 1790), &Show::default())));
    found.push(("an audit".to_string(), of_findings(&lab, &audited(&lab)).expect("findings")));
    found.extend(orders());
    found
}

/// Orders of roles: all built-in ones, a few, and pairs in each relation. Made once: it is a second's work.
fn orders() -> Vec<(String, Picture)> {
    static MADE: std::sync::LazyLock<Vec<(String, Picture)>> =
        std::sync::LazyLock::new(make_orders);
    MADE.clone()
}

fn make_orders() -> Vec<(String, Picture)> {
    let catalog = Catalog::newest();
    let universe = Universe::new(&catalog);
    let role = |name: &str| catalog.roles().by_name(name)[0].definition();
    let mut found = Vec::new();
    let all: Vec<_> = catalog.roles().iter().map(|role| role.definition()).collect();
    let few = ["Owner", "Contributor", "Reader", "AcrPull"].map(role).to_vec();
    for (name, roles) in [("all roles", all), ("four roles", few)] {
        let order = lattice(&roles, &universe).expect("built-in roles can be compared");
        found.push((name.to_string(), of_roles(&order, &roles)));
    }
    for (a, b) in PAIRS {
        let (one, other) = (role(a), role(b));
        let compared = compare(&one, &other, &universe).expect("built-in roles can be compared");
        found.push((format!("{a} and {b}"), of_comparison(&one, &other, &compared)));
    }
    found
}

/// Contained, containing, overlapping, disjoint, equal.
const PAIRS: [(&str, &str); 5] = [
    ("Contributor", "Owner"),
    ("Owner", "Reader"),
    ("Contributor", "User Access Administrator"),
    ("AcrPull", "Key Vault Secrets User"),
    ("Reader", "App Compliance Automation Reader"),
];

fn size(svg: &str) -> (f64, f64) {
    let tree = roxmltree::Document::parse(svg).expect("well-formed");
    let side = |name| tree.root_element().attribute(name).and_then(|side| side.parse().ok());
    (side("width").expect("a width"), side("height").expect("a height"))
}

/// The boxes of a picture: left, top, width, height.
fn boxes(svg: &str) -> Vec<(f64, f64, f64, f64)> {
    let tree = roxmltree::Document::parse(svg).expect("well-formed");
    let number = |text: &str| -> f64 { text.parse().expect("a number") };
    let moved = |node: roxmltree::Node<'_, '_>| {
        let moved = node.attribute("transform")?;
        let moved = moved.trim_start_matches("translate(").trim_end_matches(')');
        let (x, y) = moved.split_once(' ').expect("two numbers");
        Some((number(x), number(y)))
    };
    tree.descendants()
        .filter(|node| node.has_tag_name("g"))
        .filter_map(|node| {
            let drawn = node.children().find(|child| child.attribute("class") == Some("az-box"))?;
            let (own, around) = (moved(node)?, node.parent().and_then(moved).unwrap_or_default());
            let side = |name| number(drawn.attribute(name).expect("a side"));
            Some((own.0 + around.0, own.1 + around.1, side("width"), side("height")))
        })
        .collect()
}

/// Whoever opens a picture sees something of it at once, on a phone too: where it begins there are
/// boxes, and the frame of a page is not an empty one.
#[test]
fn a_picture_begins_in_its_corner() {
    for (name, picture) in pictures() {
        let drawn = boxes(&picture.svg());
        let seen = |right: f64, bottom: f64| {
            drawn.iter().filter(|b| b.0 + b.2 <= right && b.1 + b.3 <= bottom).count()
        };
        assert!(seen(390.0, 400.0) >= 1, "{name}: nothing on the first screen of a phone");
        let begun = drawn.iter().filter(|b| b.0 <= 340.0 && b.1 <= 700.0).count();
        assert!(begun >= drawn.len().min(2), "{name}: one box on a whole phone");
        let (left, top) = drawn
            .iter()
            .fold((f64::MAX, f64::MAX), |least, b| (least.0.min(b.0), least.1.min(b.1)));
        assert!(left <= 24.0 && top <= 80.0, "{name}: it begins at {left}, {top}");
    }
    for (name, picture) in orders() {
        let drawn = boxes(&picture.svg());
        assert!(
            drawn.iter().any(|b| b.0 <= 160.0 && b.1 <= 80.0),
            "{name}: its corner is empty: {drawn:?}"
        );
    }
}

fn audited(tenant: &Tenant) -> Report {
    let at = Some("2026-09-01T00:00:00Z".parse().expect("a time"));
    audit(tenant, &Options { at, ..Options::default() })
}

/// Every finding stands in the picture of an audit, with its code at the thing that it is about.
#[test]
fn findings_are_drawn_where_they_are() {
    let lab = lab();
    let report = audited(&lab);
    assert!(report.findings.len() >= 10);
    let drawn = of_findings(&lab, &report).expect("findings").json();
    let nodes = drawn["nodes"].as_array().expect("nodes");
    let mut kinds = std::collections::BTreeSet::new();
    for finding in &report.findings {
        let about = finding.about;
        let (full, kind) = match (about.assignment, about.principal, about.scope, about.role) {
            (Some(ix), _, _, Some(role)) => {
                let scope = lab.scope_text(lab.assignment_scope(ix)).text();
                (format!("{}\nat {scope}", lab.role(role).name()), "role assignment")
            }
            (_, Some(who), ..) => (lab.principal_id(who).to_string(), ""),
            (.., Some(scope), None) => (lab.scope_text(scope).text().to_string(), "resource"),
            (.., role) => (lab.role(role.expect("a role")).name(), "role assignment"),
        };
        kinds.insert(kind);
        let found = nodes.iter().any(|node| {
            let whole = node["full"].as_str().unwrap_or_default();
            let coded = node["details"].to_string();
            whole.contains(&full)
                && (kind.is_empty() || node["kind"] == kind)
                && coded.contains("\"! ")
                && coded.contains(finding.code)
                && node["part"] == "found"
        });
        assert!(found, "{}: {}", finding.code, finding.message);
    }
    assert_eq!(kinds.len(), 3, "principals, assignments and scopes: {kinds:?}");
    // And nothing else is marked.
    let mut few = report.clone();
    few.findings.truncate(1);
    let one = of_findings(&lab, &few).expect("one finding").json();
    let marked = one["nodes"].as_array().expect("nodes").iter().filter(|n| n["part"] == "found");
    assert_eq!(marked.count(), 1);
    few.findings.clear();
    assert!(of_findings(&lab, &few).is_none());
    // Of a large tenant it is folded, and still a screen.
    let large = large(200, 1790);
    let report = audited(&large);
    assert!(report.findings.len() > 100);
    let (width, height) = size(&of_findings(&large, &report).expect("findings").svg());
    assert!(width <= 1440.0 && height <= 1000.0, "{width} × {height}");
}

/// Two roles are drawn with what both have and what one has: nothing that is empty, all that is not.
#[test]
fn a_comparison_is_drawn_whole() {
    let parts = [
        vec!["only in Owner"],
        vec!["only in Owner"],
        vec!["in both", "only in Contributor", "only in User Access Administrator"],
        vec![],
        vec![],
    ];
    let roles = [2, 2, 2, 2, 1];
    for (((name, picture), parts), roles) in orders().iter().skip(2).zip(parts).zip(roles) {
        let drawn = picture.json();
        let of = |kind: &str| -> Vec<&str> {
            let nodes = drawn["nodes"].as_array().expect("nodes").iter();
            let mut found: Vec<&str> =
                nodes.filter(|n| n["kind"] == kind).filter_map(|n| n["label"].as_str()).collect();
            found.sort_unstable();
            found
        };
        assert_eq!(of("folded"), parts, "{name}");
        assert_eq!(of("role").len(), roles, "{name}");
    }
}

#[test]
fn svg_is_well_formed_stands_alone_and_nothing_overlaps() {
    for (name, picture) in pictures() {
        let svg = picture.svg();
        let tree = roxmltree::Document::parse(&svg).expect("well-formed");
        let root = tree.root_element();
        assert_eq!(root.attribute("role"), Some("img"), "{name}");
        assert!(root.attribute("aria-label").is_some_and(|label| !label.is_empty()), "{name}");
        assert!(
            !svg.contains("href") && !svg.contains("url(") && !svg.contains("@import"),
            "{name}"
        );
        assert_eq!(svg.matches("http").count(), 1, "{name}: only the namespace");
        let (width, height) = size(&svg);
        let boxes = boxes(&svg);
        for node in tree.descendants().filter(|n| n.has_tag_name("g")) {
            if !node.children().any(|child| child.attribute("class") == Some("az-box")) {
                continue;
            }
            assert!(
                node.children().any(|c| c.has_tag_name("title")),
                "{name}: a box says all on hover"
            );
            assert!(node.descendants().any(|c| c.has_tag_name("text")), "{name}");
        }
        assert!(!boxes.is_empty(), "{name}");
        for (at, a) in boxes.iter().enumerate() {
            assert!(
                a.0 >= 0.0 && a.1 >= 0.0 && a.0 + a.2 <= width && a.1 + a.3 <= height,
                "{name}: {a:?}"
            );
            for b in &boxes[at + 1..] {
                let apart =
                    a.0 + a.2 <= b.0 || b.0 + b.2 <= a.0 || a.1 + a.3 <= b.1 || b.1 + b.3 <= a.1;
                assert!(apart, "{name}: {a:?} and {b:?} overlap");
            }
        }
    }
}

/// WCAG 2.2: whatever text on whatever box, at least 4.5 to 1, in light and in dark.
#[test]
fn text_in_a_picture_can_be_read() {
    let svg = of_tenant(&lab(), &Show::default()).svg();
    let style = svg.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next());
    let (light, dark) = style
        .and_then(|style| style.split_once("@media (prefers-color-scheme: dark)"))
        .expect("light and dark");
    let bright = |colour: &str| -> f64 {
        let part = |at: usize| {
            let value = u8::from_str_radix(&colour[at..at + 2], 16).expect("hex digits");
            let value = f64::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
    };
    for part in [light, dark] {
        let fills = |of: fn(&str) -> bool| -> Vec<&str> {
            part.split('}')
                .filter_map(|rule| rule.split_once('{'))
                .filter(|(name, _)| name.split(',').any(|one| of(one.trim())))
                .filter_map(|(_, body)| body.split("fill: #").nth(1)?.get(..6))
                .collect()
        };
        let text =
            fills(|name| matches!(name, ".az-label" | ".az-detail" | ".az-word" | ".az-title"));
        let ground =
            fills(|name| name.ends_with(".az-box") || matches!(name, ".az-page" | ".az-tag"));
        assert!(text.len() >= 2 && ground.len() >= 10, "{text:?} {ground:?}");
        for one in &text {
            for other in &ground {
                let (a, b) = (bright(one), bright(other));
                let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                assert!(contrast >= 4.5, "#{one} on #{other}: {contrast}");
            }
        }
    }
}

#[test]
fn the_lab_fits_one_screen() {
    let (width, height) = size(&of_tenant(&lab(), &Show::default()).svg());
    assert!(width <= 1440.0 && height <= 900.0, "{width} × {height}");
}

/// Every grant, near miss, deny, lock and door of a decision is in its picture, with its part.
#[test]
fn a_decision_is_drawn_whole() {
    let lab = lab();
    let mut seen = std::collections::BTreeSet::new();
    for question in QUESTIONS {
        let Asked { decision, access, picture, .. } = ask(&lab, question);
        let drawn = picture.json();
        let nodes = drawn["nodes"].as_array().expect("nodes");
        let edges = drawn["edges"].as_array().expect("edges");
        let chips = |text: &str| -> Vec<&Value> {
            nodes
                .iter()
                .filter(|n| n["full"].as_str().is_some_and(|full| full.contains(text)))
                .collect()
        };
        let of = |assignment| -> Value {
            let scope = lab.scope_text(lab.assignment_scope(assignment)).text();
            let id = lab.assignment(assignment).name.full(scope, "roleAssignments");
            let found = chips(&id);
            assert_eq!(found.len(), 1, "{question:?}: {id}");
            found[0].clone()
        };
        let lines = |node: &Value, part: &str, broken: bool| {
            edges.iter().any(|edge| {
                (edge["from"] == node["id"] || edge["to"] == node["id"])
                    && edge["part"] == part
                    && edge["broken"] == broken
            })
        };
        for grant in &decision.grants {
            let (node, part) =
                (of(grant.assignment), if grant.truth.is_true() { "grants" } else { "perhaps" });
            assert!(lines(&node, part, false), "{question:?}: {node}");
            seen.insert(part);
        }
        for miss in &decision.near {
            let granting = decision.grants.iter().any(|g| g.assignment == miss.assignment);
            let node = of(miss.assignment);
            assert!(granting || lines(&node, "near", true), "{question:?}: {node}");
            seen.insert("near");
        }
        for found in &decision.subtracted {
            assert!(lines(&of(found.assignment), "near", true), "{question:?}");
            seen.insert("subtracted");
        }
        for hit in &decision.denies {
            let name = &lab.deny(hit.deny).display_name;
            assert!(chips(name).iter().any(|node| node["part"] == "stops"), "{question:?}");
            seen.insert("denies");
        }
        for lock in &decision.locks {
            assert!(
                chips(&lab.lock(*lock).name).iter().any(|n| n["kind"] == "lock"),
                "{question:?}"
            );
            seen.insert("locks");
        }
        let doors: Vec<&Value> = nodes.iter().filter(|node| node["kind"] == "door").collect();
        let Some(found) = &access.doors else {
            assert_eq!(doors.len(), 1, "{question:?}: the control plane has one");
            continue;
        };
        assert!(doors.iter().any(|door| door["label"] == "RBAC"), "{question:?}");
        let keys = doors.iter().find(|door| door["label"] == "keys (local authentication)");
        let keys = keys.expect("the key door stands beside it");
        for key in &found.key_actions {
            if let Some((assignment, _)) = key.grant {
                assert!(lines(&of(assignment), "key", false), "{question:?}");
                // Its way ends at the door; where that is closed, it breaks there.
                let end = edges.iter().find(|edge| edge["to"] == keys["id"]).expect("a way to it");
                assert_eq!(end["part"], "key");
                assert_eq!(end["broken"], !found.local_auth.admits.is_true(), "{question:?}");
                seen.insert("key");
            }
        }
    }
    let all = ["denies", "grants", "key", "locks", "near", "perhaps", "subtracted"];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), all, "the questions show every part");
}

/// Graphviz's grammar, as much of it as is written: statements of ids and quoted strings.
fn check_dot(text: &str) {
    let body = text.strip_prefix("digraph azrbac {\n").and_then(|t| t.strip_suffix("}\n"));
    for line in body.expect("one graph").lines() {
        let mut quoted = false;
        let mut escaped = false;
        let mut outside = String::new();
        for c in line.chars() {
            match (quoted, escaped, c) {
                (true, true, _) => escaped = false,
                (true, false, '\\') => escaped = true,
                (_, _, '"') => quoted = !quoted,
                (false, _, c) => outside.push(c),
                _ => {}
            }
        }
        assert!(!quoted, "an open string: {line}");
        assert!(outside.ends_with(';'), "{line}");
        assert_eq!(outside.matches('[').count(), outside.matches(']').count(), "{line}");
        assert!(outside.is_ascii(), "only strings hold names: {line}");
    }
}

/// Mermaid's lines, as much as is written.
fn check_mermaid(text: &str) {
    let mut lines = text.lines();
    assert!(lines.next().is_some_and(|line| line.starts_with("flowchart ")));
    for line in lines {
        assert!(line.starts_with("  ") && !line.contains("```"), "{line}");
        if line.starts_with("  accTitle: ") {
            continue;
        }
        if let Some((_, rest)) = line.split_once('"') {
            let (label, close) = rest.rsplit_once('"').expect("a closed label");
            assert!(!label.contains('"') && close.len() <= 2, "{line}");
            let left = label.replace("<br/>", "");
            assert!(!left.contains(['<', '>', '&', '\\', '`', '[', '{', '|']), "{line}");
            // A reference is a number and ends.
            assert!(
                left.split('#')
                    .skip(1)
                    .all(|r| r.split_once(';').is_some_and(|(n, _)| n.parse::<u32>().is_ok())),
                "{line}"
            );
        }
    }
}

#[test]
fn any_name_can_be_drawn() {
    for name in [
        "<script>alert(1)</script>",
        "\"]; } evil [label=\"x",
        "back\\slash\\",
        "#quot; ; end %% & | `x` [y] {z}",
        "right\u{202e}to left \u{7} bell \u{0} nul \u{fffe}",
        "line\nfeed",
        "',\u{ff}\u{10ffff}漢字",
    ] {
        let document = json!({"name": "hostile", "tenant": {
            "users": [{"id": "10000000-0000-4000-8000-000000000001", "displayName": name}],
            "groups": [{"id": "20000000-0000-4000-8000-000000000001", "displayName": name,
                "securityEnabled": true, "members": ["10000000-0000-4000-8000-000000000001"]}],
            "subscriptions": [{"id": "/subscriptions/s", "displayName": name}],
            "locks": [{"name": name, "level": "ReadOnly", "scope": "/subscriptions/s"}],
            "roleAssignments": [{"principalId": "20000000-0000-4000-8000-000000000001",
                "roleDefinitionId": "acdd72a7-3385-48ef-bd42-f606fba81ae7", "scope": "/subscriptions/s"}]}});
        let tenant = tenant(&document.to_string());
        let picture = of_tenant(&tenant, &Show::default());
        let asked = ask(
            &tenant,
            (
                "10000000-0000-4000-8000-000000000001",
                "Microsoft.Compute/virtualMachines/read",
                "/subscriptions/s",
            ),
        );
        for picture in [&picture, &asked.picture] {
            let svg = picture.svg();
            let tree = roxmltree::Document::parse(&svg).expect("well-formed");
            assert!(
                tree.descendants()
                    .all(|node| !node.has_tag_name("script") && !node.has_tag_name("evil"))
            );
            let told = safe_lines(name).replace('\u{fffe}', "\\u{fffe}");
            let titles = tree.descendants().filter(|node| node.has_tag_name("title"));
            assert!(
                titles.filter(|t| t.text().is_some_and(|t| t.contains(&told))).count() >= 2,
                "{told}"
            );
            check_dot(&picture.dot());
            check_mermaid(&picture.mermaid());
            for text in [picture.svg(), picture.dot(), picture.mermaid(), picture.text()] {
                assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{name:?}");
            }
        }
        let page = pages::decision(
            &tenant,
            &asked.prepared,
            &asked.decision,
            &asked.access,
            &|_| None,
            &[],
        );
        let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
        let html = page.html();
        let tree = roxmltree::Document::parse_with_options(&html, options).expect("well-formed");
        assert!(tree.descendants().all(|node| !node.has_tag_name("script")), "{name:?}");
    }
}

#[test]
fn a_large_tenant_is_folded() {
    let (small, wide) = (large(200, 1790), large(400, 9000));
    assert!(small.all_scopes().count() >= 2000);
    for tenant in [&small, &wide] {
        let picture = of_tenant(tenant, &Show::default());
        let svg = picture.svg();
        let (width, height) = size(&svg);
        assert!(
            width <= 1440.0 && height <= 1000.0 && svg.len() < 100_000,
            "{width} × {height}, {}",
            svg.len()
        );
        let drawn = picture.json();
        let nodes = drawn["nodes"].as_array().expect("nodes");
        assert!(nodes.len() < 100, "{}", nodes.len());
        // What is not drawn is counted: every scope is in a node of its own or in a fold.
        let mut counted = 0;
        for node in nodes {
            match node["kind"].as_str().expect("a kind") {
                "folded" => {
                    let label = node["label"]
                        .as_str()
                        .expect("a label")
                        .replace(", ", " ")
                        .replace(',', "");
                    counted +=
                        label.split(' ').filter_map(|w| w.parse::<usize>().ok()).sum::<usize>();
                }
                "subscription" | "resource group" | "resource" => counted += 1,
                _ => {}
            }
        }
        assert_eq!(counted, tenant.all_scopes().count() - 1);
    }
}

#[test]
fn what_is_unfolded_is_drawn() {
    let tenant = large(200, 1790);
    let group = tenant.resolve_scope("rg-0007").expect("a group");
    let show = Show { unfold: vec![group.clone()], ..Show::default() };
    let text = of_tenant(&tenant, &show).text();
    let inside: Vec<&str> = tenant
        .all_scopes()
        .map(|ix| tenant.scope_text(ix))
        .filter(|scope| scope.parent().as_ref() == Some(&group))
        .map(azrbac::ident::Scope::leaf)
        .collect();
    assert!(inside.len() > 3);
    for name in inside {
        assert!(text.contains(name), "{name} in\n{text}");
    }
    // Levels alone: the root, and the subscriptions below it.
    let flat = of_tenant(&tenant, &Show { depth: Some(1), ..Show::default() }).text();
    assert!(!flat.contains("rg-0007") && flat.contains("… 17 resource groups"), "{flat}");
}

#[test]
fn the_same_picture_every_time() {
    let once: Vec<String> =
        pictures().iter().map(|(_, p)| format!("{}{}", p.svg(), p.json())).collect();
    let again: Vec<String> =
        pictures().iter().map(|(_, p)| format!("{}{}", p.svg(), p.json())).collect();
    assert!(once == again);
}

#[test]
fn dot_and_mermaid_of_the_lab() {
    let mut differences = Vec::new();
    let lab = lab();
    let drawn = [
        ("graph-lab", of_tenant(&lab, &Show::default())),
        ("graph-decision", ask(&lab, QUESTIONS[2]).picture),
    ];
    for (name, picture) in drawn {
        check_dot(&picture.dot());
        check_mermaid(&picture.mermaid());
        for (ending, found) in
            [("dot", picture.dot()), ("mmd", picture.mermaid()), ("txt", picture.text())]
        {
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/snapshots")
                .join(format!("{name}.{ending}"));
            if std::env::var_os("AZRBAC_UPDATE").is_some() {
                std::fs::write(&path, &found).expect("the snapshot is written");
            }
            let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
            if expected != found {
                differences
                    .push(format!("{name}.{ending}\n--- expected\n{expected}\n--- found\n{found}"));
            }
        }
    }
    assert!(differences.is_empty(), "{}\nAZRBAC_UPDATE=1 writes them anew", differences.join("\n"));
}
