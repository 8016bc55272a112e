//! The loop that one writes on a Friday: all names are strings, every pattern a compiled expression.

use crate::measure::{Measured, Session};
use crate::workload::{Block, Question, Workload, expression};
use azrbac::ident::Plane;
use regex::Regex;
use std::collections::{HashMap, HashSet};
use std::time::Instant;

/// Looks at every assignment.
pub(crate) fn linear(session: &mut Session<'_>, count: usize) -> Result<Measured, String> {
    let start = Instant::now();
    let model = Model::new(session.workload)?;
    let questions = session.workload.questions(count);
    session.measure(start.elapsed(), &questions, |question| {
        let (ids, above) = (model.ids(question), model.above(question));
        let hit = |entry: &&Entry| {
            ids.contains(entry.principal.as_str()) && above.contains(entry.scope.as_str())
        };
        let denied =
            model.denies.iter().filter(hit).any(|entry| holds(&model.shapes[entry.what], question));
        Ok(!denied
            && model
                .assignments
                .iter()
                .filter(hit)
                .any(|entry| holds(&model.roles[entry.what], question)))
    })
}

/// Looks at the assignments of the principal and its groups: at their roles, then at their scopes.
pub(crate) fn patterns_first(session: &mut Session<'_>, count: usize) -> Result<Measured, String> {
    indexed(session, count, Order::PatternsFirst)
}

/// Looks at the assignments of the principal and its groups: at their scopes, then at their roles.
pub(crate) fn scopes_first(session: &mut Session<'_>, count: usize) -> Result<Measured, String> {
    indexed(session, count, Order::ScopesFirst)
}

/// What is looked at first of an assignment.
enum Order {
    PatternsFirst,
    ScopesFirst,
}

fn indexed(session: &mut Session<'_>, count: usize, order: Order) -> Result<Measured, String> {
    let start = Instant::now();
    let model = Model::new(session.workload)?;
    let by_principal = |entries: &'_ [Entry]| {
        let mut index: HashMap<String, Vec<(String, usize)>> = HashMap::new();
        for entry in entries {
            let own = index.entry(entry.principal.clone()).or_default();
            own.push((entry.scope.clone(), entry.what));
        }
        index
    };
    let (assignments, denies) = (by_principal(&model.assignments), by_principal(&model.denies));
    let questions = session.workload.questions(count);
    session.measure(start.elapsed(), &questions, |question| {
        let (ids, above) = (model.ids(question), model.above(question));
        let any = |index: &HashMap<String, Vec<(String, usize)>>, what: &[Vec<Matchers>]| {
            let mut own = ids.iter().filter_map(|id| index.get(*id)).flatten();
            own.any(|(scope, at)| match order {
                Order::PatternsFirst => {
                    holds(&what[*at], question) && above.contains(scope.as_str())
                }
                Order::ScopesFirst => above.contains(scope.as_str()) && holds(&what[*at], question),
            })
        };
        Ok(!any(&denies, &model.shapes) && any(&assignments, &model.roles))
    })
}

/// Somebody, somewhere, a role or a shape of deny.
struct Entry {
    principal: String,
    scope: String,
    what: usize,
}

/// The compiled patterns of a block on both planes: what it holds, what it leaves out.
struct Matchers([(Vec<Regex>, Vec<Regex>); 2]);

struct Model {
    groups_of: HashMap<String, Vec<String>>,
    parents: HashMap<String, String>,
    assignments: Vec<Entry>,
    denies: Vec<Entry>,
    roles: Vec<Vec<Matchers>>,
    shapes: Vec<Vec<Matchers>>,
}

impl Model {
    fn new(workload: &Workload) -> Result<Model, String> {
        let world = &workload.world;
        let principal = |at: u32| workload.principals[at as usize].clone();
        let scope = |at: u32| workload.scopes[at as usize].clone();
        let entry = |holder, place, what: u32| Entry {
            principal: principal(holder),
            scope: scope(place),
            what: what as usize,
        };
        let compiled = |blocks: &Vec<Block>| blocks.iter().map(Matchers::new).collect();
        Ok(Model {
            groups_of: (0..)
                .zip(&world.groups_of)
                .map(|(at, groups)| {
                    (principal(at), groups.iter().map(|group| principal(*group)).collect())
                })
                .collect(),
            parents: (0..)
                .zip(&world.parents)
                .skip(1)
                .map(|(at, parent)| (scope(at), scope(*parent)))
                .collect(),
            assignments: world
                .assignments
                .iter()
                .map(|assigned| entry(assigned.holder, assigned.scope, assigned.role))
                .collect(),
            denies: world
                .denies
                .iter()
                .map(|denied| entry(denied.holder, denied.scope, denied.shape))
                .collect(),
            roles: workload.roles.iter().map(compiled).collect::<Result<_, String>>()?,
            shapes: workload.shapes.iter().map(compiled).collect::<Result<_, String>>()?,
        })
    }

    /// The principal and every group that holds it.
    fn ids<'m>(&'m self, question: &Question<'m>) -> HashSet<&'m str> {
        let mut found = HashSet::from([question.principal]);
        let mut open = vec![question.principal];
        while let Some(id) = open.pop() {
            for group in self.groups_of.get(id).into_iter().flatten() {
                if found.insert(group) {
                    open.push(group);
                }
            }
        }
        found
    }

    /// The scope and every scope above it.
    fn above<'m>(&'m self, question: &Question<'m>) -> HashSet<&'m str> {
        let mut scope = question.scope;
        let mut found = HashSet::from([scope]);
        while let Some(parent) = self.parents.get(scope) {
            scope = parent;
            found.insert(scope);
        }
        found
    }
}

impl Matchers {
    fn new(block: &Block) -> Result<Matchers, String> {
        let compile = |list: &[String]| {
            let compiled = list.iter().map(|pattern| Regex::new(&expression(pattern)));
            compiled.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())
        };
        let side = |plane| {
            let lists = block.side(plane);
            Ok::<_, String>((compile(&lists.allow)?, compile(&lists.except)?))
        };
        Ok(Matchers([side(Plane::Control)?, side(Plane::Data)?]))
    }
}

fn holds(blocks: &[Matchers], question: &Question<'_>) -> bool {
    let any = |list: &[Regex]| list.iter().any(|pattern| pattern.is_match(question.operation));
    blocks.iter().any(|block| {
        let (allow, except) = match question.plane {
            Plane::Control => &block.0[0],
            Plane::Data => &block.0[1],
        };
        any(allow) && !any(except)
    })
}
