//! A generated tenant as the files that Azure's tools write: az, ARM REST, Microsoft Graph.

use super::world::{Numbered, Query, World, guid};
use azrbac::ident::{Guid, Plane};
use azrbac::model::{PermissionBlock, PrincipalType, RoleKind};
use std::fmt::{self, Write as _};
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// A day, as Azure writes it.
const DAY: &str = "2026-03-14T09:26:53.589793+00:00";

/// What writes a file.
type Writer = fn(&World, &mut dyn Write) -> io::Result<()>;

/// The names of the files and what writes each.
const FILES: [(&str, Writer); 9] = [
    ("role-assignments.json", assignments),
    ("role-definitions.json", definitions),
    ("deny-assignments.json", denies),
    ("groups.json", groups),
    ("users.json", users),
    ("service-principals.json", service_principals),
    ("management-groups.json", management_groups),
    ("subscriptions.json", subscriptions),
    ("resources.json", resources),
];

/// Writes every file into a folder, which is made where it is not there; how many bytes.
///
/// # Errors
/// What the file system says.
pub(crate) fn write(world: &World, folder: &Path) -> io::Result<u64> {
    std::fs::create_dir_all(folder)?;
    let mut bytes = 0;
    for (name, write) in FILES {
        let path = folder.join(name);
        let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(&path)?);
        write(world, &mut out)?;
        out.flush()?;
        bytes += out.get_ref().metadata()?.len();
    }
    Ok(bytes)
}

/// Questions as JSON Lines, one object a line, as `azrbac can --batch` reads them.
///
/// # Errors
/// What the file system says.
pub(crate) fn questions(world: &World, queries: &[Query], file: &Path) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(file)?);
    for query in queries {
        let asked = &world.operations[query.operation as usize];
        writeln!(
            out,
            r#"{{"principal": "{}", "operation": "{}", "plane": "{}", "scope": "{}"}}"#,
            world.principal_id(query.principal),
            asked.operation.text(),
            asked.plane.as_str(),
            world.scope_text(query.scope),
        )?;
    }
    out.flush()
}

/// A list of objects, one after the other, with what stands around them.
fn list<T>(
    out: &mut dyn Write,
    head: &str,
    items: impl Iterator<Item = T>,
    tail: &str,
    mut object: impl FnMut(&mut String, T) -> fmt::Result,
) -> io::Result<()> {
    out.write_all(head.as_bytes())?;
    let mut text = String::new();
    for (at, item) in items.enumerate() {
        text.clear();
        text.push_str(if at == 0 { "\n" } else { ",\n" });
        object(&mut text, item).map_err(io::Error::other)?;
        out.write_all(text.as_bytes())?;
    }
    out.write_all(tail.as_bytes())
}

/// `az role assignment list --all --include-groups`: seventeen fields, an indent of two.
fn assignments(world: &World, out: &mut dyn Write) -> io::Result<()> {
    let tenant = guid(Numbered::Tenant, 0);
    list(out, "[", world.assignments.iter(), "\n]\n", |text, assigned| {
        let scope = world.scope_text(assigned.scope);
        let name = guid(Numbered::Assignment, assigned.number as usize);
        let role = &world.roles[assigned.role as usize];
        let under = if scope == "/" { "" } else { &scope };
        let definition = subscription(&scope).unwrap_or_default();
        write!(
            text,
            r#"  {{
    "condition": null,
    "conditionVersion": null,
    "createdBy": "{tenant}",
    "createdOn": "{DAY}",
    "delegatedManagedIdentityResourceId": null,
    "description": null,
    "id": "{under}/providers/Microsoft.Authorization/roleAssignments/{name}",
    "name": "{name}",
    "principalId": "{}",
    "principalName": "{}",
    "principalType": "{}",
    "roleDefinitionId": "{definition}/providers/Microsoft.Authorization/roleDefinitions/{}",
    "roleDefinitionName": "{}",
    "scope": "{scope}",
    "type": "Microsoft.Authorization/roleAssignments",
    "updatedBy": "{tenant}",
    "updatedOn": "{DAY}"
  }}"#,
            world.principal_id(assigned.holder),
            world.principal_name(assigned.holder),
            world.principal_kind(assigned.holder).0.as_str(),
            world.role_id(assigned.role),
            role.name,
        )
    })
}

