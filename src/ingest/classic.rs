//! Classic administrators, as az, Azure PowerShell and REST list them. Azure retired them on 2024-08-31
//! and turned leftovers into Owner assignments from December 2025 on (semantics.md 11.1): they grant
//! nothing here, and `audit` names those that an export still lists.

use super::entry::{Entry, Problem};
use super::reader::Reader;
use crate::ident::Scope;
use crate::model::{ClassicAdministrator, InputKind, Touches};

/// The classic roles.
const ROLES: [&str; 3] = ["coadministrator", "serviceadministrator", "accountadministrator"];

/// Is this one of the entries that `az role assignment list --include-classic-administrators` and
/// `Get-AzRoleAssignment -IncludeClassicAdministrators` put among the assignments?
pub(crate) fn among_assignments(entry: &Entry<'_, '_>) -> bool {
    let text = |name| entry.filled(&[name]).ok().flatten();
    let classic = text("roleDefinitionName").is_some_and(|role| {
        role.split(';').all(|one| ROLES.iter().any(|known| one.trim().eq_ignore_ascii_case(known)))
    });
    // az writes words where a GUID belongs, PowerShell nothing.
    classic && text("roleDefinitionId").is_none_or(|id| id.starts_with("NA(classic"))
}

/// Reads one, or says why not. What is not understood grants nothing either.
pub(crate) fn read(reader: &mut Reader<'_, '_>, entry: &Entry<'_, '_>) {
    match decode(reader, entry) {
        Ok(found) => {
            reader.facts.classic.push(found);
            reader.accept(InputKind::ClassicAdministrators);
            let place = reader.ground.place(&reader.base);
            reader.facts.note(
                "classic-administrator",
                "classic administrators were read; they are retired and grant nothing",
                Some(place),
            );
        }
        Err(problem) => {
            reader.refuse("classic administrator", &problem, Touches::Resource { scope: None });
        }
    }
}

fn decode(
    reader: &mut Reader<'_, '_>,
    entry: &Entry<'_, '_>,
) -> Result<ClassicAdministrator, Problem> {
    let email = entry
        .filled(&["emailAddress", "signInName", "principalName", "displayName"])?
        .ok_or_else(|| Problem::new("no `emailAddress`", "the address of a classic administrator"))?
        .into();
    let role = entry.filled(&["roleDefinitionName", "role"])?.unwrap_or("classic administrator");
    let role = role.into();
    let scope = match reader.scope(entry, &["scope"])? {
        Some(scope) => scope,
        None => {
            let id = entry.filled(&["id"])?.unwrap_or_default();
            let scope = Scope::new(id).ok().and_then(|scope| scope.subscription());
            let scope = scope.ok_or_else(|| Problem::new("no `scope`", "a subscription"))?;
            reader.facts.scope(scope)
        }
    };
    Ok(ClassicAdministrator { email, role, scope, origin: reader.ground.origin() })
}
