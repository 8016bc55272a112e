//! What an operation is worth to somebody who means no good.

use crate::catalog::local_auth::{Certainty, Covers, LocalAuthCatalog, Mechanism};
use crate::ident::{Operation, Plane, Verb};
use crate::pattern::{ActionPattern, Wildcards};
use std::collections::BTreeMap;

/// What holding an operation amounts to, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Power {
    /// Hands out access: role assignments, role definitions, a service's own roles.
    Access,
    /// Obtains a key, a secret or a token.
    Credentials,
    /// Lets a resource act as an identity.
    Identities,
    /// Runs code or a command.
    Code,
    /// Deletes.
    Delete,
    /// Changes: writes, and actions that are none of the above.
    Write,
    /// Reads.
    Read,
}

impl Power {
    /// All of them, the gravest first.
    pub const ALL: [Power; 7] = [
        Power::Access,
        Power::Credentials,
        Power::Identities,
        Power::Code,
        Power::Delete,
        Power::Write,
        Power::Read,
    ];

    /// The stable word for output.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Power::Access => "role-assignments",
            Power::Credentials => "credentials",
            Power::Identities => "identities",
            Power::Code => "code-execution",
            Power::Delete => "delete",
            Power::Write => "write",
            Power::Read => "read",
        }
    }

    /// What one operation of it weighs in an excess.
    #[must_use]
    pub fn weight(self) -> u64 {
        match self {
            Power::Access => 1_000,
            Power::Credentials => 300,
            Power::Identities | Power::Code => 100,
            Power::Delete => 10,
            Power::Write => 4,
            Power::Read => 1,
        }
    }
}

/// What a number of operations of each power, in the order of [`Power::ALL`], weighs.
#[must_use]
pub fn weight(counts: &[usize; 7]) -> u64 {
    Power::ALL.iter().zip(counts).map(|(power, count)| power.weight() * *count as u64).sum()
}

/// A control operation that leads to a credential or to access inside a service.
#[derive(Debug, Clone)]
pub struct Credential {
    /// The operation.
    pub operation: Operation,
    /// The service, as people call it.
    pub service: Box<str>,
    /// How it leads there.
    pub mechanism: Mechanism,
    /// How sure that is.
    pub certainty: Certainty,
}

/// Every operation that leads to a credential, and what else is told apart by name.
#[derive(Debug, Clone)]
pub struct Credentials {
    known: BTreeMap<Box<str>, Credential>,
    tables: Vec<(Plane, Power, ActionPattern)>,
}

impl Credentials {
    /// Those of the embedded local authentication facts. An operation that stands there several
    /// times counts with the surest fact.
    #[must_use]
    pub fn embedded() -> Credentials {
        let mut known: BTreeMap<Box<str>, Credential> = BTreeMap::new();
        // A test of the catalog reads every record.
        for record in LocalAuthCatalog::embedded().all().flatten() {
            for key in record.keys {
                // What opens no more than its caller has anyway is no credential to hand out: a user
                // delegation key, a kubeconfig without an identity.
                if matches!(key.covers, Covers::Own | Covers::Nothing) {
                    continue;
                }
                let folded: Box<str> = key.operation.folded().into();
                let found = Credential {
                    operation: key.operation,
                    service: record.service.clone(),
                    mechanism: key.mechanism,
                    certainty: key.certainty,
                };
                let rank = |credential: &Credential| {
                    (credential.mechanism.is_credential(), std::cmp::Reverse(credential.certainty))
                };
                match known.get(&folded) {
                    Some(before) if rank(before) >= rank(&found) => {}
                    _ => {
                        known.insert(folded, found);
                    }
                }
            }
        }
        let tables = TABLES
            .iter()
            .filter_map(|(plane, power, text)| {
                Some((*plane, *power, ActionPattern::new(text).ok()?))
            })
            .collect();
        Credentials { known, tables }
    }

    /// All of them, by operation.
    pub fn iter(&self) -> impl Iterator<Item = &Credential> {
        self.known.values()
    }

    /// The credential that a control operation (folded) leads to.
    #[must_use]
    pub fn of(&self, folded: &str) -> Option<&Credential> {
        self.known.get(folded)
    }

