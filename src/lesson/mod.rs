//! Lessons: a situation, a question that the reader answers first, the program's own answer, one change
//! of the tenant, the next question. And exercises, graded by proof.
//!
//! A lesson is a document (`roles/lessons/README.md` tells its form). It holds no answer: each is
//! computed when the lesson is played, and what the prose says of it is asserted, so that a lesson whose
//! words and answers part is a failure, not a lesson. A misspelt field is an error, as in a scenario.

mod answer;
mod change;
mod exercise;
mod grade;
mod model;
mod play;
mod prose;
mod read;
mod shelf;

pub use answer::{Answer, Judgement, Solution};
pub use exercise::{Exercise, Submission, WrongAnswer};
pub use grade::{Excess, Forbidden, GivenBack, Grade, Missing, grade};
pub use model::{Ask, Lesson, Stage, Step};
pub use play::{Played, PlayedStep, play};
pub use prose::{Part, Prose};
pub use read::{Head, head, read, read_on};
pub use shelf::{SHELF, shelved};
