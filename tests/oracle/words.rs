//! The words of random tenants: operations, patterns that have something to do with them, moments, and the
//! many spellings of one name.

use super::spec::matches;
use super::world::{Block, Role};

/// SplitMix64.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed.wrapping_mul(0xD134_2543_DE82_EF95) ^ 0x5851_F42D_4C95_7F2D)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).expect("a remainder of a usize fits")
    }

    pub(crate) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    pub(crate) fn guid(&mut self) -> String {
        let (a, b) = (self.next(), self.next());
        let hex = format!("{a:016x}{b:016x}");
        format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
    }
}

/// The moment that questions are asked at, as several tools write it, and moments just before and after.
pub(crate) const NOW: [&str; 4] = [
    "2026-06-15T12:00:00Z",
    "2026-06-15T12:00:00.0000000Z",
    "2026-06-15T12:00:00+00:00",
    "2026-06-15T14:00:00+02:00",
];
pub(crate) const BEFORE: [&str; 4] = [
    "2026-05-01T00:00:00Z",
    "2026-06-15T11:59:59Z",
    "2026-06-15T11:59:59.9999999Z",
    "2026-06-15T13:59:59+02:00",
];
pub(crate) const AFTER: [&str; 4] = [
    "2027-01-01T00:00:00Z",
    "2026-06-15T12:00:01Z",
    "2026-06-15T12:00:00.0000001Z",
    "2026-06-15T06:00:01-06:00",
];

pub(crate) const OPERATIONS: [&str; 51] = [
    "Microsoft.Storage/storageAccounts/read",
    "Microsoft.Storage/storageAccounts/write",
    "Microsoft.Storage/storageAccounts/delete",
    "Microsoft.Storage/storageAccounts/listKeys/action",
    "Microsoft.Storage/storageAccounts/blobServices/containers/read",
    "Microsoft.Storage/storageAccounts/blobServices/containers/write",
    "Microsoft.Storage/storageAccounts/blobServices/containers/delete",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action",
    "Microsoft.Compute/virtualMachines/read",
    "Microsoft.Compute/virtualMachines/write",
    "Microsoft.Compute/virtualMachines/delete",
    "Microsoft.Compute/virtualMachines/start/action",
    "Microsoft.Compute/virtualMachines/extensions/read",
    "Microsoft.Compute/virtualMachines/extensions/write",
    "Microsoft.Compute/virtualMachineScaleSets/read",
    "Microsoft.Compute/virtualMachineScaleSets/delete",
    "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/write",
    "Microsoft.Network/virtualNetworks/read",
    "Microsoft.Network/virtualNetworks/write",
    "Microsoft.Network/virtualNetworks/subnets/write",
    "Microsoft.Network/virtualNetworks/subnets/join/action",
    "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
    "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    "Microsoft.KeyVault/vaults/secrets/delete",
    "Microsoft.Insights/diagnosticSettings/write",
    "Microsoft.Insights/diagnosticSettings/delete",
    "Microsoft.Resources/subscriptions/resourceGroups/read",
    "Microsoft.Resources/subscriptions/resourceGroups/write",
    "Microsoft.Resources/subscriptions/resourceGroups/delete",
    "Microsoft.Authorization/roleAssignments/read",
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Authorization/roleAssignments/delete",
    "Microsoft.Authorization/locks/write",
    "Microsoft.Authorization/locks/delete",
    "Microsoft.Authorization/denyAssignments/write",
    "Microsoft.Authorization/denyAssignments/delete",
    "Microsoft.Authorization/elevateAccess/action",
    "Microsoft.CognitiveServices/accounts/listKeys/action",
    "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action",
    "Microsoft.Search/searchServices/listQueryKeys/action",
    "Microsoft.Search/searchServices/indexes/documents/read",
    "Microsoft.ServiceBus/namespaces/authorizationRules/listkeys/action",
    "Microsoft.ServiceBus/namespaces/queues/authorizationRules/listkeys/action",
    "Microsoft.ServiceBus/namespaces/messages/send/action",
    "Microsoft.OperationalInsights/workspaces/sharedKeys/read",
    "Microsoft.OperationalInsights/workspaces/listKeys/action",
    "Microsoft.OperationalInsights/workspaces/tables/data/write",
    "Microsoft.Storage/storageAccounts/listServiceSas/action",
];

