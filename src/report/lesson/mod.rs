//! Lessons and grades: on a terminal, as JSON, as Markdown, as a page.

mod grade;
mod json;
mod page;
mod text;

pub use grade::{grade as grade_json, grade_text};
pub use json::json;
pub use page::page;
pub use text::{answer, ending, opening, question, reasons, script, shelf, shown, solution, task};