    /// What an operation (folded) amounts to.
    #[must_use]
    pub fn power(&self, plane: Plane, folded: &str) -> Power {
        for (on, power, pattern) in &self.tables {
            if *on == plane && pattern.matches_folded(folded, Wildcards::Azure).is_match() {
                return *power;
            }
        }
        if plane == Plane::Control
            && let Some(credential) = self.known.get(folded)
            && credential.certainty != Certainty::Unconfirmed
        {
            match credential.mechanism {
                Mechanism::SelfGrant => return Power::Access,
                Mechanism::Returns | Mechanism::Sets => return Power::Credentials,
                Mechanism::Rotates
                | Mechanism::ReadsData
                | Mechanism::WritesData
                | Mechanism::Exports
                | Mechanism::Proxies => {}
            }
        }
        match Operation::new(folded).map(|operation| operation.verb()) {
            Ok(Verb::Read) => Power::Read,
            Ok(Verb::Delete) => Power::Delete,
            _ => Power::Write,
        }
    }
}

/// What names tell, the first match first. Only what is plain from the name and known to do it.
const TABLES: &[(Plane, Power, &str)] = &[
    (Plane::Control, Power::Access, "Microsoft.Authorization/roleAssignments/write"),
    (Plane::Control, Power::Access, "Microsoft.Authorization/roleDefinitions/write"),
    (Plane::Control, Power::Access, "Microsoft.Authorization/elevateAccess/action"),
    (Plane::Control, Power::Access, "Microsoft.Authorization/roleAssignmentScheduleRequests/write"),
    (
        Plane::Control,
        Power::Access,
        "Microsoft.Authorization/roleEligibilityScheduleRequests/write",
    ),
    (Plane::Control, Power::Access, "Microsoft.Authorization/roleManagementPolicies/write"),
    (Plane::Control, Power::Access, "Microsoft.Authorization/denyAssignments/write"),
    (Plane::Control, Power::Access, "Microsoft.Authorization/denyAssignments/delete"),
    (Plane::Control, Power::Access, "Microsoft.ManagedServices/registrationAssignments/write"),
    (Plane::Data, Power::Credentials, "Microsoft.KeyVault/vaults/secrets/getSecret/action"),
    (Plane::Data, Power::Credentials, "Microsoft.KeyVault/vaults/secrets/backup/action"),
    (Plane::Data, Power::Credentials, "Microsoft.KeyVault/vaults/keys/release/action"),
    (Plane::Data, Power::Credentials, "Microsoft.KeyVault/vaults/certificates/backup/action"),
    (Plane::Control, Power::Identities, "*/assign/action"),
    (
        Plane::Control,
        Power::Identities,
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write",
    ),
    (Plane::Control, Power::Code, "*/runCommand/action"),
    (Plane::Control, Power::Code, "*/runCommands/write"),
    (Plane::Control, Power::Code, "*/diagnosticRunCommand/action"),
    (Plane::Control, Power::Code, "*/diagnosticRunCommands/write"),
    (Plane::Control, Power::Code, "Microsoft.Compute/*/extensions/write"),
    (Plane::Control, Power::Code, "Microsoft.HybridCompute/machines/extensions/write"),
    (Plane::Control, Power::Code, "Microsoft.Resources/deploymentScripts/write"),
    (Plane::Control, Power::Code, "Microsoft.Automation/automationAccounts/jobs/write"),
    (Plane::Control, Power::Code, "Microsoft.Automation/automationAccounts/runbooks/*/write"),
    (Plane::Control, Power::Code, "Microsoft.Logic/workflows/write"),
    (Plane::Control, Power::Code, "Microsoft.Web/sites/functions/write"),
    (Plane::Control, Power::Code, "Microsoft.Web/sites/extensions/write"),
    (Plane::Control, Power::Code, "Microsoft.Web/sites/publish/action"),
    (
        Plane::Control,
        Power::Code,
        "Microsoft.ContainerInstance/containerGroups/containers/exec/action",
    ),
    (Plane::Control, Power::Code, "Microsoft.ContainerRegistry/registries/*/scheduleRun/action"),
    (Plane::Control, Power::Code, "Microsoft.DataFactory/factories/pipelines/createrun/action"),
    (Plane::Data, Power::Code, "*/exec/action"),
    (Plane::Data, Power::Code, "*/login/action"),
    (Plane::Data, Power::Code, "*/loginAsAdmin/action"),
    (Plane::Data, Power::Code, "*/WACloginAsAdmin/action"),
    (Plane::Data, Power::Code, "Microsoft.Batch/batchAccounts/jobs/write"),
    (Plane::Data, Power::Code, "Microsoft.ContainerService/*/pods/exec/action"),
];
