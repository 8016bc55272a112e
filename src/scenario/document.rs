//! Reading scenario documents: JSON or YAML, one scenario or a list of them.

use super::Question;
use crate::condition::{AttributeSource, AttributeValue, Attributes};
use crate::decide::Outcome;
use crate::ident::Plane;
use crate::ingest::documents::{RawEntry, entries, message, offset_of, without_comments};
use crate::ingest::entry::{Entry, Problem, Step, parse_time};
use crate::ingest::ground::{At, Ground, Lines};
use crate::ingest::node::Node;
use crate::ingest::reader::Reader;
use crate::ingest::{list_path, read_as, recognise, shape_of_list, text, yaml};
use crate::model::Facts;
use crate::origin::{Error, ErrorKind, Place, SourceId};

/// One scenario: a tenant and what is asked of it.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its name; empty where it has none.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// The tenant's facts: a closed world.
    pub facts: Facts,
    /// Snapshots to be merged into the tenant, relative to the document.
    pub include: Vec<String>,
    /// Built-in roles as of this date.
    pub catalog: Option<String>,
    /// Decisions and what they must be.
    pub checks: Vec<Check>,
    /// `whoCan`.
    pub who_can: Vec<Listing>,
    /// `whereCan`.
    pub where_can: Vec<Listing>,
    /// Conditions on their own.
    pub expressions: Vec<Expression>,
    /// Objects that the service would accept or refuse.
    pub validations: Vec<Validation>,
    /// Where it begins.
    pub place: Place,
}

/// A question and the answer that it must have.
#[derive(Debug, Clone)]
pub struct Check {
    /// Its name, or `check 3`.
    pub name: String,
    /// The question.
    pub question: Question,
    /// RBAC's answer.
    pub expect: Option<Expected>,
    /// The first door that opens: `rbac`, `native`, `local-auth`, `none`.
    pub expect_via: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// What an answer must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Exactly this outcome.
    Outcome(Outcome),
    /// Not allowed, denied or locked.
    Refused,
}

impl Expected {
    /// Reads the word of a document or of `--expect`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Expected> {
        Some(match word {
            "allowed" => Expected::Outcome(Outcome::Allowed),
            "not-allowed" => Expected::Outcome(Outcome::NotAllowed),
            "denied" => Expected::Outcome(Outcome::Denied),
            "locked" => Expected::Outcome(Outcome::Locked),
            "conditional" => Expected::Outcome(Outcome::Conditional),
            "refused" => Expected::Refused,
            _ => return None,
        })
    }

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Expected::Outcome(outcome) => outcome.as_str(),
            Expected::Refused => "refused",
        }
    }

    /// Does an outcome meet it?
    #[must_use]
    pub fn is_met_by(self, outcome: Outcome) -> bool {
        match self {
            Expected::Outcome(expected) => expected == outcome,
            Expected::Refused => {
                matches!(outcome, Outcome::NotAllowed | Outcome::Denied | Outcome::Locked)
            }
        }
    }
}

/// A listing and the set that it must give.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The question; `principal` or `scope` is empty, whichever is listed.
    pub question: Question,
    /// Principals or scopes.
    pub expect: Vec<String>,
    /// Must it be exactly these, or at least these?
    pub exactly: bool,
    /// Where it stands.
    pub place: Place,
}

/// A condition on its own and the value that it must have.
#[derive(Debug, Clone)]
pub struct Expression {
    /// The text.
    pub condition: String,
    /// What it is evaluated for.
    pub question: Question,
    /// Must it be true?
    pub expect_true: bool,
    /// Where it stands.
    pub place: Place,
}

/// An object that the service would accept or refuse.
#[derive(Debug, Clone)]
pub struct Validation {
    /// `roleDefinition`, `roleAssignment` or `denyAssignment`.
    pub kind: String,
    /// The object, read on its own.
    pub facts: Facts,
    /// Fields that decide here and that facts do not keep.
    pub raw: serde_json::Value,
    /// Must it be accepted?
    pub expect_accepted: bool,
    /// Where it stands.
    pub place: Place,
}

