//! The entries of a scenario document, field by field: a misspelt field is an error.

use super::Question;
use super::model::{AskedRequest, Check, Expected, Expression, Listing, Scenario};
use crate::condition::{AttributeSource, AttributeValue, Attributes};
use crate::ident::Plane;
use crate::ingest::entry::{Entry, Problem, Step, parse_time};
pub(crate) use crate::ingest::entry::{known_fields, unknown_field};
use crate::ingest::node::Node;
use crate::origin::Place;

pub(crate) const SCENARIO_FIELDS: &[&str] = &[
    "name",
    "description",
    "source",
    "basis",
    "why",
    "rules",
    "include",
    "catalog",
    "tenant",
    "checks",
    "whoCan",
    "whereCan",
    "expressions",
    "validations",
    "requests",
];
pub(crate) const TENANT_LISTS: &[&str] = &[
    "roleDefinitions",
    "roleAssignments",
    "denyAssignments",
    "users",
    "groups",
    "servicePrincipals",
    "managementGroups",
    "subscriptions",
    "resources",
    "locks",
];
pub(crate) const QUESTION_FIELDS: &[&str] = &[
    "name",
    "principal",
    "operation",
    "scope",
    "plane",
    "attributes",
    "attributesComplete",
    "subOperation",
    "method",
    "at",
    "linked",
    "viaLighthouse",
    "why",
];
pub(crate) const CHECK_FIELDS: &[&str] = &[
    "name",
    "principal",
    "operation",
    "scope",
    "plane",
    "attributes",
    "attributesComplete",
    "subOperation",
    "method",
    "at",
    "linked",
    "viaLighthouse",
    "expect",
    "expectVia",
    "why",
    "description",
];
pub(crate) const LISTING_FIELDS: &[&str] = &[
    "name",
    "principal",
    "operation",
    "scope",
    "plane",
    "at",
    "attributes",
    "attributesComplete",
    "subOperation",
    "expect",
    "exactly",
    "why",
    "description",
];
pub(crate) const EXPRESSION_FIELDS: &[&str] = &[
    "name",
    "condition",
    "operation",
    "plane",
    "subOperation",
    "attributes",
    "attributesComplete",
    "expect",
    "why",
    "description",
];
pub(crate) const VALIDATION_FIELDS: &[&str] = &["name", "object", "expect", "why", "description"];
pub(crate) const REQUEST_FIELDS: &[&str] =
    &["name", "request", "expect", "scope", "linked", "why", "description"];

pub(crate) fn head(entry: &Entry<'_, '_>, scenario: &mut Scenario) -> Result<(), Problem> {
    scenario.name = entry.text(&["name"])?.unwrap_or_default().to_string();
    scenario.description = entry.text(&["description"])?.unwrap_or_default().to_string();
    scenario.catalog = entry.filled(&["catalog"])?.map(str::to_string);
    scenario.source = entry.text(&["source"])?.unwrap_or_default().to_string();
    scenario.why = entry.text(&["why"])?.unwrap_or_default().to_string();
    let mut repairs = Vec::new();
    for (number, _) in entry.strings(&["rules"], &mut repairs)? {
        let rule = crate::catalog::rule(number).ok_or_else(|| {
            Problem::new(format!("the rule `{number}`"), "the number of a rule, such as `4.2`")
                .under(Step::Key("rules".to_string()))
                .help("`azrbac explain` lists them")
        })?;
        scenario.rules.push(rule);
    }
    scenario.include = entry
        .strings(&["include"], &mut repairs)?
        .into_iter()
        .map(|(path, _)| path.to_string())
        .collect();
    Ok(())
}

/// Which ends of a question must be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    Both,
    Scope,
    Principal,
    Neither,
}

