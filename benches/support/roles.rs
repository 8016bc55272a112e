//! The roles of a generated tenant: the built-in ones, the popular ones first, custom roles, and the
//! shapes that deny assignments have.

use super::operations::Asked;
use super::random::Random;
use azrbac::catalog::Catalog;
use azrbac::ident::{Guid, Plane};
use azrbac::model::{PermissionBlock, RoleDefinition, RoleKind};
use azrbac::origin::Origin;
use azrbac::pattern::ActionPattern;

/// Drawn most often, in this order.
const POPULAR: [&str; 20] = [
    "Reader",
    "Contributor",
    "Owner",
    "Storage Blob Data Reader",
    "Key Vault Secrets User",
    "Storage Blob Data Contributor",
    "Virtual Machine Contributor",
    "Network Contributor",
    "Monitoring Reader",
    "AcrPull",
    "Log Analytics Reader",
    "Key Vault Reader",
    "User Access Administrator",
    "Website Contributor",
    "Azure Kubernetes Service Cluster User Role",
    "Backup Operator",
    "Key Vault Secrets Officer",
    "Managed Identity Operator",
    "Monitoring Contributor",
    "SQL DB Contributor",
];

/// How many custom roles a tenant has.
pub(crate) const CUSTOM: usize = 50;

/// The built-in roles and the custom ones, in the order in which they are drawn. Conditions inside
/// built-in roles are left out: a question of the workload says nothing about request bodies.
pub(crate) fn roles(
    random: &mut Random,
    operations: &[Asked],
    id: impl Fn(usize) -> Guid,
) -> Vec<RoleDefinition> {
    let catalog = Catalog::newest();
    let mut all: Vec<RoleDefinition> =
        catalog.roles().iter().map(|entry| entry.definition()).filter(|r| r.id.is_some()).collect();
    for block in all.iter_mut().flat_map(|role| &mut role.blocks) {
        block.condition = None;
    }
    all.extend((0..CUSTOM).map(|number| custom(random, operations, number, id(number))));
    let mut drawn: Vec<RoleDefinition> = Vec::with_capacity(all.len());
    for name in POPULAR {
        let at = all.iter().position(|role| &*role.name == name);
        drawn.push(all.swap_remove(at.expect("a popular role is built in")));
    }
    for at in (1..all.len()).rev() {
        all.swap(at, random.below(at + 1));
    }
    drawn.extend(all);
    drawn
}

fn pattern(text: &str) -> ActionPattern {
    ActionPattern::new(text).expect("a pattern of the generator")
}

fn patterns(texts: impl IntoIterator<Item = String>) -> Vec<ActionPattern> {
    texts.into_iter().map(|text| pattern(&text)).collect()
}

fn custom(random: &mut Random, operations: &[Asked], number: usize, id: Guid) -> RoleDefinition {
    let split = operations.partition_point(|asked| asked.plane == Plane::Control);
    let mut name = |plane: Plane| {
        let list =
            if plane == Plane::Control { &operations[..split] } else { &operations[split..] };
        list[random.below(list.len())].operation.text().to_string()
    };
    let explicit: Vec<String> = (0..60).map(|_| name(Plane::Control)).collect();
    let data: Vec<String> = (0..3).map(|_| name(Plane::Data)).collect();
    let providers: Vec<String> = (0..13)
        .map(|_| name(Plane::Control).split('/').next().unwrap_or_default().to_string())
        .collect();
    let explicit_count = 10 + random.below(51);
    let (whole, read, not) = (2 + random.below(4), 1 + random.below(5), 1 + random.below(3));
    let data_count = if number.is_multiple_of(5) { 1 + random.below(3) } else { 0 };
    let mut actions = patterns(explicit.into_iter().take(explicit_count));
    actions.extend(patterns(providers[..whole].iter().map(|p| format!("{p}/*"))));
    actions.extend(patterns(providers[5..5 + read].iter().map(|p| format!("{p}/*/read"))));
    let mut not_actions = patterns(providers[10..10 + not].iter().map(|p| format!("{p}/*/delete")));
    not_actions.push(pattern("Microsoft.Authorization/*/write"));
    RoleDefinition {
        updated: None,
        id: Some(id),
        name: format!("Contoso Custom Role {number:02}").into(),
        kind: RoleKind::Custom,
        blocks: vec![PermissionBlock {
            actions,
            not_actions,
            data_actions: patterns(data.into_iter().take(data_count)),
            ..PermissionBlock::default()
        }],
        assignable_scopes: vec!["/".into()],
        origin: Origin::NONE,
    }
}

/// What deny assignments take away.
pub(crate) fn deny_shapes() -> Vec<PermissionBlock> {
    let block = |actions: &[&str], except: &[&str], data: &[&str]| PermissionBlock {
        actions: actions.iter().map(|text| pattern(text)).collect(),
        not_actions: except.iter().map(|text| pattern(text)).collect(),
        data_actions: data.iter().map(|text| pattern(text)).collect(),
        ..PermissionBlock::default()
    };
    vec![
        block(&["*/delete"], &[], &[]),
        block(&["*/write"], &[], &[]),
        block(&["Microsoft.Storage/*"], &[], &["Microsoft.Storage/*"]),
        block(&["Microsoft.Compute/virtualMachines/*"], &[], &[]),
        block(&["*"], &["*/read"], &[]),
        block(&[], &[], &["Microsoft.KeyVault/vaults/*"]),
    ]
}
