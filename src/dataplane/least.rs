//! The least built-in data roles that keep somebody working without a key.

use crate::catalog::Catalog;
use crate::ident::{Guid, Operation, Plane};
use crate::model::PermissionBlock;
use crate::pattern::{ActionPattern, Wildcards};

/// A built-in role that grants data operations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeastRole {
    /// Its GUID.
    pub id: Guid,
    /// Its name.
    pub name: String,
    /// How many of the data operations in question it grants.
    pub covers: usize,
}

/// What a choice of roles comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) roles: Vec<LeastRole>,
    /// What no built-in role grants.
    pub(super) uncovered: Vec<Operation>,
}

/// The built-in roles with data operations, read once.
#[derive(Debug)]
pub(super) struct Roles {
    roles: Vec<Candidate>,
    data: Vec<Operation>,
}

#[derive(Debug)]
struct Candidate {
    id: Guid,
    name: String,
    blocks: Vec<PermissionBlock>,
}

impl Roles {
    pub(super) fn new(catalog: &Catalog) -> Roles {
        let roles = catalog.roles().iter().filter_map(|entry| {
            let role = entry.definition();
            let fits = role.blocks.iter().any(|block| !block.data_actions.is_empty())
                // A condition would hold for some data only.
                && role.blocks.iter().all(|block| block.condition.is_none());
            fits.then_some(Candidate {
                id: entry.id()?,
                name: role.name.to_string(),
                blocks: role.blocks,
            })
        });
        let data = catalog
            .operations()
            .iter()
            .filter(|(_, planes)| planes.on(Plane::Data).is_some())
            .filter_map(|(name, _)| Operation::new(name).ok());
        Roles { roles: roles.collect(), data: data.collect() }
    }

    /// The known data operations of a type.
    pub(super) fn operations(&self, patterns: &[ActionPattern]) -> Vec<Operation> {
        let of_type = |operation: &&Operation| {
            patterns.iter().any(|one| one.matches(operation, Wildcards::Azure).is_match())
        };
        self.data.iter().filter(of_type).cloned().collect()
    }

    /// The roles that together grant some data operations of one service: one where one suffices, by
    /// preference the one that grants least beside them; where none does, several, each the one that
    /// grants most of what is left. A role that reaches into other services is the last resort.
    pub(super) fn choose(&self, wanted: &[Operation], service: &[ActionPattern]) -> Choice {
        let mut left: Vec<&Operation> = wanted.iter().collect();
        let mut roles = Vec::new();
        while !left.is_empty() {
            let best = self
                .roles
                .iter()
                .map(|role| (role, left.iter().filter(|one| role.grants(one)).count()))
                .filter(|(_, covers)| *covers > 0)
                .min_by_key(|(role, covers)| {
                    let foreign = role.reaches_beyond(service);
                    let total = self.data.iter().filter(|one| role.grants(one)).count();
                    let control: usize = role.blocks.iter().map(|block| block.actions.len()).sum();
                    (foreign, left.len() - covers, total, control, role.name.clone())
                });
            let Some((role, covers)) = best else { break };
            left.retain(|one| !role.grants(one));
            roles.push(LeastRole { id: role.id, name: role.name.clone(), covers });
        }
        Choice { roles, uncovered: left.into_iter().cloned().collect() }
    }
}

impl Candidate {
    fn grants(&self, operation: &Operation) -> bool {
        let holds = |list: &[ActionPattern]| {
            list.iter().any(|one| one.matches(operation, Wildcards::Azure).is_match())
        };
        self.blocks
            .iter()
            .any(|block| holds(&block.data_actions) && !holds(&block.not_data_actions))
    }

    /// Does any of its data operations belong to another provider?
    fn reaches_beyond(&self, service: &[ActionPattern]) -> bool {
        let provider = |text: &str| text.split('/').next().unwrap_or_default().to_string();
        let own: Vec<String> = service.iter().map(|one| provider(one.folded())).collect();
        self.blocks
            .iter()
            .flat_map(|block| &block.data_actions)
            .any(|pattern| !own.contains(&provider(pattern.folded())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_reaches_beyond_a_service_by_any_entry_of_another_provider() {
        let list = |texts: &[&str]| -> Vec<ActionPattern> {
            texts.iter().map(|text| ActionPattern::new(text).expect("a pattern")).collect()
        };
        let role = |blocks: &[&[&str]]| Candidate {
            id: "41000000-0000-4000-8000-000000000001".parse().expect("an id"),
            name: "Role".to_string(),
            blocks: blocks
                .iter()
                .map(|data| PermissionBlock {
                    data_actions: list(data),
                    ..PermissionBlock::default()
                })
                .collect(),
        };
        let service = list(&["Microsoft.Storage/storageAccounts/*"]);
        let own = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
        let other = "Microsoft.KeyVault/vaults/secrets/getSecret/action";
        for (blocks, beyond) in [
            (&[&[own][..]][..], false),
            (&[&[own, own], &[own]], false),
            (&[&[own, other]], true),
            (&[&[own], &[other]], true),
            (&[&["*"]], true),
            (&[&[]], false),
        ] {
            assert_eq!(role(blocks).reaches_beyond(&service), beyond, "{blocks:?}");
        }
    }
}
