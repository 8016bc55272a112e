//! One object of an export, read field by field, whatever its dialect.
//!
//! Azure's tools write the same object in four dialects: fields flat (az), under `properties` (REST,
//! Resource Graph), in Pascal case (PowerShell), and as people keep them by hand. Fields are found by
//! name without case, in the object itself and then in its `properties`.

use super::node::Node;
use crate::ident::{Guid, Timestamp};
use std::borrow::Cow;

/// A step of a JSON path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

/// Why an entry has no meaning: where inside it, what was found, what was expected, the way out.
#[derive(Debug, Clone)]
pub(crate) struct Problem(Box<ProblemText>);

#[derive(Debug, Clone)]
pub(crate) struct ProblemText {
    pub(crate) steps: Vec<Step>,
    pub(crate) found: String,
    pub(crate) expected: String,
    pub(crate) help: Option<String>,
    /// The field stands there more than once: the message names all the lines.
    pub(crate) twice: bool,
}

impl Problem {
    #[cold]
    pub(crate) fn new(found: impl Into<String>, expected: impl Into<String>) -> Problem {
        Problem(Box::new(ProblemText {
            steps: Vec::new(),
            found: crate::origin::one_line(&found.into()).into_owned(),
            expected: expected.into(),
            help: None,
            twice: false,
        }))
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Problem {
        self.0.help.get_or_insert(help.into());
        self
    }

    fn twice(mut self) -> Problem {
        self.0.twice = true;
        self
    }

    /// The problem as seen from one level further out.
    pub(crate) fn under(mut self, step: Step) -> Problem {
        self.0.steps.insert(0, step);
        self
    }

    pub(crate) fn text(&self) -> &ProblemText {
        &self.0
    }
}

/// Something with one meaning that was not written as Azure writes it.
#[derive(Debug, Clone)]
pub(crate) struct Repair {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) steps: Vec<Step>,
}

/// An object and its `properties`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'n, 'a> {
    own: &'n [(Cow<'a, str>, Node<'a>)],
    properties: &'n [(Cow<'a, str>, Node<'a>)],
}

/// A field that was found: its node and how to get there.
#[derive(Clone, Copy)]
pub(crate) struct Field<'n, 'a> {
    pub(crate) node: &'n Node<'a>,
    key: &'n str,
    inner: bool,
}

impl<'n, 'a> Field<'n, 'a> {
    pub(crate) fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::with_capacity(2);
        if self.inner {
            steps.push(Step::Key("properties".to_string()));
        }
        steps.push(Step::Key(self.key.to_string()));
        steps
    }

    /// A problem with this field as a whole.
    pub(crate) fn problem(&self, expected: &str) -> Problem {
        self.place(wrong(self.node, expected))
    }

    /// A problem inside this field, seen from the entry.
    pub(crate) fn place(&self, problem: Problem) -> Problem {
        let problem = problem.under(Step::Key(self.key.to_string()));
        if self.inner { problem.under(Step::Key("properties".to_string())) } else { problem }
    }
}

impl<'n, 'a> Entry<'n, 'a> {
    /// The entry of an object; `None` for anything else.
    pub(crate) fn of(node: &'n Node<'a>) -> Option<Entry<'n, 'a>> {
        let Node::Object(own) = node else { return None };
        let properties = own
            .iter()
            .find_map(|(key, value)| match value {
                Node::Object(fields) if key.eq_ignore_ascii_case("properties") => Some(&fields[..]),
                _ => None,
            })
            .unwrap_or(&[]);
        Some(Entry { own, properties })
    }

