//! A page as one HTML file.

use super::{Block, Document, Flow, Inline, Span, Table, Tone};
use crate::report::markup;
use std::collections::BTreeSet;
use std::fmt::Write as _;

const STYLE: &str = include_str!("style.css");

/// From so many sections on, a page begins with a list of them.
const CONTENTS_FROM: usize = 4;

pub(super) fn page(document: &Document) -> String {
    let mut writer = Writer::default();
    // The policy is a second wall: even if markup came through, nothing would load and nothing run.
    let _written = write!(
        writer.out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <meta name=\"generator\" content=\"azrbac\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"/>\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the answer</a>\n\
         <header>\n<p class=\"program\">azrbac</p>\n<h1>{title}</h1>\n</header>\n",
        title = markup(&document.title),
    );
    let headings: Vec<&str> = document
        .body
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Section { heading, .. } => Some(heading.as_str()),
            _ => None,
        })
        .collect();
    if headings.len() >= CONTENTS_FROM {
        // The same walk names the sections below, so the links fit.
        let mut names = Names::default();
        writer.out.push_str("<nav aria-label=\"On this page\">\n<ul>\n");
        for block in &document.body.blocks {
            names.walk(block, &mut |heading, id, depth| {
                if depth == 0 {
                    let _written =
                        writeln!(writer.out, "<li><a href=\"#{id}\">{}</a></li>", markup(heading));
                }
            });
        }
        writer.out.push_str("</ul>\n</nav>\n");
    }
    writer.out.push_str("<main id=\"main\">\n");
    writer.flow(&document.body, 2);
    writer.out.push_str(
        "</main>\n<footer>\n<p>Computed by azrbac from exported files, offline. \
         This page loads nothing and runs no script.</p>\n</footer>\n</body>\n</html>\n",
    );
    writer.out
}

/// Ids of sections: from their words, each once.
#[derive(Debug, Default)]
struct Names {
    used: BTreeSet<String>,
}

impl Names {
    fn name(&mut self, heading: &str) -> String {
        let mut words = String::new();
        for c in heading.chars().take(60) {
            if c.is_ascii_alphanumeric() {
                words.push(c.to_ascii_lowercase());
            } else if !words.is_empty() && !words.ends_with('-') {
                words.push('-');
            }
        }
        let words = words.trim_end_matches('-');
        // `main` is the page's own.
        let base = if words.is_empty() || words == "main" { "section" } else { words };
        let mut id = base.to_string();
        let mut number = 2;
        while !self.used.insert(id.clone()) {
            id = format!("{base}-{number}");
            number += 1;
        }
        id
    }

    /// Visits the sections of a block in the order in which they are written.
    fn walk(&mut self, block: &Block, visit: &mut dyn FnMut(&str, &str, usize)) {
        self.walk_at(block, 0, visit);
    }

    fn walk_at(&mut self, block: &Block, depth: usize, visit: &mut dyn FnMut(&str, &str, usize)) {
        let body = match block {
            Block::Section { heading, body } => {
                let id = self.name(heading);
                visit(heading, &id, depth);
                body
            }
            Block::Unfold { body, .. } => body,
            _ => return,
        };
        for block in &body.blocks {
            self.walk_at(block, depth + 1, visit);
        }
    }
}

#[derive(Debug, Default)]
struct Writer {
    out: String,
    names: Names,
}

impl Writer {
    fn flow(&mut self, flow: &Flow, level: usize) {
        for block in &flow.blocks {
            self.block(block, level);
        }
    }