fn subscription(scope: &str) -> Option<&str> {
    scope.starts_with("/subscriptions/").then(|| &scope[..scope.len().min(51)])
}

fn block(text: &mut String, indent: &str, block: &PermissionBlock) -> fmt::Result {
    let names = [["actions", "notActions"], ["dataActions", "notDataActions"]];
    for (plane, names) in [Plane::Control, Plane::Data].into_iter().zip(names) {
        let (allow, except) = block.side(plane);
        for (name, patterns) in names.into_iter().zip([allow, except]) {
            if name != "actions" {
                text.push_str(",\n");
            }
            write!(text, "{indent}\"{name}\": [")?;
            for (at, pattern) in patterns.iter().enumerate() {
                let comma = if at == 0 { "" } else { "," };
                write!(text, "{comma}\n{indent}  \"{}\"", pattern.text())?;
            }
            if !patterns.is_empty() {
                write!(text, "\n{indent}")?;
            }
            text.push(']');
        }
    }
    Ok(())
}

/// `az role definition list`.
fn definitions(world: &World, out: &mut dyn Write) -> io::Result<()> {
    list(out, "[", world.roles.iter(), "\n]\n", |text, role| {
        let id = role.id.unwrap_or(Guid::ZERO);
        let kind = if role.kind == RoleKind::BuiltIn { "BuiltInRole" } else { "CustomRole" };
        write!(
            text,
            r#"  {{
    "assignableScopes": ["/"],
    "createdBy": null,
    "createdOn": "{DAY}",
    "description": "",
    "id": "/providers/Microsoft.Authorization/roleDefinitions/{id}",
    "name": "{id}",
    "permissions": ["#
        )?;
        for (at, held) in role.blocks.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(text, "{comma}\n      {{\n")?;
            block(text, "        ", held)?;
            text.push_str(
                ",\n        \"condition\": null,\n        \"conditionVersion\": null\n      }",
            );
        }
        write!(
            text,
            r#"
    ],
    "roleName": "{}",
    "roleType": "{kind}",
    "type": "Microsoft.Authorization/roleDefinitions",
    "updatedBy": null,
    "updatedOn": "{DAY}"
  }}"#,
            role.name
        )
    })
}

/// `GET {scope}/providers/Microsoft.Authorization/denyAssignments`.
fn denies(world: &World, out: &mut dyn Write) -> io::Result<()> {
    list(
        out,
        "{\"value\": [",
        world.denies.iter().enumerate(),
        "\n]}\n",
        |text, (number, denied)| {
            let scope = world.scope_text(denied.scope);
            let name = guid(Numbered::Deny, number);
            write!(
                text,
                r#"  {{
    "id": "{scope}/providers/Microsoft.Authorization/denyAssignments/{name}",
    "name": "{name}",
    "type": "Microsoft.Authorization/denyAssignments",
    "properties": {{
      "denyAssignmentName": "Deny {number}",
      "description": "",
      "permissions": [{{
"#
            )?;
            block(text, "        ", &world.shapes[denied.shape as usize])?;
            write!(
                text,
                r#"
      }}],
      "scope": "{scope}",
      "doNotApplyToChildScopes": false,
      "principals": [{{"id": "{}", "type": "{}"}}],
      "excludePrincipals": [],
      "isSystemProtected": true
    }}
  }}"#,
                world.principal_id(denied.holder),
                world.principal_kind(denied.holder).0.as_str(),
            )
        },
    )
}