    /// The fields of the object itself.
    pub(crate) fn own(&self) -> &'n [(Cow<'a, str>, Node<'a>)] {
        self.own
    }

    /// Is there a field with one of these names, null or not?
    pub(crate) fn has(&self, names: &[&str]) -> bool {
        names.iter().any(|name| {
            self.own.iter().chain(self.properties).any(|(key, _)| key.eq_ignore_ascii_case(name))
        })
    }

    /// Fields that stand there twice with the same value: the path of the second of each.
    pub(crate) fn repeated(&self) -> Vec<Vec<Step>> {
        const LOOKED_AT: usize = 64;
        let mut found = Vec::new();
        for (fields, inner) in [(self.own, false), (self.properties, true)] {
            if fields.len() > LOOKED_AT {
                continue;
            }
            for (at, (key, node)) in fields.iter().enumerate() {
                let again = fields[..at]
                    .iter()
                    .any(|(other, first)| other.eq_ignore_ascii_case(key) && first == node);
                if again && *node != Node::Null {
                    found.push(Field { node, key, inner }.steps());
                }
            }
        }
        found
    }

    /// The first field of these names that is not null: names in order of preference, the object
    /// itself before its `properties`.
    pub(crate) fn find(&self, names: &[&str]) -> Result<Option<Field<'n, 'a>>, Problem> {
        for name in names {
            for (fields, inner) in [(self.own, false), (self.properties, true)] {
                if let Some(field) = find_in(fields, name, inner)? {
                    return Ok(Some(field));
                }
            }
        }
        Ok(None)
    }

    /// As [`Entry::find`], in the object itself only: REST has a `type` and a `name` on both levels.
    pub(crate) fn find_own(&self, name: &str) -> Result<Option<Field<'n, 'a>>, Problem> {
        find_in(self.own, name, false)
    }

    /// As [`Entry::find`], in `properties` only.
    pub(crate) fn find_inner(&self, name: &str) -> Result<Option<Field<'n, 'a>>, Problem> {
        find_in(self.properties, name, true)
    }

    /// A string, where one of these fields is there and not null.
    pub(crate) fn text(&self, names: &[&str]) -> Result<Option<&'n str>, Problem> {
        self.find(names)?.map(|field| field.text()).transpose()
    }

    /// A string that holds more than blanks.
    pub(crate) fn filled(&self, names: &[&str]) -> Result<Option<&'n str>, Problem> {
        Ok(self.text(names)?.map(str::trim).filter(|text| !text.is_empty()))
    }

    /// A GUID, or the GUID at the end of an id.
    pub(crate) fn guid(&self, names: &[&str]) -> Result<Option<Guid>, Problem> {
        let Some(field) = self.find(names)? else { return Ok(None) };
        let Node::Text(text) = field.node else { return Err(field.problem("a GUID")) };
        if text.trim().is_empty() {
            return Ok(None);
        }
        Guid::last_segment(text).map(Some).ok_or_else(|| field.problem("a GUID"))
    }

    /// A boolean, also where it was written as a string.
    pub(crate) fn boolean(&self, names: &[&str]) -> Result<Option<bool>, Problem> {
        let Some(field) = self.find(names)? else { return Ok(None) };
        match field.node {
            Node::Bool(value) => Ok(Some(*value)),
            Node::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" => Ok(Some(true)),
                "false" => Ok(Some(false)),
                "" => Ok(None),
                _ => Err(field.problem("a boolean")),
            },
            Node::Null | Node::Number(_) | Node::List(_) | Node::Object(_) => {
                Err(field.problem("a boolean"))
            }
        }
    }

    /// An instant.
    pub(crate) fn time(&self, names: &[&str]) -> Result<Option<Timestamp>, Problem> {
        let Some(field) = self.find(names)? else { return Ok(None) };
        let text = field.text()?;
        if text.trim().is_empty() {
            return Ok(None);
        }
        parse_time(text)
            .map(Some)
            .ok_or_else(|| field.problem("a time such as `2026-01-10T00:00:00Z`"))
    }

    /// A list of strings. Null, a missing field and `""` are the empty list; one string is a list of
    /// one. What was mended is added to `repairs`.
    pub(crate) fn strings(
        &self,
        names: &[&str],
        repairs: &mut Vec<Repair>,
    ) -> Result<Vec<(&'n str, usize)>, Problem> {
        let Some(field) = self.find(names)? else { return Ok(Vec::new()) };
        match field.node {
            Node::List(items) => {
                let mut found = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    match item {
                        Node::Text(text) => found.push((&**text, index)),
                        Node::Null => repairs.push(Repair {
                            code: "repaired-null-entry",
                            message: format!("null inside `{}` was passed over", field.key),
                            steps: [field.steps(), vec![Step::Index(index)]].concat(),
                        }),
                        other => {
                            return Err(
                                field.place(wrong(other, "a string").under(Step::Index(index)))
                            );
                        }
                    }
                }
                Ok(found)
            }
            Node::Text(text) if text.trim().is_empty() => {
                repairs.push(Repair {
                    code: "repaired-empty-string",
                    message: format!("an empty string in place of the list `{}`", field.key),
                    steps: field.steps(),
                });
                Ok(Vec::new())
            }
            Node::Text(text) => {
                repairs.push(Repair {
                    code: "repaired-single-string",
                    message: format!("one string in place of the list `{}`", field.key),
                    steps: field.steps(),
                });
                Ok(vec![(&**text, 0)])
            }
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::Object(_) => {
                Err(field.problem("a list of strings"))
            }
        }
    }

    /// The objects of a list field; one object in place of a list is a list of one.
    pub(crate) fn objects(
        &self,
        names: &[&str],
        repairs: &mut Vec<Repair>,
    ) -> Result<Option<(Field<'n, 'a>, Vec<Entry<'n, 'a>>)>, Problem> {
        let Some(field) = self.find(names)? else { return Ok(None) };
        let entries = match field.node {
            Node::List(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| {
                    Entry::of(item).ok_or_else(|| {
                        field.place(wrong(item, "an object").under(Step::Index(index)))
                    })
                })
                .collect::<Result<Vec<_>, _>>()?,
            Node::Object(_) => {
                repairs.push(Repair {
                    code: "repaired-single-object",
                    message: format!("one object in place of the list `{}`", field.key),
                    steps: field.steps(),
                });
                Entry::of(field.node).into_iter().collect()
            }
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) => {
                return Err(field.problem("a list of objects"));
            }
        };
        Ok(Some((field, entries)))
    }
}