/// Does a source look like a scenario document rather than an export?
#[must_use]
pub fn is_scenario(bytes: &[u8]) -> bool {
    let Ok((text, _)) = text::decode(bytes) else { return false };
    match text.trim_start().chars().next() {
        Some('{' | '[' | '/') => {
            // Cheap first: an export of 200 MB has none of these words near its beginning.
            let mut head = text.len().min(256 * 1024);
            while !text.is_char_boundary(head) {
                head -= 1;
            }
            let head = &text[..head];
            if ![
                "\"tenant\"",
                "\"checks\"",
                "\"include\"",
                "\"expressions\"",
                "\"validations\"",
                "\"whoCan\"",
                "\"whereCan\"",
            ]
            .iter()
            .any(|word| head.contains(word))
            {
                return false;
            }
            let clean = without_comments(&text);
            let found = entries(clean.as_deref().unwrap_or(&text));
            found.entries.first().is_some_and(|entry| {
                serde_json::from_str::<Node<'_>>(entry.text)
                    .is_ok_and(|node| recognise::is_scenario(&node))
            })
        }
        Some(_) => text.lines().any(|line| {
            [
                "tenant:",
                "checks:",
                "include:",
                "expressions:",
                "validations:",
                "whoCan:",
                "whereCan:",
            ]
            .iter()
            .any(|word| line.trim_start_matches("- ").starts_with(word))
        }),
        None => false,
    }
}

/// Reads all scenarios of a document.
///
/// # Errors
/// Everything that is wrong with it, each with file, line, JSON path, what was found and what was
/// expected. Nothing is run of a document that has an error.
pub fn read(name: &str, bytes: &[u8]) -> Result<Vec<Scenario>, Vec<Error>> {
    let (text, _) = text::decode(bytes).map_err(|error| vec![error.at(start(name))])?;
    let mut reader = DocumentReader { name, errors: Vec::new() };
    let lines = Lines::default();
    let scenarios = if text.trim_start().starts_with(['{', '[', '/']) {
        reader.json(&text, &lines)
    } else {
        match yaml::read(&text) {
            Ok((node, positions)) => {
                let ground = Ground {
                    source: SourceId::default(),
                    name,
                    text: &text,
                    lines: &lines,
                    at: At::Yaml(&positions),
                };
                reader.tree(&node, ground, &[])
            }
            Err(error) => {
                reader.errors.push(error.at(start(name)));
                Vec::new()
            }
        }
    };
    if reader.errors.is_empty() { Ok(scenarios) } else { Err(reader.errors) }
}

/// Reads the questions of a batch: one JSON object a line, each a check without `expect`. A line that
/// is not one is that line's error.
///
/// `lines_before` is how many lines of the source stand before `text`.
pub fn read_questions<'a>(
    name: &'a str,
    text: &'a str,
    lines_before: usize,
) -> impl Iterator<Item = Result<Question, Error>> + 'a {
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(
        move |(number, line)| {
            let place = |column: usize| Place {
                file: name.to_string(),
                path: String::new(),
                line: lines_before + number + 1,
                column,
            };
            let node: Node<'_> = serde_json::from_str(line).map_err(|error| {
                Error::new(ErrorKind::Syntax, format!("not JSON: {}", message(&error)))
                    .expected("one JSON object a line")
                    .at(place(error.column()))
            })?;
            let entry = Entry::of(&node).ok_or_else(|| {
                Error::new(ErrorKind::Scenario, format!("found {}", node.describe()))
                    .expected("an object with principal, operation and scope")
                    .at(place(1))
            })?;
            known_fields(&entry, QUESTION_FIELDS)
                .and_then(|()| question(&entry, Needs::Both, false))
                .map_err(|problem| problem_error(&problem, place(1)))
        },
    )
}

fn start(name: &str) -> Place {
    Place { file: name.to_string(), path: "$".to_string(), line: 1, column: 1 }
}

