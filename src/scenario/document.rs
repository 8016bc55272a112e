//! Reading scenario documents: JSON or YAML, one scenario or a list of them.

use super::entries::{
    CHECK_FIELDS, EXPRESSION_FIELDS, LISTING_FIELDS, Needs, REQUEST_FIELDS, SCENARIO_FIELDS,
    TENANT_LISTS, VALIDATION_FIELDS, check, expression, head, listing, request,
};
use super::model::{Scenario, Validation};
use crate::ingest::documents::{RawEntry, entries, message, offset_of, without_comments};
use crate::ingest::entry::{Entry, Problem, Step, known_fields, unknown_field};
use crate::ingest::ground::{At, Ground, Lines};
use crate::ingest::node::Node;
use crate::ingest::reader::Reader;
use crate::ingest::recognise::{self, shape_of_list};
use crate::ingest::{list_path, read_as, text, yaml};
use crate::model::Facts;
use crate::origin::{Error, ErrorKind, Place, SourceId};

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
            .any(|word| field_of_scenario(line).starts_with(word))
        }),
        None => false,
    }
}

/// A line of YAML as far as it can name a field of a scenario: alone, or inside a list of scenarios.
fn field_of_scenario(line: &str) -> &str {
    ["- ", "  "].iter().find_map(|ahead| line.strip_prefix(ahead)).unwrap_or(line)
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

fn start(name: &str) -> Place {
    Place { file: name.to_string(), path: "$".to_string(), line: 1, column: 1 }
}

pub(crate) fn problem_error(problem: &Problem, place: Place) -> Error {
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
            source: String::new(),
            why: String::new(),
            rules: Vec::new(),
            facts: Facts::closed(),
            include: Vec::new(),
            catalog: None,
            checks: Vec::new(),
            who_can: Vec::new(),
            where_can: Vec::new(),
            expressions: Vec::new(),
            validations: Vec::new(),
            requests: Vec::new(),
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
        self.each(&entry, "requests", REQUEST_FIELDS, ground, base, |inner, place, _| {
            scenario.requests.push(request(inner, place)?);
            Ok(())
        });
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
        let above = [base, &[Step::Key(list.to_string())]].concat();
        let offsets = ground.items(&above, items.len());
        for (index, item) in items.iter().enumerate() {
            let path = [&above[..], &[Step::Index(index)]].concat();
            let offset = offsets[index];
            let result = match Entry::of(item) {
                None => Err(Problem::new(item.describe(), "an object")),
                Some(inner) => known_fields(&inner, fields)
                    .and_then(|()| one(&inner, ground.place_at(&path, offset), index)),
            };
            if let Err(problem) = result {
                self.problem(ground, &path, &problem);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_are_known_by_their_fields() {
        for yes in [
            "name: a\ntenant: {}\n",
            "- name: a\n  checks: []\n",
            "# a comment\n\n- expressions: []\n",
            "{\"name\": \"a\", \"tenant\": {}}",
        ] {
            assert!(is_scenario(yes.as_bytes()), "{yes}");
        }
        for no in ["", "- name: a\n  spec:\n    checks: []\n", "[{\"id\": \"checks\"}]"] {
            assert!(!is_scenario(no.as_bytes()), "{no}");
        }
    }

    #[test]
    fn a_rule_that_does_not_exist_is_an_error() {
        let errors = read("a.yaml", b"name: a\nrules: ['4.2', '99.1']\nchecks: []\n").unwrap_err();
        assert_eq!(errors.len(), 1);
        let text = errors[0].to_string();
        assert!(text.contains("`99.1`") && text.contains("azrbac explain"), "{text}");
        let read =
            read("a.yaml", b"name: a\nrules: ['4.2']\nchecks: []\n").expect("it is a scenario");
        assert_eq!(read[0].rules[0].number, "4.2");
    }

    #[test]
    fn a_request_is_held_against_what_it_is_checked_as() {
        let text = b"name: a\ntenant: {}\nrequests:\n  - request: GET /subscriptions/s\n    expect: [Microsoft.Resources/subscriptions/READ]\n  - request: GET /subscriptions/s\n    expect: [Microsoft.Resources/subscriptions/write]\n  - request: GET /subscriptions/s\n    expect: [Microsoft.Resources/subscriptions/read]\n    scope: /subscriptions/t\n";
        let read = read("a.yaml", text).expect("it is a scenario");
        let tenant =
            crate::tenant::Tenant::build(Facts::closed(), &crate::catalog::Catalog::newest());
        let report = crate::scenario::run(&read[0], &tenant);
        assert_eq!((report.passed, report.failures.len()), (1, 2));
        assert_eq!(report.failures[0].actual, "Microsoft.Resources/subscriptions/read");
        assert_eq!(report.failures[1].actual, "/subscriptions/s");
    }
}