impl<'n> Field<'n, '_> {
    pub(crate) fn text(&self) -> Result<&'n str, Problem> {
        match self.node {
            Node::Text(text) => Ok(text),
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::List(_) | Node::Object(_) => {
                Err(self.problem("a string"))
            }
        }
    }
}

pub(crate) fn unknown_field(field: &str, known: &[&str]) -> Problem {
    let nearest = known.iter().min_by_key(|name| strsim::osa_distance(name, field));
    let problem =
        Problem::new(format!("the field `{field}`"), format!("one of {}", known.join(", ")));
    match nearest.filter(|name| strsim::osa_distance(name, field) <= 3) {
        Some(name) => problem.help(format!("did you mean `{name}`?")),
        None => problem,
    }
}

/// A misspelt field is an error: a misspelt test must not pass.
pub(crate) fn known_fields(entry: &Entry<'_, '_>, known: &[&str]) -> Result<(), Problem> {
    for (field, _) in entry.own() {
        if !known.contains(&&**field) {
            return Err(unknown_field(field, known));
        }
    }
    Ok(())
}

/// What stands there cannot be what was expected. The name of a .NET type in place of an object or a
/// list is what PowerShell writes below the depth that it was given.
fn wrong(node: &Node<'_>, expected: &str) -> Problem {
    let problem = Problem::new(node.describe(), expected);
    match node {
        Node::Text(text)
            if ["Microsoft.Azure.Commands.", "System.", "@{"]
                .iter()
                .any(|start| text.starts_with(start)) =>
        {
            problem.help("PowerShell cut this off: export again with `ConvertTo-Json -Depth 10`")
        }
        _ => problem,
    }
}

/// A time as exports write it: RFC 3339, or without a zone, which Azure's tools mean as UTC.
pub(crate) fn parse_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    text.parse().ok().or_else(|| format!("{text}Z").parse().ok())
}

/// A field by name without case. A name that stands there twice with different values has no one
/// meaning.
fn find_in<'n, 'a>(
    fields: &'n [(Cow<'a, str>, Node<'a>)],
    name: &str,
    inner: bool,
) -> Result<Option<Field<'n, 'a>>, Problem> {
    let mut found: Option<Field<'n, 'a>> = None;
    for (key, node) in fields {
        if !key.eq_ignore_ascii_case(name) || *node == Node::Null {
            continue;
        }
        let field = Field { node, key, inner };
        match found {
            None => found = Some(field),
            Some(first) if first.node == node => {}
            Some(first) => {
                return Err(field.place(
                    Problem::new(
                        format!(
                            "{} beside {}: the field stands there twice",
                            node.describe(),
                            first.node.describe()
                        ),
                        "one value",
                    )
                    .twice(),
                ));
            }
        }
    }
    Ok(found)
}
