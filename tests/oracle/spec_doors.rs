//! docs/local-auth.md, section 1: a request for data is let in by any open door.

use serde_json::Value as Json;

use super::answer::Truth::{self, False, True, Unknown};
use super::answer::{Access, Outcome};
use super::services::{Key, SERVICES, Service, Test};
use super::spec::{can, matches, path};
use super::spelling::{fold_scope, last, names};
use super::world::{Attribute, Plane, Question, World};

pub(crate) fn access(world: &World, q: &Question, rbac: Outcome) -> Access {
    let (mut access, rbac) = (Access::default(), rbac.truth());
    let mut doors = vec![("rbac", Some(True), rbac)];
    // Doors are a matter of the data plane; the type of the resource comes from the scope.
    let place = if q.plane == Plane::Data { place(world, &q.scope) } else { None };
    if let Some((resource, service)) = place {
        let listed =
            world.resources.iter().find(|one| fold_scope(&one.id) == fold_scope(&resource));
        let properties = listed.and_then(|one| one.properties.as_ref());
        let says = |test: &Option<Test>, none| test.map_or(none, |test| holds(test, properties));
        // Rule 1: whoever holds the data action, where the service looks at roles.
        let looks = service.roles_if.iter().map(|test| says(test, True)).max().unwrap_or(True);
        doors[0] = ("rbac", Some(looks), looks.min(rbac));
        // Rule 2: whoever may obtain a credential that covers it, where no switch closes those.
        let mut local = ("local-auth", None, False);
        for key in service.keys {
            let (covers, scope) = (covers(key, service, q), lives_on(key, &resource, &q.scope));
            let Some(scope) = scope.filter(|_| covers != False) else { continue };
            let works = says(&key.closed_by, False).not().min(says(&key.only_if, True)).min(covers);
            let held = held(world, q, key, scope);
            local.1 = local.1.max(Some(works));
            local.2 = local.2.max(works.min(if key.confirmed { held } else { held.min(Unknown) }));
            if held != False {
                access.keys.insert(key.operation.to_ascii_lowercase());
            }
        }
        doors.push(local);
        access.doors.clone_from(&doors);
    }
    // Rule 4: the first that certainly lets in.
    let best = doors.iter().map(|door| door.2).max().unwrap_or(False);
    access.via = doors.iter().find(|door| door.2 == True).map_or("none", |door| door.0);
    access.effective = [Outcome::NotAllowed, Outcome::Conditional, Outcome::Allowed][best as usize];
    access
}

/// The nearest scope above whose type has doors, as it is spelled.
fn place(world: &World, scope: &str) -> Option<(String, &'static Service)> {
    let text = format!("/{}", scope.trim().trim_matches('/'));
    path(world, &text).iter().find_map(|above| {
        let resource = text.get(..above.len()).filter(|text| fold_scope(text) == *above)?;
        let kind = names(resource).pop()?.0;
        let service = SERVICES.iter().find(|service| service.kind.eq_ignore_ascii_case(&kind))?;
        Some((resource.to_owned(), service))
    })
}

/// Properties that nobody gave are unknown; of those that are given, an absent one (or null) has its default.
fn holds(test: Test, properties: Option<&Json>) -> Truth {
    let Some(all) = properties else { return Unknown };
    match test.path.split('.').fold(all, |at, name| &at[name]) {
        Json::Null => test.absent.into(),
        Json::String(word) => word.eq_ignore_ascii_case(test.is).into(),
        other => (test.is == "set" || *other == Json::Bool(test.is == "true")).into(),
    }
}

/// Where a key operation is called: on the resource, or on a child that need not exist. The key of one
/// queue opens that queue, so it opens nothing in another branch.
fn lives_on(key: &Key, resource: &str, asked: &str) -> Option<String> {
    let own: Vec<(String, &str)> = names(asked).into_iter().skip(names(resource).len()).collect();
    let bound = own.iter().zip(&key.child[..key.reach]);
    let same = bound.clone().all(|((kind, _), wanted)| last(kind).eq_ignore_ascii_case(wanted));
    let named = bound.map(|((_, name), _)| *name).chain(std::iter::repeat("(any)"));
    let below = key.child.iter().zip(named).map(|(kind, name)| format!("/{kind}/{name}"));
    same.then(|| format!("{resource}{}", below.collect::<String>()))
}

fn covers(key: &Key, service: &Service, q: &Question) -> Truth {
    let any = |list: &[&str]| list.iter().any(|pattern| matches(pattern, &q.operation, false));
    let nobody_knows = key.covers.is_empty();
    if nobody_knows { Unknown.min(any(service.data).into()) } else { any(key.covers).into() }
}

/// A question of the control plane, with denies and locks: a `ReadOnly` one stops all but reads.
fn held(world: &World, q: &Question, key: &Key, scope: String) -> Truth {
    let mut inner =
        Question { operation: key.operation.to_owned(), scope, plane: Plane::Control, ..q.clone() };
    (inner.method, inner.linked) = (None, Vec::new());
    inner.attributes.retain(|(name, _)| *name != Attribute::sub_operation());
    can(world, &inner).outcome.truth()
}