/// `GET /groups`, each with the ids that `/groups/{id}/members` gave.
fn groups(world: &World, out: &mut dyn Write) -> io::Result<()> {
    let members = world.members();
    list(out, "{\"value\": [", members.iter().enumerate(), "\n]}\n", |text, (at, members)| {
        let group = world.principal(2, at);
        write!(
            text,
            r#"  {{"id": "{}", "displayName": "{}", "securityEnabled": true, "mailEnabled": false, "members": ["#,
            world.principal_id(group),
            world.principal_name(group),
        )?;
        for (at, member) in members.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(text, "{comma}\"{}\"", world.principal_id(*member))?;
        }
        text.push_str("]}");
        Ok(())
    })
}

/// `GET /users`.
fn users(world: &World, out: &mut dyn Write) -> io::Result<()> {
    list(out, "{\"value\": [", 0..world.principals[0], "\n]}\n", |text, at| {
        let principal = world.principal(0, at);
        write!(
            text,
            r#"  {{"id": "{}", "displayName": "User {at}", "userPrincipalName": "{}", "userType": "Member"}}"#,
            world.principal_id(principal),
            world.principal_name(principal),
        )
    })
}

/// `GET /servicePrincipals`.
fn service_principals(world: &World, out: &mut dyn Write) -> io::Result<()> {
    list(out, "{\"value\": [", 0..world.principals[1], "\n]}\n", |text, at| {
        let principal = world.principal(1, at);
        debug_assert_eq!(world.principal_kind(principal).0, PrincipalType::ServicePrincipal);
        write!(
            text,
            r#"  {{"id": "{}", "appId": "{}", "displayName": "{}", "servicePrincipalType": "Application"}}"#,
            world.principal_id(principal),
            guid(Numbered::Application, at),
            world.principal_name(principal),
        )
    })
}

/// `az account management-group list`, as ARM's entities give it: every group with its parent.
fn management_groups(world: &World, out: &mut dyn Write) -> io::Result<()> {
    list(out, "[", 0..world.counts[0], "\n]\n", |text, at| {
        let scope = world.scope(0, at);
        let id = world.scope_text(scope);
        let name = id.rsplit('/').next().unwrap_or_default();
        let parent = match at {
            0 => "null".to_string(),
            _ => format!("{{\"id\": \"{}\"}}", world.scope_text(world.parents[scope as usize])),
        };
        write!(
            text,
            r#"  {{
    "id": "{id}",
    "name": "{name}",
    "type": "Microsoft.Management/managementGroups",
    "properties": {{"displayName": "Contoso {at}", "tenantId": "{}", "details": {{"parent": {parent}}}}}
  }}"#,
            guid(Numbered::Tenant, 0),
        )
    })
}

/// Subscriptions with the management group above each, as Resource Graph gives it.
fn subscriptions(world: &World, out: &mut dyn Write) -> io::Result<()> {
    list(out, "[", 0..world.counts[1], "\n]\n", |text, at| {
        let scope = world.scope(1, at);
        let id = world.scope_text(scope);
        write!(
            text,
            r#"  {{
    "id": "{id}",
    "subscriptionId": "{}",
    "displayName": "contoso-{at:04}",
    "type": "Microsoft.Resources/subscriptions",
    "state": "Enabled",
    "tenantId": "{}",
    "managementGroup": "{}"
  }}"#,
            id.rsplit('/').next().unwrap_or_default(),
            guid(Numbered::Tenant, 0),
            world.scope_text(world.parents[scope as usize]),
        )
    })
}

/// `az resource list`.
fn resources(world: &World, out: &mut dyn Write) -> io::Result<()> {
    list(out, "[", 0..world.counts[3], "\n]\n", |text, at| {
        let id = world.scope_text(world.scope(3, at));
        let mut segments = id.rsplit('/');
        let (name, kind) =
            (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
        let provider = segments.next().unwrap_or_default();
        let group = id.split('/').nth(4).unwrap_or_default();
        write!(
            text,
            r#"  {{
    "id": "{id}",
    "identity": null,
    "location": "westeurope",
    "name": "{name}",
    "resourceGroup": "{group}",
    "tags": {{}},
    "type": "{provider}/{kind}"
  }}"#
        )
    })
}