pub(crate) fn question(
    entry: &Entry<'_, '_>,
    needs: Needs,
    complete: bool,
) -> Result<Question, Problem> {
    let required = |field: &str, needed: bool| -> Result<String, Problem> {
        match entry.filled(&[field])? {
            Some(text) => Ok(text.to_string()),
            None if needed => Err(Problem::new(format!("no `{field}`"), format!("`{field}`"))),
            None => Ok(String::new()),
        }
    };
    let plane = entry
        .find_own("plane")?
        .map(|field| {
            field.text()?.parse::<Plane>().map_err(|_| field.problem("`control` or `data`"))
        })
        .transpose()?;
    let at = match entry.find_own("at")? {
        Some(field) => Some(
            parse_time(field.text()?)
                .ok_or_else(|| field.problem("a time such as `2026-01-10T00:00:00Z`"))?,
        ),
        None => None,
    };
    let method = entry
        .find_own("method")?
        .map(|field| {
            field
                .text()?
                .parse()
                .map_err(|_| field.problem("GET, HEAD, PUT, PATCH, POST or DELETE"))
        })
        .transpose()?;
    let mut repairs = Vec::new();
    let sub_operations: Vec<String> = entry
        .strings(&["subOperation"], &mut repairs)?
        .into_iter()
        .map(|(text, _)| text.to_string())
        .collect();
    let mut linked = Vec::new();
    if let Some((field, entries)) = entry.objects(&["linked"], &mut repairs)? {
        for (index, inner) in entries.iter().enumerate() {
            let under = |problem: Problem| field.place(problem.under(Step::Index(index)));
            known_fields(inner, &["operation", "scope"]).map_err(under)?;
            let part = |name: &str| {
                inner
                    .filled(&[name])
                    .and_then(|text| {
                        text.map(str::to_string).ok_or_else(|| {
                            Problem::new(format!("no `{name}`"), format!("`{name}`"))
                        })
                    })
                    .map_err(under)
            };
            linked.push((part("operation")?, part("scope")?));
        }
    }
    Ok(Question {
        principal: required("principal", matches!(needs, Needs::Both | Needs::Principal))?,
        operation: required("operation", true)?,
        scope: required("scope", matches!(needs, Needs::Both | Needs::Scope))?,
        plane,
        attributes: attributes(entry)?,
        attributes_complete: entry.boolean(&["attributesComplete"])?.unwrap_or(complete),
        sub_operations: (!sub_operations.is_empty()).then_some(sub_operations),
        method,
        at,
        linked,
        via_lighthouse: entry.boolean(&["viaLighthouse"])?.unwrap_or(false),
        wildcards: crate::pattern::Wildcards::Azure,
        near_misses: None,
    })
}

pub(crate) fn attributes(entry: &Entry<'_, '_>) -> Result<Attributes, Problem> {
    let mut found = Attributes::default();
    let Some(field) = entry.find_own("attributes")? else { return Ok(found) };
    let Node::Object(sources) = field.node else {
        return Err(field.problem("an object of resource, request, principal, environment"));
    };
    for (word, values) in sources {
        let Some(source) = AttributeSource::parse(word) else {
            return Err(field
                .place(unknown_field(word, &["resource", "request", "principal", "environment"])));
        };
        let under = |problem: Problem| field.place(problem.under(Step::Key(word.to_string())));
        match values {
            Node::Object(values) => {
                for (name, value) in values {
                    if let Some(value) = attribute_value(value)
                        .map_err(|problem| under(problem.under(Step::Key(name.to_string()))))?
                    {
                        found.insert(source, name, value);
                    }
                }
            }
            Node::Null => {}
            _ => return Err(under(Problem::new(values.describe(), "an object of attributes"))),
        }
    }
    Ok(found)
}

