//! A page as Markdown (CommonMark with the tables and Mermaid blocks that forges add).

use super::{Block, Document, Flow, Inline, Span, Table, Tone};
use crate::report::safe_lines;

pub(super) fn page(document: &Document) -> String {
    let mut out = format!("# {}\n", line(&document.title));
    flow(&document.body, 2, &mut out);
    out
}

fn flow(flow: &Flow, level: usize, out: &mut String) {
    for found in &flow.blocks {
        out.push('\n');
        block(found, level, out);
    }
}

fn block(block: &Block, level: usize, out: &mut String) {
    match block {
        Block::Answer { tone, word, sentence } => {
            out.push_str(&format!("{} {}\n", badge(*tone, word), inline(sentence)));
        }
        Block::Paragraph(text) => out.push_str(&format!("{}\n", inline(text))),
        Block::Note { text, .. } => out.push_str(&format!("> {}\n", inline(text))),
        Block::Bullets(items) => {
            for item in items {
                out.push_str(&format!("- {}\n", inline(item)));
            }
        }
        Block::Steps(items) => {
            for (number, item) in items.iter().enumerate() {
                out.push_str(&format!("{}. {}\n", number + 1, inline(item)));
            }
        }
        Block::Facts(facts) => {
            for (term, what) in facts {
                out.push_str(&format!("- {}: {}\n", line(term), inline(what)));
            }
        }
        Block::Code { text, .. } => fenced("", text, out),
        Block::Table(found) => table(found, out),
        Block::Figure { drawing, caption } => {
            fenced("mermaid", &drawing.mermaid, out);
            out.push_str(&format!("\n{}\n", line(caption)));
        }
        Block::Section { heading, body } => {
            out.push_str(&format!("{} {}\n", "#".repeat(level.min(6)), line(heading)));
            flow(body, level + 1, out);
        }
        Block::Unfold { summary, body } => {
            out.push_str(&format!(
                "<details><summary>{}</summary>\n",
                super::super::markup(summary).replace('\n', " ")
            ));
            flow(body, level, out);
            out.push_str("\n</details>\n");
        }
    }
}

fn table(table: &Table, out: &mut String) {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    out.push_str(&row(table.columns.iter().map(|column| line(column)).collect()));
    out.push_str(&row(vec!["---".to_string(); table.columns.len()]));
    for cells in &table.rows {
        // Inside a cell a bar ends it, in code too.
        out.push_str(&row(cells.iter().map(|cell| inline_in(cell, Within::Cell)).collect()));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Line,
    Cell,
}

fn inline(inline: &Inline) -> String {
    inline_in(inline, Within::Line)
}

fn inline_in(inline: &Inline, within: Within) -> String {
    let mut out = String::new();
    for span in &inline.spans {
        match span {
            Span::Text(text) | Span::Name(text) | Span::Short { text, .. } => {
                out.push_str(&line(text))
            }
            Span::Strong(text) => out.push_str(&format!("**{}**", line(text))),
            Span::Code(text) => {
                let code = code(text);
                let bars = if within == Within::Cell { code.replace('|', "\\|") } else { code };
                out.push_str(&bars);
            }
            Span::Badge(tone, word) => {
                out.push_str(&badge(*tone, word));
            }
        }
    }
    out
}

/// Text in which nothing means anything to Markdown, in one line.
fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in safe_lines(text).chars() {
        match c {
            '\n' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '!' | '&' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    // What begins a line could still make it a list or a rule.
    let begins = |text: &str| {
        let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
        text.starts_with(['-', '+', '='])
            || (rest.len() < text.len() && rest.starts_with(['.', ')']))
    };
    if begins(&out) {
        let digits = out.len() - out.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        out.insert(digits, '\\');
    }
    out
}

/// A code span whose fence is longer than any inside.
fn code(text: &str) -> String {
    let text = safe_lines(text).replace('\n', " ");
    if text.trim().is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn fenced(language: &str, text: &str, out: &mut String) {
    let text = safe_lines(text);
    let fence = "`".repeat(longest(&text).max(2) + 1);
    out.push_str(&format!("{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n')));
}

/// The longest run of backticks.
fn longest(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

fn badge(tone: Tone, word: &str) -> String {
    match tone.mark() {
        "" => format!("**{}**", line(word)),
        mark => format!("**{mark} {}**", line(word)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_names() {
        assert_eq!(line("a*b <c> [d](e) `f`"), "a\\*b \\<c\\> \\[d\\](e) \\`f\\`");
        assert_eq!(line("1. x"), "1\\. x");
        assert_eq!(line("- x\n# y"), "\\- x \\# y");
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`"), "`` ` ``");
        let cell = Inline::default().code("a|b").text("c|d");
        assert_eq!(inline_in(&cell, Within::Cell), "`a\\|b`c\\|d");
    }
}
