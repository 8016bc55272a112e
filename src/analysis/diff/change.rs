//! What if? Edits of what was read: facts in, facts out. Names are resolved against the tenant that was
//! built from the same facts.

use crate::catalog::Catalog;
use crate::catalog::local_auth::{LocalAuth, LocalAuthCatalog, PropertyPath, ResourceType};
use crate::condition::Condition;
use crate::ident::{Guid, Scope};
use crate::model::{
    Assignment, AssignmentName, AssignmentState, Facts, Group, Guard, Membership, Resource,
    RoleDefinition, RoleRef, Terms, World,
};
use crate::origin::{Error, ErrorKind, Origin};
use crate::tenant::{AssignmentIx, Tenant};
use serde_json::{Map, Value};

/// One edit, every name resolved.
#[derive(Debug, Clone)]
pub enum Edit {
    /// Assign a role to a principal at a scope.
    Assign {
        /// The role.
        role: RoleRef,
        /// Who gets it.
        principal: Guid,
        /// Where.
        scope: Scope,
        /// The condition, where it has one.
        condition: Option<Box<Guard>>,
    },
    /// Remove a role assignment.
    Remove(AssignmentIx),
    /// Set a property of a resource.
    Set {
        /// The resource.
        resource: Scope,
        /// The property.
        path: PropertyPath,
        /// Its value.
        value: Value,
    },
    /// Take a principal into a group.
    AddMember {
        /// The group.
        group: Guid,
        /// Who comes in.
        member: Guid,
    },
    /// Take a principal out of a group.
    RemoveMember {
        /// The group.
        group: Guid,
        /// Who leaves.
        member: Guid,
    },
}

/// The facts with all edits made. Removed assignments are those of the tenant as it was read, whatever
/// else is edited before.
#[must_use]
pub fn edited(mut facts: Facts, tenant: &Tenant, edits: &[Edit]) -> Facts {
    for edit in edits {
        match edit {
            Edit::Assign { role, principal, scope, condition } => {
                let kind = tenant
                    .principal(*principal)
                    .map_or(crate::model::PrincipalType::Unknown, |ix| tenant.principal_kind(ix));
                let scope = facts.scope(scope.clone());
                facts.assignments.push(Assignment {
                    name: AssignmentName::Text("what-if".into()),
                    principal: *principal,
                    principal_type: kind,
                    role: role.clone(),
                    scope,
                    state: AssignmentState::Active,
                    via_lighthouse: false,
                    terms: Terms { condition: condition.as_deref().cloned(), ..Terms::default() }
                        .kept(),
                    origin: Origin::NONE,
                });
            }
            // Below, when no index is needed any more.
            Edit::Remove(_) => {}
            Edit::Set { resource, path, value } => set(&mut facts, resource, path, value),
            Edit::AddMember { group, member } => {
                let unlisted = match facts.world {
                    World::Open => Membership::Unlisted,
                    World::Closed => Membership::Listed,
                };
                match facts.groups.iter_mut().find(|known| known.id == *group) {
                    Some(known) if known.members.contains(member) => {}
                    Some(known) => known.members.push(*member),
                    None => facts.groups.push(Group {
                        id: *group,
                        security_enabled: true,
                        members: vec![*member],
                        membership: unlisted,
                        origin: Origin::NONE,
                    }),
                }
            }
            Edit::RemoveMember { group, member } => {
                for known in facts.groups.iter_mut().filter(|known| known.id == *group) {
                    known.members.retain(|other| other != member);
                }
            }
        }
    }
    let mut removed: Vec<usize> = edits
        .iter()
        .filter_map(|edit| match edit {
            Edit::Remove(ix) => Some(ix.row()),
            _ => None,
        })
        .collect();
    removed.sort_unstable();
    let mut row = 0;
    facts.assignments.retain(|_| {
        row += 1;
        removed.binary_search(&(row - 1)).is_err()
    });
    facts
}