/// Built-in roles that no export needs to list; as of 2026-08-22.
pub(crate) fn catalog_role(rng: &mut Rng) -> Role {
    type Facts<'a> = (&'a str, &'a str, &'a [&'a str], &'a [&'a str], &'a [&'a str]);
    let roles: [Facts<'_>; 5] = [
        ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", &["*"], &[], &[]),
        ("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", &["*/read"], &[], &[]),
        (
            "b24988ac-6180-42a0-ab88-20f7382dd24c",
            "Contributor",
            &["*"],
            &[
                "Microsoft.Authorization/*/Delete",
                "Microsoft.Authorization/*/Write",
                "Microsoft.Authorization/elevateAccess/Action",
                "Microsoft.Blueprint/blueprintAssignments/write",
                "Microsoft.Blueprint/blueprintAssignments/delete",
                "Microsoft.Compute/galleries/share/action",
                "Microsoft.Purview/consents/write",
                "Microsoft.Purview/consents/delete",
                "Microsoft.Resources/deploymentStacks/manageDenySetting/action",
                "Microsoft.Subscription/cancel/action",
                "Microsoft.Subscription/enable/action",
            ],
            &[],
        ),
        (
            "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
            "Storage Blob Data Reader",
            &[
                "Microsoft.Storage/storageAccounts/blobServices/containers/read",
                "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action",
            ],
            &[],
            &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],
        ),
        (
            "f1a07417-d97a-45cb-824c-7a7467783830",
            "Managed Identity Operator",
            &[
                "Microsoft.ManagedIdentity/userAssignedIdentities/*/read",
                "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
                "Microsoft.Authorization/*/read",
                "Microsoft.Insights/alertRules/*",
                "Microsoft.Resources/subscriptions/resourceGroups/read",
                "Microsoft.Resources/deployments/*",
                "Microsoft.Support/*",
            ],
            &[],
            &[],
        ),
    ];
    let (id, name, actions, not_actions, data_actions) = *rng.pick(&roles);
    let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
    let block = Block {
        actions: owned(actions),
        not_actions: owned(not_actions),
        data_actions: owned(data_actions),
        ..Block::default()
    };
    Role { id: id.to_owned(), name: name.to_owned(), blocks: vec![block], from_catalog: true }
}

/// A list of patterns, and one of what is taken away again.
pub(crate) fn lists(rng: &mut Rng) -> (Vec<String>, Vec<String>) {
    let (mut plus, mut minus) = (Vec::new(), Vec::new());
    for _ in 0..1 + rng.below(3) {
        let operation = *rng.pick(&OPERATIONS);
        plus.push(pattern(rng, operation));
    }
    if rng.percent(40) {
        for _ in 0..1 + rng.below(2) {
            let operation = operation_within(rng, &plus);
            minus.push(pattern(rng, &operation));
        }
    }
    (plus, minus)
}

/// A pattern that has something to do with the operation.
pub(crate) fn pattern(rng: &mut Rng, operation: &str) -> String {
    let segments: Vec<&str> = operation.split('/').collect();
    let n = segments.len();
    let verb = segments[n - 1];
    let cut = 1 + rng.below(n - 1);
    let mut text = match rng.below(100) {
        0..=27 => operation.to_owned(),
        28..=31 => "*".to_owned(),
        32..=40 => format!("*/{verb}"),
        41..=58 => format!("{}/*", segments[..cut].join("/")),
        59..=70 => format!("{}/*/{verb}", segments[..cut.min(n - 1)].join("/")),
        // A star that has nothing to stand for (2.5).
        71..=85 => format!("{}/*/{}", segments[..cut].join("/"), segments[cut..].join("/")),
        // A segment short, a letter short, a slash too many, half a segment, two stars.
        86..=89 => segments[..n - 1].join("/"),
        90..=91 => operation[..operation.len() - 1].to_owned(),
        92..=93 => format!("{}/", segments[..n - 1].join("/")),
        94..=95 => format!("{}*/{verb}", &segments[..n - 1].join("/")[..12]),
        _ => format!("*/{}/*", segments[cut.min(n - 2)]),
    };
    if rng.percent(25) {
        text = spell_case(rng, &text);
    }
    if rng.percent(5) {
        text.push_str(if rng.percent(50) { " " } else { "\t " });
    }
    text
}

/// An operation that one of the patterns is about; mostly one that it matches.
pub(crate) fn operation_within(rng: &mut Rng, patterns: &[String]) -> String {
    let any = (*rng.pick(&OPERATIONS)).to_owned();
    if patterns.is_empty() {
        return any;
    }
    let pattern = rng.pick(patterns).trim().to_owned();
    let known: Vec<&&str> =
        OPERATIONS.iter().filter(|known| matches(&pattern, known, false)).collect();
    if !known.is_empty() && rng.percent(80) {
        return (*known[rng.below(known.len())]).to_owned();
    }
    let filled = match rng.below(3) {
        0 => pattern.replace("/*/", "/"),
        1 => pattern.replace('*', "things"),
        _ => pattern.replace('*', "things/of/a/kind"),
    };
    // An operation holds no star and ends in a verb, and a little more than a verb.
    let filled = filled.replace('*', "Microsoft.Any/things").trim_end_matches('/').to_owned();
    let ends = ["/read", "/write", "/delete", "/action"]
        .iter()
        .any(|verb| filled.to_ascii_lowercase().ends_with(verb));
    if filled.matches('/').count() < 2 {
        any
    } else if ends {
        filled
    } else {
        format!("{filled}/{}", rng.pick(&["read", "write", "delete", "run/action"]))
    }
}

/// A neighbour: another verb, another type, a segment more or less.
pub(crate) fn near_operation(rng: &mut Rng, operation: &str) -> String {
    let mut segments: Vec<&str> = operation.split('/').collect();
    let n = segments.len();
    match rng.below(5) {
        0 | 1 => segments[n - 1] = *rng.pick(&["read", "write", "delete", "action"]),
        2 => segments.insert(1 + rng.below(n - 1), "more"),
        3 if n > 3 => {
            segments.remove(1 + rng.below(n - 2));
        }
        _ => return (*rng.pick(&OPERATIONS)).to_owned(),
    }
    segments.join("/")
}

pub(crate) fn spell_guid(rng: &mut Rng, guid: &str) -> String {
    match rng.below(10) {
        0 => guid.to_ascii_uppercase(),
        1 => guid.replace('-', ""),
        2 => guid.replace('-', "").to_ascii_uppercase(),
        _ => guid.to_owned(),
    }
}

pub(crate) fn spell_case(rng: &mut Rng, text: &str) -> String {
    match rng.below(6) {
        0 => text.to_ascii_uppercase(),
        1 => text.to_ascii_lowercase(),
        2 => {
            text.chars().map(|c| if rng.percent(50) { c.to_ascii_uppercase() } else { c }).collect()
        }
        _ => text.to_owned(),
    }
}

pub(crate) fn spell_scope(rng: &mut Rng, scope: &str) -> String {
    if scope == "/" {
        return scope.to_owned();
    }
    match rng.below(12) {
        0 | 1 => spell_case(rng, scope),
        2 => format!("{scope}/"),
        3 => scope.trim_start_matches('/').to_owned(),
        4 => scope.replace("/resourceGroups/", "/resourcegroups/"),
        _ => scope.to_owned(),
    }
}
