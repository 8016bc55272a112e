//! Prose with numbers and names that are computed: `{roles-holding Microsoft.Storage/…}`.
//!
//! Microsoft changes roles, and a number that a person typed into a lesson is wrong a year later.

use crate::analysis::role::{Universe, Which};
use crate::decide::who_can;
use crate::ident::{Operation, Plane};
use crate::model::{AssignmentState, PrincipalType, RoleDefinition};
use crate::origin::{Error, ErrorKind, Place};
use crate::scenario::{Question, resolve_principal, resolve_scope};
use crate::tenant::Tenant;
use std::cell::OnceCell;

/// Text of a lesson, in paragraphs, as written.
#[derive(Debug, Clone, Default)]
pub struct Prose {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub place: Option<Place>,
}

/// A paragraph of it, filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Words that flow.
    Paragraph(String),
    /// One entry of a list.
    Item(String),
    /// Lines that stand as they are: commands, conditions, permissions.
    Lines(Vec<String>),
}

const KNOWN: &str = "{built-in-roles}, {catalog-date}, {operations PLANE}, {control ROLE}, {data ROLE}, \
                     {not-actions ROLE}, {not-data-actions ROLE}, {roles-holding OPERATION}, \
                     {roles-of PRINCIPAL}, {members-of GROUP}, {who-can OPERATION @ SCOPE}, \
                     {property RESOURCE NAME}";

/// What placeholders are computed from.
pub(super) struct View<'t> {
    tenant: &'t Tenant,
    universe: OnceCell<Universe>,
}