fn problem_error(problem: &Problem, place: Place) -> Error {
    let text = problem.text();
    let error = Error::new(ErrorKind::Scenario, format!("found {}", text.found))
        .expected(&text.expected)
        .at(place);
    match &text.help {
        Some(help) => error.help(help),
        None => error,
    }
}

struct DocumentReader<'n> {
    name: &'n str,
    errors: Vec<Error>,
}

impl DocumentReader<'_> {
    fn json(&mut self, text: &str, lines: &Lines) -> Vec<Scenario> {
        let mut found = entries(text);
        let clean;
        if found.broken.is_some()
            && let Some(without) = without_comments(text)
        {
            clean = without;
            found = entries(&clean);
        }
        if let Some((offset, what)) = &found.broken {
            let location = crate::origin::locate(text, *offset);
            self.errors.push(
                Error::new(ErrorKind::Syntax, format!("not JSON from here on: {what}"))
                    .expected("a scenario document")
                    .at(Place {
                        file: self.name.to_string(),
                        path: location.path,
                        line: location.line,
                        column: location.column,
                    }),
            );
            return Vec::new();
        }
        let mut scenarios = Vec::new();
        for entry in &found.entries {
            let ground = Ground {
                source: SourceId::default(),
                name: self.name,
                text,
                lines,
                at: At::Json { entry: *entry, documents: found.documents },
            };
            match serde_json::from_str::<Node<'_>>(entry.text) {
                Ok(node) => scenarios.extend(self.tree(&node, ground, &[])),
                Err(error) => self.broken_entry(entry, &error, ground),
            }
        }
        scenarios
    }

    fn broken_entry(
        &mut self,
        entry: &RawEntry<'_>,
        error: &serde_json::Error,
        ground: Ground<'_>,
    ) {
        let offset = offset_of(entry.text, error);
        self.errors.push(
            Error::new(
                ErrorKind::Syntax,
                format!("{} at byte {offset} of the scenario", message(error)),
            )
            .expected("an object whose strings are Unicode")
            .at(ground.place(&[])),
        );
    }

    fn tree(&mut self, node: &Node<'_>, ground: Ground<'_>, base: &[Step]) -> Vec<Scenario> {
        match node {
            Node::List(items) => items
                .iter()
                .enumerate()
                .flat_map(|(index, item)| {
                    self.tree(item, ground, &[base, &[Step::Index(index)]].concat())
                })
                .collect(),
            _ => self.scenario(node, ground, base).into_iter().collect(),
        }
    }

    fn problem(&mut self, ground: Ground<'_>, base: &[Step], problem: &Problem) {
        let steps = [base, &problem.text().steps].concat();
        self.errors.push(problem_error(problem, ground.place(&steps)));
    }

    fn scenario(&mut self, node: &Node<'_>, ground: Ground<'_>, base: &[Step]) -> Option<Scenario> {
        let Some(entry) = Entry::of(node) else {
            self.problem(ground, base, &Problem::new(node.describe(), "a scenario"));
            return None;
        };
        if let Err(problem) = known_fields(&entry, SCENARIO_FIELDS) {
            self.problem(ground, base, &problem);
        }
        let mut scenario = Scenario {
            name: String::new(),
            description: String::new(),
            facts: Facts::closed(),
            include: Vec::new(),
            catalog: None,
            checks: Vec::new(),
            who_can: Vec::new(),
            where_can: Vec::new(),
            expressions: Vec::new(),
            validations: Vec::new(),
            place: ground.place(base),
        };
        if let Err(problem) = head(&entry, &mut scenario) {
            self.problem(ground, base, &problem);
        }
        self.tenant(&entry, &mut scenario, ground, base);
        self.each(&entry, "checks", CHECK_FIELDS, ground, base, |inner, place, number| {
            scenario.checks.push(check(inner, place, number)?);
            Ok(())
        });
        for (list, needs) in [("whoCan", Needs::Scope), ("whereCan", Needs::Principal)] {
            let mut found = Vec::new();
            self.each(&entry, list, LISTING_FIELDS, ground, base, |inner, place, _| {
                found.push(listing(inner, place, needs)?);
                Ok(())
            });
            match needs {
                Needs::Scope => scenario.who_can = found,
                _ => scenario.where_can = found,
            }
        }
        self.each(&entry, "expressions", EXPRESSION_FIELDS, ground, base, |inner, place, _| {
            scenario.expressions.push(expression(inner, place)?);
            Ok(())
        });
        self.validations(&entry, &mut scenario, ground, base);
        Some(scenario)
    }

    /// The tenant's lists, each in the shape that its name says.
    fn tenant(
        &mut self,
        entry: &Entry<'_, '_>,
        scenario: &mut Scenario,
        ground: Ground<'_>,
        base: &[Step],
    ) {
        let field = match entry.find_own("tenant") {
            Ok(Some(field)) => field,
            Ok(None) => return,
            Err(problem) => return self.problem(ground, base, &problem),
        };
        let Some(tenant) = Entry::of(field.node) else {
            return self.problem(ground, base, &field.problem("an object of lists"));
        };
        let source = scenario.facts.sources.add(self.name);
        for (list, value) in tenant.own() {
            let step = Step::Key("tenant".to_string());
            let Some(shape) = shape_of_list(list) else {
                let problem = unknown_field(list, TENANT_LISTS).under(step);
                self.problem(ground, base, &problem);
                continue;
            };
            let Node::List(items) = value else {
                if *value != Node::Null {
                    let problem = Problem::new(value.describe(), "a list")
                        .under(Step::Key(list.to_string()))
                        .under(step);
                    self.problem(ground, base, &problem);
                }
                continue;
            };
            for (index, item) in items.iter().enumerate() {
                let path = [base, &list_path(list, index)].concat();
                let Some(inner) = Entry::of(item) else {
                    self.problem(ground, &path, &Problem::new(item.describe(), "an object"));
                    continue;
                };
                let mut reader = Reader::new(&mut scenario.facts, Ground { source, ..ground });
                reader.base = path;
                read_as(&mut reader, &inner, shape);
            }
        }
        self.errors.append(&mut scenario.facts.errors);
        scenario.facts.gaps.clear();
    }

    fn validations(
        &mut self,
        entry: &Entry<'_, '_>,
        scenario: &mut Scenario,
        ground: Ground<'_>,
        base: &[Step],
    ) {
        let mut found = Vec::new();
        self.each(entry, "validations", VALIDATION_FIELDS, ground, base, |inner, place, number| {
            let object = inner
                .find_own("object")?
                .ok_or_else(|| Problem::new("no `object`", "what the service would judge"))?;
            let object_entry = Entry::of(object.node).ok_or_else(|| object.problem("an object"))?;
            let kind = object_entry.filled(&["type"])?.unwrap_or_default().to_string();
            let shape = match kind.as_str() {
                "roleDefinition" => recognise::Shape::RoleDefinition,
                "roleAssignment" => recognise::Shape::RoleAssignment,
                "denyAssignment" => recognise::Shape::Deny,
                _ => {
                    return Err(Problem::new(
                        format!("an object of type `{kind}`"),
                        "`roleDefinition`, `roleAssignment` or `denyAssignment`",
                    ));
                }
            };
            let expect_accepted = match inner.filled(&["expect"])? {
                Some("accepted") => true,
                Some("refused") => false,
                other => {
                    return Err(Problem::new(
                        format!("expect `{}`", other.unwrap_or_default()),
                        "`accepted` or `refused`",
                    ));
                }
            };
            let mut facts = Facts::closed();
            let source = facts.sources.add(ground.name);
            let mut reader = Reader::new(&mut facts, Ground { source, ..ground });
            reader.base = [
                base,
                &[
                    Step::Key("validations".to_string()),
                    Step::Index(number),
                    Step::Key("object".to_string()),
                ],
            ]
            .concat();
            read_as(&mut reader, &object_entry, shape);
            found.push(Validation {
                kind,
                facts,
                raw: object.node.to_value(),
                expect_accepted,
                place,
            });
            Ok(())
        });
        scenario.validations = found;
    }

    /// Every object of a list, with its fields checked.
    fn each(
        &mut self,
        entry: &Entry<'_, '_>,
        list: &str,
        fields: &[&str],
        ground: Ground<'_>,
        base: &[Step],
        mut one: impl FnMut(&Entry<'_, '_>, Place, usize) -> Result<(), Problem>,
    ) {
        let field = match entry.find_own(list) {
            Ok(Some(field)) => field,
            Ok(None) => return,
            Err(problem) => return self.problem(ground, base, &problem),
        };
        let Node::List(items) = field.node else {
            return self.problem(ground, base, &field.problem("a list"));
        };
        for (index, item) in items.iter().enumerate() {
            let path = [base, &[Step::Key(list.to_string()), Step::Index(index)]].concat();
            let result = match Entry::of(item) {
                None => Err(Problem::new(item.describe(), "an object")),
                Some(inner) => known_fields(&inner, fields)
                    .and_then(|()| one(&inner, ground.place(&path), index)),
            };
            if let Err(problem) = result {
                self.problem(ground, &path, &problem);
            }
        }
    }
}

