//! What all decoders share: the facts that they add to, the ground they stand on, and how trouble is
//! reported.

use super::entry::{Entry, Problem, Repair, Step};
use super::ground::Ground;
use crate::condition::Condition;
use crate::ident::{Guid, Scope};
use crate::model::{Facts, Gap, Guard, InputKind, PrincipalType, ScopeRef, Touches};
use crate::origin::{Error, ErrorKind, one_line};

/// The most errors of one source that are told one by one; the rest is counted.
const ERRORS_TOLD: usize = 50;

/// Decodes the entries of one source into facts.
pub(crate) struct Reader<'f, 't> {
    pub(crate) facts: &'f mut Facts,
    pub(crate) ground: Ground<'t>,
    /// The path of the entry inside its document, where the document is not the entry.
    pub(crate) base: Vec<Step>,
    pub(crate) repairs: Vec<Repair>,
    pub(crate) errors_here: usize,
}

impl<'t> Reader<'_, 't> {
    pub(crate) fn new<'f>(facts: &'f mut Facts, ground: Ground<'t>) -> Reader<'f, 't> {
        Reader { facts, ground, base: Vec::new(), repairs: Vec::new(), errors_here: 0 }
    }

    /// The path of something inside the entry, from the document's root.
    fn full(&self, steps: &[Step]) -> Vec<Step> {
        [&self.base[..], steps].concat()
    }

    /// Counts an entry that was read, and notes what had to be mended in it.
    pub(crate) fn accept(&mut self, kind: InputKind) {
        self.facts.recognise(self.ground.source.index(), kind, 1);
        self.flush_repairs();
    }

    pub(crate) fn flush_repairs(&mut self) {
        for repair in std::mem::take(&mut self.repairs) {
            let place = self.ground.place(&self.full(&repair.steps));
            self.facts.note(repair.code, repair.message, Some(place));
        }
    }

    /// Says that an entry was not understood: an error for people, a gap for answers. The rest of the
    /// source is read on.
    pub(crate) fn refuse(&mut self, what: &str, problem: &Problem, touches: Touches) {
        self.refuse_as("unreadable-entry", what, problem, touches);
    }

    /// As [`Reader::refuse`], with a code of its own for the gap.
    pub(crate) fn refuse_as(
        &mut self,
        code: &'static str,
        what: &str,
        problem: &Problem,
        touches: Touches,
    ) {
        let text = problem.text();
        let place = self.ground.place(&self.full(&text.steps));
        let what = one_line(what);
        let mut message = format!("{what} not understood: found {}", text.found);
        if text.twice
            && let [lines @ .., last] = &self.ground.lines_of(&self.full(&text.steps))[..]
        {
            let lines: Vec<String> = lines.iter().map(usize::to_string).collect();
            message.push_str(&format!(" (lines {} and {last})", lines.join(", ")));
        }
        // The kind was there, though this entry of it was not understood.
        let kind = match &touches {
            Touches::Assignment { .. } => Some(InputKind::RoleAssignments),
            Touches::Deny { .. } => Some(InputKind::DenyAssignments),
            Touches::Role { .. } => Some(InputKind::RoleDefinitions),
            Touches::Lock { .. } => Some(InputKind::Locks),
            Touches::Members { .. }
            | Touches::Hierarchy
            | Touches::Resource { .. }
            | Touches::Anything => None,
        };
        if let Some(kind) = kind {
            self.facts.recognise(self.ground.source.index(), kind, 0);
        }
        self.repairs.clear();
        self.errors_here += 1;
        if self.errors_here <= ERRORS_TOLD {
            let mut error = Error::new(ErrorKind::Entry, message.clone()).expected(&text.expected);
            if let Some(help) = &text.help {
                error = error.help(help);
            }
            self.facts.errors.push(error.at(place.clone()));
        } else if self.errors_here == ERRORS_TOLD + 1 {
            self.facts.errors.push(Error::new(
                ErrorKind::Entry,
                format!("{}: more entries not understood, not told one by one", self.ground.name),
            ));
        }
        self.facts.gaps.push(Gap {
            code,
            message: format!("{message}; expected {}", text.expected),
            help: text.help.clone(),
            place: Some(place),
            touches,
        });
    }

    /// The row of a scope that is written at a field of the entry.
    pub(crate) fn scope(
        &mut self,
        entry: &Entry<'_, '_>,
        names: &[&str],
    ) -> Result<Option<ScopeRef>, Problem> {
        let Some(field) = entry.find(names)? else { return Ok(None) };
        let text = field.text()?;
        if text.trim().is_empty() {
            return Ok(None);
        }
        match self.facts.scope_text(text) {
            Ok(scope) => {
                for (code, message) in scope_repairs(text) {
                    let message = message.to_string();
                    self.repairs.push(Repair { code, message, steps: field.steps() });
                }
                Ok(Some(scope))
            }
            Err(error) => Err(field.place(scope_problem(&error))),
        }
    }

    /// The condition of an entry, parsed. One that does not parse is kept with its error: what it
    /// guards is conditional.
    pub(crate) fn guard(
        &mut self,
        entry: &Entry<'_, '_>,
        what: &str,
    ) -> Result<Option<Guard>, Problem> {
        let Some(field) = entry.find(&["condition"])? else { return Ok(None) };
        let text = field.text()?;
        if text.trim().is_empty() {
            return Ok(None);
        }
        let version = entry.filled(&["conditionVersion"])?;
        let steps = self.full(&field.steps());
        let parsed = Condition::parse(text).map_err(|errors| {
            let told: Vec<String> = errors.iter().map(|error| error.render(text)).collect();
            let message = format!("condition of {what} not understood: {}", told.join("\n"));
            Error::new(ErrorKind::Condition, message).at(self.ground.place(&steps))
        });
        if let Err(error) = &parsed {
            self.facts.errors.push(error.clone());
        }
        Ok(Some(Guard {
            text: text.into(),
            version: version.map(Into::into),
            parsed,
            origin: self.ground.origin_of(&steps),
        }))
    }
}

/// What was mended in a scope, in words.
fn scope_repairs(text: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let bare = text.trim();
    [
        (bare.len() != text.len())
            .then_some(("repaired-blanks", "blanks around a scope were cut off")),
        (!bare.starts_with('/'))
            .then_some(("repaired-slash", "a scope without its first slash was given one")),
        (bare.len() > 1 && bare.ends_with('/'))
            .then_some(("repaired-slash", "the slash at the end of a scope was cut off")),
    ]
    .into_iter()
    .flatten()
}

/// A scope error as a problem of the field that holds it.
pub(crate) fn scope_problem(error: &Error) -> Problem {
    let problem = Problem::new(error.message(), error.expectation().unwrap_or("a scope"));
    match error.advice() {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// What an entry says its principal is.
pub(crate) fn principal_type(
    entry: &Entry<'_, '_>,
    names: &[&str],
) -> Result<PrincipalType, Problem> {
    Ok(entry.filled(names)?.map_or(PrincipalType::Unknown, PrincipalType::from_export))
}

/// As much of a GUID or a scope as can be read from an entry that was refused: what it touches.
pub(crate) fn maybe_guid(entry: &Entry<'_, '_>, names: &[&str]) -> Option<Guid> {
    entry.guid(names).ok().flatten()
}

/// See [`maybe_guid`].
pub(crate) fn maybe_scope(entry: &Entry<'_, '_>, names: &[&str]) -> Option<Scope> {
    entry.filled(names).ok().flatten().and_then(|text| Scope::new(text).ok())
}