fn set(facts: &mut Facts, resource: &Scope, path: &PropertyPath, value: &Value) {
    let scope = facts.scope(resource.clone());
    let fresh = || Value::Object(Map::new());
    let mut found = false;
    for known in facts.resources.iter_mut().filter(|known| known.scope == scope) {
        // Where one resource was read twice, the reading with properties counts.
        let Some(properties) = known.properties.as_mut() else { continue };
        path.set(properties, value.clone());
        found = true;
    }
    if !found {
        let mut properties = fresh();
        path.set(&mut properties, value.clone());
        facts.resources.push(Resource {
            scope,
            properties: Some(properties),
            identities: Vec::new(),
            tags: Vec::new(),
            origin: Origin::NONE,
        });
    }
}

/// The role that people mean by a name: a GUID, the name of a custom role of the tenant, or of a
/// built-in one.
///
/// # Errors
/// [`ErrorKind::NotFound`] with the names that are most alike, and [`ErrorKind::Ambiguous`].
pub fn role(tenant: &Tenant, catalog: &Catalog, name: &str) -> Result<RoleRef, Error> {
    let name = name.trim();
    let own: Vec<&RoleDefinition> =
        tenant.roles().filter_map(|role| tenant.role(role).definition()).collect();
    if let Some(id) = Guid::last_segment(name) {
        if catalog.role(id).is_some() || own.iter().any(|role| role.id == Some(id)) {
            return Ok(RoleRef::Id(id));
        }
        return Err(Error::new(ErrorKind::NotFound, format!("no role has the GUID `{id}`"))
            .expected("a role of the catalog or a custom role of the tenant")
            .help("azrbac role list shows the built-in ones"));
    }
    let reference =
        |id: Option<Guid>| id.map_or(RoleRef::Name(name.to_lowercase().into()), RoleRef::Id);
    let mut found: Vec<RoleRef> = own
        .iter()
        .filter(|role| role.name.eq_ignore_ascii_case(name))
        .map(|role| reference(role.id))
        .collect();
    found.extend(catalog.roles().by_name(name).iter().map(|entry| reference(entry.id())));
    found.sort_by_key(|role| format!("{role:?}"));
    found.dedup();
    match &found[..] {
        [one] => Ok(one.clone()),
        [] => {
            let wanted = name.to_lowercase();
            let mut near: Vec<(usize, String)> = own
                .iter()
                .map(|role| role.name.to_string())
                .chain(catalog.roles().iter().map(|entry| entry.name().to_string()))
                .map(|known| (strsim::osa_distance(&known.to_lowercase(), &wanted), known))
                .filter(|(distance, known)| {
                    *distance <= wanted.len() / 3 + 1 || known.to_lowercase().contains(&wanted)
                })
                .collect();
            near.sort();
            near.dedup();
            let near: Vec<String> = near.into_iter().take(5).map(|(_, name)| name).collect();
            let error = Error::new(ErrorKind::NotFound, format!("no role is called `{name}`"))
                .expected("the name or the GUID of a role");
            Err(if near.is_empty() {
                error.help("azrbac role search finds roles by what they do")
            } else {
                error.help(format!("did you mean {}?", near.join(", ")))
            })
        }
        several => Err(Error::new(
            ErrorKind::Ambiguous,
            format!("{} roles are called `{name}`", several.len()),
        )
        .help("say which by GUID")),
    }
}