    fn block(&mut self, block: &Block, level: usize) {
        match block {
            Block::Answer { tone, word, sentence } => {
                let class = tone.class();
                let _written = write!(self.out, "<p class=\"answer {class}\">");
                self.badge(*tone, word);
                self.out.push_str(" <span>");
                self.inline(sentence);
                self.out.push_str("</span></p>\n");
            }
            Block::Paragraph(text) => self.element("p", text),
            Block::Note { tone, text } => {
                let class = tone.class();
                let _written = write!(self.out, "<p class=\"note {class}\" role=\"note\">");
                self.inline(text);
                self.out.push_str("</p>\n");
            }
            Block::Bullets(items) => self.list("ul", items),
            Block::Steps(items) => self.list("ol", items),
            Block::Facts(facts) => {
                self.out.push_str("<dl>\n");
                for (term, what) in facts {
                    let _written = write!(self.out, "<div><dt>{}</dt>", markup(term));
                    self.out.push_str("<dd>");
                    self.inline(what);
                    self.out.push_str("</dd></div>\n");
                }
                self.out.push_str("</dl>\n");
            }
            Block::Code { label, text } => {
                // A command is one line however long; what is laid out keeps its lines, and scrolls.
                let commands = text
                    .lines()
                    .all(|line| ["az ", "azrbac "].iter().any(|program| line.starts_with(program)));
                let class = if commands { " class=\"commands\"" } else { "" };
                let _written = writeln!(
                    self.out,
                    "<pre{class} tabindex=\"0\" role=\"region\" aria-label=\"{}\"><code>{}</code></pre>",
                    markup(label),
                    markup(text)
                );
            }
            Block::Table(table) => self.table(table),
            Block::Figure { drawing, caption } => {
                // Wide pictures scroll in their own frame, by keyboard too.
                let _written = write!(
                    self.out,
                    "<figure>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" \
                     aria-label=\"Picture: {caption}\">\n{}\n</div>\n\
                     <figcaption>{caption}</figcaption>\n</figure>\n",
                    drawing.svg,
                    caption = markup(caption)
                );
            }
            Block::Section { heading, body } => {
                let id = self.names.name(heading);
                let _written = writeln!(
                    self.out,
                    "<section aria-labelledby=\"{id}\">\n<h{level} id=\"{id}\">{}</h{level}>",
                    markup(heading)
                );
                self.flow(body, (level + 1).min(6));
                self.out.push_str("</section>\n");
            }
            Block::Unfold { summary, body } => {
                let _written =
                    writeln!(self.out, "<details>\n<summary>{}</summary>", markup(summary));
                self.flow(body, level);
                self.out.push_str("</details>\n");
            }
        }
    }

    fn element(&mut self, tag: &str, text: &Inline) {
        let _written = write!(self.out, "<{tag}>");
        self.inline(text);
        let _written = writeln!(self.out, "</{tag}>");
    }

    fn list(&mut self, tag: &str, items: &[Inline]) {
        let _written = writeln!(self.out, "<{tag}>");
        for item in items {
            self.element("li", item);
        }
        let _written = writeln!(self.out, "</{tag}>");
    }

    fn table(&mut self, table: &Table) {
        let caption = markup(&table.caption);
        let _written = write!(
            self.out,
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table: {caption}\">\n\
             <table role=\"table\">\n<caption>{caption}</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">"
        );
        for column in &table.columns {
            let _written =
                write!(self.out, "<th scope=\"col\" role=\"columnheader\">{}</th>", markup(column));
        }
        self.out.push_str("</tr></thead>\n<tbody role=\"rowgroup\">\n");
        for row in &table.rows {
            self.out.push_str("<tr role=\"row\">");
            for (number, cell) in row.iter().enumerate() {
                if number == 0 {
                    self.out.push_str("<th scope=\"row\" role=\"rowheader\">");
                    self.inline(cell);
                    self.out.push_str("</th>");
                } else {
                    // On a phone rows stand below one another, and each cell says what it is.
                    let column = table.columns.get(number).map_or("", |column| column);
                    let column = markup(column);
                    let _written = write!(self.out, "<td role=\"cell\" data-column=\"{column}\">");
                    if !cell.spans.is_empty() {
                        self.out.push_str("<span>");
                        self.inline(cell);
                        self.out.push_str("</span>");
                    }
                    self.out.push_str("</td>");
                }
            }
            self.out.push_str("</tr>\n");
        }
        self.out.push_str("</tbody>\n</table>\n</div>\n");
    }

    fn badge(&mut self, tone: Tone, word: &str) {
        let mark = match tone.mark() {
            "" => String::new(),
            mark => format!("<span aria-hidden=\"true\">{mark}</span> "),
        };
        let (class, word) = (tone.class(), markup(word));
        let _written = write!(self.out, "<strong class=\"badge {class}\">{mark}{word}</strong>");
    }

    fn inline(&mut self, inline: &Inline) {
        for span in &inline.spans {
            let _written = match span {
                Span::Text(text) => write!(self.out, "{}", markup(text)),
                Span::Strong(text) => write!(self.out, "<strong>{}</strong>", markup(text)),
                Span::Name(text) => write!(self.out, "<bdi>{}</bdi>", markup(text)),
                Span::Code(text) => write!(self.out, "<code>{}</code>", breakable(text)),
                Span::Short { text, full } => {
                    write!(self.out, "<bdi title=\"{}\">{}</bdi>", markup(full), markup(text))
                }
                Span::Badge(tone, word) => {
                    self.badge(*tone, word);
                    Ok(())
                }
            };
        }
    }
}

/// Operations and ids are long words: a line may break after each slash, and nowhere unless it must.
fn breakable(text: &str) -> String {
    markup(text).replace('/', "/<wbr/>")
}
