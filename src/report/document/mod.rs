//! A page for people as a value: headings, prose, tables, code, pictures; written as HTML or Markdown.
//!
//! The HTML is one self-contained file. It loads nothing (its policy forbids it), runs no script, follows
//! the reader's light or dark setting, fits a phone, prints, and can be walked with the keyboard and a
//! screen reader. Whatever text goes in is text: a name that looks like markup comes out as the name.
//!
//! ```
//! use azrbac::report::document::{Document, Inline, Tone};
//! let mut page = Document::new("May <script> read?");
//! page.answer(Tone::No, "not allowed", Inline::from("nothing grants it"));
//! page.section("Why", |why| {
//!     why.paragraph(Inline::default().name("Owner").text(" has no ").code("dataActions"));
//! });
//! page.commands("Ask again", ["azrbac can owner read scope"]);
//! assert!(page.html().contains("<h1>May &lt;script&gt; read?</h1>"));
//! assert!(page.markdown().starts_with("# May \\<script\\> read?\n"));
//! ```

mod html;
mod inline;
mod markdown;

pub(crate) use inline::Span;
pub use inline::{Inline, Tone};

/// A whole page.
#[derive(Debug, Clone)]
pub struct Document {
    title: String,
    body: Flow,
}

/// What stands below one another: the content of a page, of a section, of something to unfold.
#[derive(Debug, Clone, Default)]
pub struct Flow {
    blocks: Vec<Block>,
}

#[derive(Debug, Clone)]
enum Block {
    Answer { tone: Tone, word: String, sentence: Inline },
    Paragraph(Inline),
    Note { tone: Tone, text: Inline },
    Bullets(Vec<Inline>),
    Steps(Vec<Inline>),
    Facts(Vec<(String, Inline)>),
    Code { label: String, text: String },
    Table(Table),
    Figure { drawing: Drawing, caption: String },
    Section { heading: String, body: Flow },
    Unfold { summary: String, body: Flow },
}

/// Rows and columns. The first cell of a row names the row.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// What the table shows, for those who do not see it at a glance.
    pub caption: String,
    /// What each column holds.
    pub columns: Vec<String>,
    /// The rows; each as long as `columns`.
    pub rows: Vec<Vec<Inline>>,
}

/// A picture ready to stand in a page: drawn for HTML, and as Mermaid source for Markdown.
#[derive(Debug, Clone)]
pub struct Drawing {
    /// An `svg` element that stands alone. Only this crate makes one, from checked pieces.
    pub(crate) svg: String,
    /// The same for Mermaid.
    pub(crate) mermaid: String,
}

impl Document {
    /// A page with this title and nothing on it yet.
    #[must_use]
    pub fn new(title: &str) -> Document {
        Document { title: title.to_string(), body: Flow::default() }
    }

    /// The title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The page as one HTML file.
    #[must_use]
    pub fn html(&self) -> String {
        html::page(self)
    }

    /// The page as Markdown, as forges render it.
    #[must_use]
    pub fn markdown(&self) -> String {
        markdown::page(self)
    }
}

impl std::ops::Deref for Document {
    type Target = Flow;
    fn deref(&self) -> &Flow {
        &self.body
    }
}

impl std::ops::DerefMut for Document {
    fn deref_mut(&mut self) -> &mut Flow {
        &mut self.body
    }
}

impl Flow {
    /// The answer of a page, large: a mark and a word for the outcome, and one sentence.
    pub fn answer(&mut self, tone: Tone, word: &str, sentence: impl Into<Inline>) {
        let sentence = sentence.into();
        self.blocks.push(Block::Answer { tone, word: word.to_string(), sentence });
    }

    /// A paragraph.
    pub fn paragraph(&mut self, text: impl Into<Inline>) {
        self.blocks.push(Block::Paragraph(text.into()));
    }

    /// A paragraph that stands out: a lesson, a warning.
    pub fn note(&mut self, tone: Tone, text: impl Into<Inline>) {
        self.blocks.push(Block::Note { tone, text: text.into() });
    }

    /// A list without order. Nothing is written for an empty one.
    pub fn bullets<I: Into<Inline>>(&mut self, items: impl IntoIterator<Item = I>) {
        let items: Vec<Inline> = items.into_iter().map(Into::into).collect();
        if !items.is_empty() {
            self.blocks.push(Block::Bullets(items));
        }
    }

    /// A numbered list. Nothing is written for an empty one.
    pub fn steps<I: Into<Inline>>(&mut self, items: impl IntoIterator<Item = I>) {
        let items: Vec<Inline> = items.into_iter().map(Into::into).collect();
        if !items.is_empty() {
            self.blocks.push(Block::Steps(items));
        }
    }

    /// Terms and what they are. Nothing is written for none.
    pub fn facts<T: Into<String>, I: Into<Inline>>(
        &mut self,
        facts: impl IntoIterator<Item = (T, I)>,
    ) {
        let facts: Vec<(String, Inline)> =
            facts.into_iter().map(|(term, what)| (term.into(), what.into())).collect();
        if !facts.is_empty() {
            self.blocks.push(Block::Facts(facts));
        }
    }

    /// Text as it is, in a fixed width; the label says what it is to those who do not see it.
    pub fn code(&mut self, label: &str, text: &str) {
        self.blocks.push(Block::Code { label: label.to_string(), text: text.to_string() });
    }

    /// A table. Nothing is written for one without rows.
    pub fn table(&mut self, table: Table) {
        if !table.rows.is_empty() {
            self.blocks.push(Block::Table(table));
        }
    }

    /// A picture with its caption, which also says what it shows to those who do not see it.
    pub fn figure(&mut self, drawing: Drawing, caption: &str) {
        self.blocks.push(Block::Figure { drawing, caption: caption.to_string() });
    }

    /// A part with a heading, one level below this one. Nothing is written for an empty one.
    pub fn section(&mut self, heading: &str, fill: impl FnOnce(&mut Flow)) {
        let mut body = Flow::default();
        fill(&mut body);
        if !body.blocks.is_empty() {
            self.blocks.push(Block::Section { heading: heading.to_string(), body });
        }
    }

    /// Something that the reader opens: an answer to be guessed first, a long list.
    pub fn unfold(&mut self, summary: &str, fill: impl FnOnce(&mut Flow)) {
        let mut body = Flow::default();
        fill(&mut body);
        if !body.blocks.is_empty() {
            self.blocks.push(Block::Unfold { summary: summary.to_string(), body });
        }
    }

    /// A section with command lines to copy, one a line: how to make this page again, what to ask next.
    pub fn commands<S: AsRef<str>>(
        &mut self,
        heading: &str,
        commands: impl IntoIterator<Item = S>,
    ) {
        let lines: Vec<String> =
            commands.into_iter().map(|line| line.as_ref().to_string()).collect();
        if !lines.is_empty() {
            self.section(heading, |section| section.code(heading, &lines.join("\n")));
        }
    }

    /// Is there nothing in it?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }
}