/// The assignment that people mean by its id or the GUID at its end.
///
/// # Errors
/// [`ErrorKind::NotFound`], and [`ErrorKind::Ambiguous`] where a GUID fits several.
pub fn assignment(tenant: &Tenant, name: &str) -> Result<Vec<AssignmentIx>, Error> {
    let name = name.trim();
    let wanted = Guid::last_segment(name);
    let full = |ix: AssignmentIx| {
        let scope = tenant.scope_text(tenant.assignment_scope(ix)).text();
        tenant.assignment(ix).name.full(scope, "roleAssignments")
    };
    let is = |ix: &AssignmentIx| {
        let own = &tenant.assignment(*ix).name;
        let stands_for = tenant.assignment(*ix).stands_for();
        wanted.is_some() && (own.guid() == wanted || stands_for == wanted)
            || full(*ix).eq_ignore_ascii_case(name)
    };
    let found: Vec<AssignmentIx> = tenant.assignments().filter(is).collect();
    let exact: Vec<AssignmentIx> =
        found.iter().copied().filter(|ix| full(*ix).eq_ignore_ascii_case(name)).collect();
    // A schedule instance goes with the assignment that it stands for.
    let instance = |ix: &AssignmentIx| tenant.assignment(*ix).stands_for().is_some();
    let found = match exact.is_empty() {
        true => found,
        false => found.into_iter().filter(|ix| exact.contains(ix) || instance(ix)).collect(),
    };
    let ids = |list: &[AssignmentIx]| {
        list.iter().take(8).map(|ix| format!("\n    {}", full(*ix))).collect::<String>()
    };
    // One assignment may be read from two files; both go.
    let mut different = found.clone();
    different.dedup_by(|a, b| {
        let (a, b) = (tenant.assignment(*a), tenant.assignment(*b));
        (a.principal, a.scope, &a.role) == (b.principal, b.scope, &b.role)
    });
    match different.len() {
        0 => Err(Error::new(ErrorKind::NotFound, format!("no role assignment is called `{name}`"))
            .expected("the id of a role assignment, or the GUID at its end")
            .help("azrbac what-can PRINCIPAL -o json names the assignments of a principal")),
        1 => Ok(found),
        several => Err(Error::new(
            ErrorKind::Ambiguous,
            format!("{several} role assignments are called `{name}`"),
        )
        .help(format!("say which{}", ids(&found)))),
    }
}

/// The edit that sets a property of a resource, as `properties.disableLocalAuth=true`.
///
/// # Errors
/// [`ErrorKind::Usage`] where it is no such text; [`ErrorKind::NotFound`] where nothing about access
/// hangs on that property of that type, or where the properties of the resource were not exported: with
/// one of them set the others would count as absent.
pub fn set_property(tenant: &Tenant, resource: Scope, assigned: &str) -> Result<Edit, Error> {
    let wrong = || {
        Error::new(ErrorKind::Usage, format!("`{assigned}` sets no property"))
            .expected("PATH=VALUE, such as properties.disableLocalAuth=true")
    };
    let (path, value) = assigned.split_once('=').ok_or_else(wrong)?;
    let path = path.trim();
    let path = match path.get(..11) {
        Some(root) if root.eq_ignore_ascii_case("properties.") => {
            PropertyPath::new(&format!("properties.{}", &path[11..]))?
        }
        _ => return Err(wrong()),
    };
    let kind = resource.resource_type().unwrap_or_default();
    let facts = ResourceType::new(&kind)
        .and_then(|kind| LocalAuthCatalog::embedded().lookup(&kind))
        .unwrap_or_default();
    let parents = tenant_parents(&resource);
    let mut known: Vec<String> = facts
        .iter()
        .chain(&parents)
        .flat_map(|facts| paths(facts, &kind))
        .map(|path| path.text().to_string())
        .collect();
    known.sort();
    known.dedup();
    if !known.iter().any(|one| one.eq_ignore_ascii_case(path.text())) {
        let error = Error::new(
            ErrorKind::NotFound,
            format!("nothing about access hangs on `{path}` of `{resource}`"),
        );
        return Err(if known.is_empty() {
            error.help(format!(
                "no property of {} opens or closes a door, as far as the catalog knows",
                if kind.is_empty() { "what is no resource".to_string() } else { kind }
            ))
        } else {
            error.expected(known.join(", "))
        });
    }
    let read = tenant.scope(&resource).and_then(|ix| tenant.resource(ix));
    if read.and_then(|resource| resource.properties.as_ref()).is_none() {
        return Err(Error::new(
            ErrorKind::NotFound,
            format!("the properties of `{resource}` are not known"),
        )
        .help(format!("az resource show --ids \"{resource}\" -o json > resource.json")));
    }
    let value = match value.trim() {
        word if word.eq_ignore_ascii_case("true") => Value::Bool(true),
        word if word.eq_ignore_ascii_case("false") => Value::Bool(false),
        "null" => Value::Null,
        text => serde_json::from_str(text)
            .ok()
            .filter(|value: &Value| value.is_array() || value.is_number())
            .unwrap_or_else(|| Value::String(text.trim_matches('"').to_string())),
    };
    Ok(Edit::Set { resource, path, value })
}