impl<'t> View<'t> {
    pub(super) fn new(tenant: &'t Tenant) -> View<'t> {
        View { tenant, universe: OnceCell::new() }
    }

    fn universe(&self) -> &Universe {
        self.universe.get_or_init(|| Universe::new(self.tenant.catalog()))
    }

    fn compute(&self, text: &str) -> Result<String, Error> {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        let rest = rest.trim();
        let tenant = self.tenant;
        let catalog = tenant.catalog();
        Ok(match word {
            "built-in-roles" => catalog.roles().len().to_string(),
            "catalog-date" => catalog.roles().date().to_string(),
            "operations" => self.universe().len(rest.parse::<Plane>()?).to_string(),
            "control" | "data" => {
                let plane = if word == "data" { Plane::Data } else { Plane::Control };
                let role = role(tenant, rest)?;
                self.universe().role(&role, plane, Which::All).count().to_string()
            }
            "not-actions" | "not-data-actions" => {
                let role = role(tenant, rest)?;
                let plane = if word == "not-actions" { Plane::Control } else { Plane::Data };
                let patterns: Vec<String> = role
                    .blocks
                    .iter()
                    .flat_map(|block| block.side(plane).1)
                    .map(|pattern| format!("`{pattern}`"))
                    .collect();
                patterns.join(", ")
            }
            "roles-holding" => {
                let operation = Operation::new(rest)?;
                let planes = catalog.planes(&operation);
                let plane = planes.only().map(|(plane, _)| plane).ok_or_else(|| {
                    Error::new(ErrorKind::NotFound, format!("the plane of `{rest}` is not known"))
                })?;
                let number = self.universe().find(plane, operation.folded());
                let holds = |role: &RoleDefinition| {
                    number.is_some_and(|number| {
                        self.universe().role(role, plane, Which::All).contains(number)
                    })
                };
                let count = catalog.roles().iter().filter(|e| holds(&e.definition())).count();
                count.to_string()
            }
            "roles-of" => {
                let principal = resolve_principal(tenant, rest)?;
                let mut found = Vec::new();
                for ix in tenant.assignments() {
                    let assignment = tenant.assignment(ix);
                    if assignment.principal == principal
                        && let Some(role) = tenant.assignment_role(ix)
                    {
                        let eligible = match assignment.state {
                            AssignmentState::Active => "",
                            AssignmentState::Eligible => " (eligible)",
                        };
                        let scope = tenant.assignment_scope(ix);
                        let name = tenant
                            .scope_name(scope)
                            .unwrap_or_else(|| tenant.scope_text(scope).leaf());
                        found.push(format!("{}{eligible} on {name}", tenant.role(role).name()));
                    }
                }
                if found.is_empty() { "no role".to_string() } else { found.join(" and ") }
            }
            "members-of" => {
                let group = tenant.principal(resolve_principal(tenant, rest)?);
                let names: Vec<String> = group
                    .into_iter()
                    .flat_map(|group| tenant.members_of(group).iter().copied())
                    .map(|ix| format!("`{}`", tenant.principal_name(ix)))
                    .collect();
                if names.is_empty() { "nobody".to_string() } else { names.join(", ") }
            }
            "who-can" => {
                let (operation, scope) = rest.split_once('@').ok_or_else(|| unknown(text))?;
                let question = Question {
                    operation: operation.trim().to_string(),
                    scope: scope.trim().to_string(),
                    attributes_complete: true,
                    ..Question::default()
                };
                let prepared = question.prepare_for_who(tenant)?;
                let list = who_can(tenant, &prepared.request());
                list.holders
                    .iter()
                    .filter(|holder| {
                        !matches!(
                            tenant.principal_kind(holder.principal),
                            PrincipalType::Group
                                | PrincipalType::ForeignGroup
                                | PrincipalType::Everyone
                        )
                    })
                    .count()
                    .to_string()
            }
            "property" => {
                let (resource, property) = rest.split_once(' ').ok_or_else(|| unknown(text))?;
                let scope = resolve_scope(tenant, resource)?;
                let resource = tenant.scope(&scope).and_then(|ix| tenant.resource(ix));
                let value = resource.and_then(|resource| {
                    let mut value = resource.properties.as_ref()?;
                    for key in property.trim().split('.') {
                        value = value.get(key)?;
                    }
                    Some(value)
                });
                match value {
                    Some(serde_json::Value::String(text)) => text.clone(),
                    Some(value) => value.to_string(),
                    None => "not set".to_string(),
                }
            }
            _ => return Err(unknown(text)),
        })
    }
}

/// A long number with its thousands apart.
fn grouped(value: String) -> String {
    if value.len() < 4 || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return value;
    }
    let mut out = String::with_capacity(value.len() + value.len() / 3);
    for (at, digit) in value.chars().enumerate() {
        if at > 0 && (value.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn unknown(text: &str) -> Error {
    Error::new(ErrorKind::Scenario, format!("the placeholder `{{{text}}}`"))
        .expected(format!("one of {KNOWN}"))
}

/// A role of the tenant or of its catalog, by name; of the tenant's own the custom one comes first.
pub(super) fn role(tenant: &Tenant, name: &str) -> Result<RoleDefinition, Error> {
    let custom = tenant
        .roles()
        .filter_map(|ix| tenant.role(ix).definition())
        .find(|role| role.name.eq_ignore_ascii_case(name.trim()));
    if let Some(role) = custom {
        return Ok(role.clone());
    }
    let found = tenant.catalog().roles().by_name(name.trim());
    found.first().map(|entry| entry.definition()).ok_or_else(|| {
        Error::new(ErrorKind::NotFound, format!("no role is called `{name}`"))
            .help("azrbac role search WORD… finds roles")
    })
}

impl Prose {
    /// Is there nothing?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Its paragraphs, with every placeholder computed on this tenant.
    ///
    /// # Errors
    /// A placeholder that is none, or that names what is not there.
    pub fn parts(&self, tenant: &Tenant) -> Result<Vec<Part>, Error> {
        Ok(parts(&self.fill(&View::new(tenant))?))
    }

    /// The text with every placeholder computed.
    pub(super) fn fill(&self, view: &View<'_>) -> Result<String, Error> {
        let mut out = String::with_capacity(self.text.len());
        let mut rest = self.text.as_str();
        while let Some(open) = rest.find('{') {
            let end = rest[open..].find('}').map(|close| open + close);
            // Lines of code keep their brackets: a placeholder begins with a small letter.
            let is_one = rest[open + 1..].starts_with(|c: char| c.is_ascii_lowercase());
            let (Some(end), true) = (end, is_one) else {
                out.push_str(&rest[..=open]);
                rest = &rest[open + 1..];
                continue;
            };
            out.push_str(&rest[..open]);
            let words: Vec<&str> = rest[open + 1..end].split_whitespace().collect();
            let value = view.compute(&words.join(" ")).map_err(|error| match &self.place {
                Some(place) => error.at(place.clone()),
                None => error,
            })?;
            out.push_str(&grouped(value));
            rest = &rest[end + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }
}

/// The paragraphs of a text that is filled in.
#[must_use]
pub(super) fn parts(text: &str) -> Vec<Part> {
    let mut found: Vec<Part> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            open = false;
            continue;
        }
        if let Some(code) = line.strip_prefix("    ") {
            match found.last_mut() {
                Some(Part::Lines(lines)) if open => lines.push(code.trim_end().to_string()),
                _ => found.push(Part::Lines(vec![code.trim_end().to_string()])),
            }
        } else if let Some(item) = trimmed.strip_prefix("- ") {
            found.push(Part::Item(item.to_string()));
        } else {
            match found.last_mut() {
                Some(Part::Paragraph(text) | Part::Item(text)) if open => {
                    text.push(' ');
                    text.push_str(trimmed);
                }
                _ => found.push(Part::Paragraph(trimmed.to_string())),
            }
        }
        open = true;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_falls_into_parts() {
        let found = parts("One\ntwo.\n\nThree:\n- a\n  b\n- c\n\n    az x\n    az y\n\nEnd");
        assert_eq!(
            found,
            [
                Part::Paragraph("One two.".into()),
                Part::Paragraph("Three:".into()),
                Part::Item("a b".into()),
                Part::Item("c".into()),
                Part::Lines(vec!["az x".into(), "az y".into()]),
                Part::Paragraph("End".into()),
            ]
        );
    }

    #[test]
    fn placeholders_are_computed_and_code_is_left_alone() {
        let tenant =
            Tenant::build(crate::model::Facts::closed(), &crate::catalog::Catalog::newest());
        let view = View::new(&tenant);
        let prose = |text: &str| Prose { text: text.to_string(), place: None };
        let filled = prose("{built-in-roles} roles; ActionMatches{'a'}").fill(&view).unwrap();
        assert!(filled.ends_with("roles; ActionMatches{'a'}") && !filled.contains("built-in"));
        let error = prose("{nonsense}").fill(&view).unwrap_err();
        assert!(error.to_string().contains("roles-holding"), "{error}");
    }
}
