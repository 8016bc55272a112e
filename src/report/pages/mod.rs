//! Answers as pages: one file a question. Each begins with the answer, then its reasons, the picture,
//! and the command lines that make it again.

mod comparison;
mod decision;
mod doors;
mod findings;
mod order;
mod tenant;

pub use comparison::comparison;
pub use decision::decision;
pub use doors::doors;
pub use findings::findings;
pub use order::order;
pub use tenant::tenant;