/// The facts of what a resource is a part of: a switch may sit on a child.
fn tenant_parents(resource: &Scope) -> Vec<LocalAuth> {
    let mut found = Vec::new();
    let mut at = resource.parent();
    while let Some(scope) = at {
        let kind = scope.resource_type().and_then(|kind| ResourceType::new(&kind).ok());
        if let Some(facts) = kind.and_then(|kind| LocalAuthCatalog::embedded().lookup(&kind).ok()) {
            found.extend(facts);
        }
        at = scope.parent();
    }
    found
}

/// The properties of a type on which a door hangs.
fn paths<'f>(facts: &'f LocalAuth, kind: &str) -> Vec<&'f PropertyPath> {
    let own = facts.resource_type.text().eq_ignore_ascii_case(kind);
    let switches = facts
        .switches
        .iter()
        .filter(|switch| switch.on.text().eq_ignore_ascii_case(kind))
        .map(|switch| &switch.closed.path);
    let rules = facts.entra.rules.iter().map(|rule| &rule.when.path);
    let controls = facts.controls.iter().flat_map(|rule| &rule.when).map(|test| &test.path);
    let native = facts.native.iter().flat_map(|native| &native.when).map(|test| &test.path);
    let keys = facts.keys.iter().flat_map(|key| &key.when).map(|test| &test.path);
    let of_itself = rules.chain(controls).chain(native).chain(keys).filter(|_| own);
    switches.chain(of_itself).collect()
}

/// The edit that takes somebody into a group.
///
/// # Errors
/// [`ErrorKind::Usage`] where the group is none.
pub fn add_member(tenant: &Tenant, group: Guid, member: Guid) -> Result<Edit, Error> {
    must_be_group(tenant, group)?;
    Ok(Edit::AddMember { group, member })
}

/// The edit that takes somebody out of a group.
///
/// # Errors
/// [`ErrorKind::Usage`] where the group is none; [`ErrorKind::NotFound`] where it is no direct member.
pub fn remove_member(tenant: &Tenant, group: Guid, member: Guid) -> Result<Edit, Error> {
    must_be_group(tenant, group)?;
    let direct = tenant
        .principal(member)
        .zip(tenant.principal(group))
        .is_some_and(|(member, group)| tenant.members.direct(member).contains(&group));
    if direct {
        return Ok(Edit::RemoveMember { group, member });
    }
    let error = Error::new(
        ErrorKind::NotFound,
        format!("{} is no direct member of {}", name(tenant, member), name(tenant, group)),
    );
    let through = tenant.principal(member).zip(tenant.principal(group)).map(|(member, group)| {
        let chain = tenant.chain(member, group);
        chain.iter().skip(1).map(|ix| tenant.principal_name(*ix)).collect::<Vec<_>>()
    });
    Err(match through.filter(|chain| !chain.is_empty()) {
        Some(chain) => error.help(format!("it is in it through {}", chain.join(" → "))),
        None => error,
    })
}

fn must_be_group(tenant: &Tenant, group: Guid) -> Result<(), Error> {
    let kind = tenant.principal(group).map(|ix| tenant.principal_kind(ix));
    match kind {
        Some(kind) if !kind.may_have_members() => Err(Error::new(
            ErrorKind::Usage,
            format!("{} is no group but a {}", name(tenant, group), kind.as_str()),
        )
        .expected("a group")),
        _ => Ok(()),
    }
}

fn name(tenant: &Tenant, principal: Guid) -> String {
    tenant
        .principal(principal)
        .map_or_else(|| principal.to_string(), |ix| tenant.principal_name(ix))
}

/// A condition for an assignment, as text.
///
/// # Errors
/// [`ErrorKind::Condition`] where it does not parse.
pub fn condition(text: &str) -> Result<Box<Guard>, Error> {
    match Condition::parse(text) {
        Ok(condition) => Ok(Box::new(Guard {
            text: text.into(),
            version: Some("2.0".into()),
            parsed: Ok(condition),
            origin: Origin::NONE,
        })),
        Err(errors) => {
            let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
            Err(Error::new(ErrorKind::Condition, told.join("; "))
                .help("azrbac condition check shows where"))
        }
    }
}
