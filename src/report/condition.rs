//! The value of a condition, with the value of each part.

use super::safe;
use crate::condition::{Evaluation, Step};
use crate::truth::Truth;

/// The value as text, ending in a line feed; `residual` is what is left where something is not known.
#[must_use]
pub fn value(value: &Evaluation, steps: &[Step], residual: Option<&str>) -> String {
    let word = match (value.truth, value.open) {
        (Truth::True, _) => "true: what its assignment grants is granted",
        (Truth::False, _) => "false: nothing is granted",
        (Truth::Unknown, true) => "unknown: an attribute that was not given decides",
        (Truth::Unknown, false) => {
            "unknown, and nothing that could be learned makes it true: nothing is granted"
        }
    };
    let mut out = format!("{word}\n\n");
    for step in steps {
        let note = step.note.as_ref().map_or_else(String::new, |note| format!("   ({note})"));
        out.push_str(&format!(
            "  {:<8} {}{}{}\n",
            step.truth.as_str(),
            "  ".repeat(step.depth),
            safe(&step.text),
            safe(&note)
        ));
    }
    if let Some(residual) = residual {
        out.push_str(&format!("\nleft: {}\n", safe(residual)));
    }
    let assumptions: Vec<&str> = value.assumptions.iter().collect();
    if !assumptions.is_empty() {
        out.push_str(&format!("leans on {}\n", assumptions.join(", ")));
    }
    out
}