const SCENARIO_FIELDS: &[&str] = &[
    "name",
    "description",
    "source",
    "basis",
    "why",
    "include",
    "catalog",
    "tenant",
    "checks",
    "whoCan",
    "whereCan",
    "expressions",
    "validations",
];
const TENANT_LISTS: &[&str] = &[
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
const QUESTION_FIELDS: &[&str] = &[
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
const CHECK_FIELDS: &[&str] = &[
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
const LISTING_FIELDS: &[&str] = &[
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
const EXPRESSION_FIELDS: &[&str] = &[
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
const VALIDATION_FIELDS: &[&str] = &["name", "object", "expect", "why", "description"];

fn unknown_field(field: &str, known: &[&str]) -> Problem {
    let nearest = known.iter().min_by_key(|name| strsim::osa_distance(name, field));
    let problem =
        Problem::new(format!("the field `{field}`"), format!("one of {}", known.join(", ")));
    match nearest.filter(|name| strsim::osa_distance(name, field) <= 3) {
        Some(name) => problem.help(format!("did you mean `{name}`?")),
        None => problem,
    }
}

/// A misspelt field is an error: a misspelt test must not pass.
fn known_fields(entry: &Entry<'_, '_>, known: &[&str]) -> Result<(), Problem> {
    for (field, _) in entry.own() {
        if !known.contains(&&**field) {
            return Err(unknown_field(field, known));
        }
    }
    Ok(())
}

fn head(entry: &Entry<'_, '_>, scenario: &mut Scenario) -> Result<(), Problem> {
    scenario.name = entry.text(&["name"])?.unwrap_or_default().to_string();
    scenario.description = entry.text(&["description"])?.unwrap_or_default().to_string();
    scenario.catalog = entry.filled(&["catalog"])?.map(str::to_string);
    let mut repairs = Vec::new();
    scenario.include = entry
        .strings(&["include"], &mut repairs)?
        .into_iter()
        .map(|(path, _)| path.to_string())
        .collect();
    Ok(())
}

/// Which ends of a question must be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    Both,
    Scope,
    Principal,
    Neither,
}

fn question(entry: &Entry<'_, '_>, needs: Needs, complete: bool) -> Result<Question, Problem> {
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
    })
}

fn attributes(entry: &Entry<'_, '_>) -> Result<Attributes, Problem> {
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

fn attribute_value(node: &Node<'_>) -> Result<Option<AttributeValue>, Problem> {
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

fn check(entry: &Entry<'_, '_>, place: Place, number: usize) -> Result<Check, Problem> {
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

fn listing(entry: &Entry<'_, '_>, place: Place, needs: Needs) -> Result<Listing, Problem> {
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

fn expression(entry: &Entry<'_, '_>, place: Place) -> Result<Expression, Problem> {
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