pub(crate) fn attribute_value(node: &Node<'_>) -> Result<Option<AttributeValue>, Problem> {
    Ok(Some(match node {
        Node::Null => return Ok(None),
        Node::Bool(value) => AttributeValue::Boolean(*value),
        Node::Text(text) => AttributeValue::Text(text.to_string()),
        Node::Number(number) => AttributeValue::Integer(
            number.as_i64().ok_or_else(|| Problem::new(node.describe(), "a whole number"))?,
        ),
        Node::List(items) => {
            let mut list = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                list.extend(
                    attribute_value(item).map_err(|problem| problem.under(Step::Index(index)))?,
                );
            }
            AttributeValue::List(list)
        }
        Node::Object(fields) => {
            let mut entries = Vec::with_capacity(fields.len());
            for (key, value) in fields {
                if let Some(value) = attribute_value(value)
                    .map_err(|problem| problem.under(Step::Key(key.to_string())))?
                {
                    entries.push((key.to_string(), value));
                }
            }
            AttributeValue::Dictionary(entries)
        }
    }))
}

pub(crate) fn check(entry: &Entry<'_, '_>, place: Place, number: usize) -> Result<Check, Problem> {
    let expect = entry
        .find_own("expect")?
        .map(|field| {
            Expected::parse(field.text()?).ok_or_else(|| {
                field.problem("allowed, not-allowed, denied, locked, conditional or refused")
            })
        })
        .transpose()?;
    let expect_via = entry
        .find_own("expectVia")?
        .map(|field| match field.text()? {
            word @ ("rbac" | "native" | "local-auth" | "none") => Ok(word.to_string()),
            _ => Err(field.problem("rbac, native, local-auth or none")),
        })
        .transpose()?;
    if expect.is_none() && expect_via.is_none() {
        return Err(Problem::new("a check that expects nothing", "`expect` or `expectVia`"));
    }
    Ok(Check {
        name: entry
            .text(&["name"])?
            .map_or_else(|| format!("check {}", number + 1), str::to_string),
        question: question(entry, Needs::Both, true)?,
        expect,
        expect_via,
        place,
    })
}

pub(crate) fn listing(
    entry: &Entry<'_, '_>,
    place: Place,
    needs: Needs,
) -> Result<Listing, Problem> {
    let mut repairs = Vec::new();
    Ok(Listing {
        question: question(entry, needs, true)?,
        expect: entry
            .strings(&["expect"], &mut repairs)?
            .into_iter()
            .map(|(text, _)| text.to_string())
            .collect(),
        exactly: entry.boolean(&["exactly"])?.unwrap_or(true),
        place,
    })
}

pub(crate) fn expression(entry: &Entry<'_, '_>, place: Place) -> Result<Expression, Problem> {
    let field = entry
        .find_own("expect")?
        .ok_or_else(|| Problem::new("no `expect`", "`true` or `not-true`"))?;
    let expect_true = match field.node {
        Node::Text(text) if text == "true" => true,
        Node::Text(text) if text == "not-true" => false,
        Node::Bool(true) => true,
        _ => return Err(field.problem("`true` or `not-true`")),
    };
    Ok(Expression {
        condition: entry
            .filled(&["condition"])?
            .ok_or_else(|| Problem::new("no `condition`", "the text of a condition"))?
            .to_string(),
        question: question(entry, Needs::Neither, true)?,
        expect_true,
        place,
    })
}

pub(super) fn request(entry: &Entry<'_, '_>, place: Place) -> Result<AskedRequest, Problem> {
    let mut repairs = Vec::new();
    let mut list = |field: &str| -> Result<Vec<String>, Problem> {
        let found = entry.strings(&[field], &mut repairs)?;
        Ok(found.into_iter().map(|(text, _)| text.to_string()).collect())
    };
    let (operations, linked) = (list("expect")?, list("linked")?);
    if operations.is_empty() {
        return Err(Problem::new(
            "a request that expects nothing",
            "`expect`, a list of operations",
        ));
    }
    Ok(AskedRequest {
        request: entry
            .filled(&["request"])?
            .ok_or_else(|| Problem::new("no `request`", "a method and a URL"))?
            .to_string(),
        operations,
        scope: entry.filled(&["scope"])?.map(str::to_string),
        linked,
        place,
    })
}
