//! The facts of one resource type, every field checked.

use super::property::PropertyTest;
use super::resource_type::ResourceType;
use crate::ident::{Guid, Operation};
use crate::pattern::ActionPattern;
use crate::truth::Truth;
use std::fmt;

/// An enum whose values are words of the catalog's text.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $value:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$doc])* $value,)+ }

        impl $name {
            /// Every value, in the order of the declaration.
            pub const ALL: &'static [$name] = &[$($name::$value,)+];

            /// The word in the catalog's text and in JSON output.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $($name::$value => $word,)+ }
            }

            /// The value that a word stands for.
            #[must_use]
            pub fn from_word(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$value),)+ _ => None }
            }
        }
    };
}

words! {
    /// How much a type matters in practice.
    Tier {
        /// Widely used.
        Core = "core",
        /// Less used, or in preview.
        Extended = "extended",
        /// The service is gone; old exports still name it.
        Retired = "retired",
    }
}

words! {
    /// What kind of second door is it?
    Kind {
        /// A credential that nobody's identity is checked for.
        LocalAuth = "local-auth",
        /// No local credential: Entra tokens only.
        EntraOnly = "entra-only",
        /// Always Entra; a switch says whether roles or the service's own rules decide.
        AuthorizationSwitch = "authorization-switch",
        /// Always Entra; the service's own roles decide.
        NativeRbac = "native-rbac",
    }
}

words! {
    /// How sure is a fact?
    Certainty {
        /// The operation is known and its effect is not disputed.
        Verified = "verified",
        /// The name comes from a schema, a page or a classifier, not from an operation list.
        Derived = "derived",
        /// Sources disagree whether it opens anything: never more than "perhaps".
        Unconfirmed = "unconfirmed",
    }
}

words! {
    /// Where an operation was seen.
    Evidence {
        /// A built-in role names it.
        Roles = "roles",
        /// The map of ARM requests of 2025-09 names it.
        RestMap = "rest-map",
        /// A map of ARM requests of 2026-06 names it.
        RestMap2026 = "rest-map-2026",
        /// A public catalog of privileges names it.
        PrivilegeCatalog = "privilege-catalog",
        /// A page of the documentation names it.
        Docs = "docs",
        /// A public classifier with live tests names it.
        Classifier = "classifier",
        /// The published schema of the resource implies it.
        Schema = "schema",
    }
}

words! {
    /// Is a door open?
    DoorState {
        /// It lets in whoever fits.
        Open = "open",
        /// A property keeps it shut.
        Closed = "closed",
        /// The service has no such door.
        None = "none",
        /// What is known of the resource does not say.
        Unknown = "unknown",
    }
}

words! {
    /// How does an operation lead to a credential?
    Mechanism {
        /// Its reply carries one.
        Returns = "returns",
        /// It sets one that the caller chooses.
        Sets = "sets",
        /// It makes a new one and does not show it.
        Rotates = "rotates",
        /// It grants a role of the service's own system.
        SelfGrant = "self-grant",
        /// It reads data through ARM.
        ReadsData = "reads-data",
        /// It writes data through ARM.
        WritesData = "writes-data",
        /// It copies data to a place that the caller names.
        Exports = "exports",
        /// It carries calls to the service with a stored identity.
        Proxies = "proxies",
    }
}

impl Mechanism {
    /// Does the caller hold a credential afterwards? Only such an operation opens the local door
    /// now; a self-grant is one step further.
    #[must_use]
    pub fn is_credential(self) -> bool {
        matches!(self, Mechanism::Returns | Mechanism::Sets)
    }
}

words! {
    /// How much does a credential open?
    Grants {
        /// Every data operation.
        Full = "full",
        /// Reading.
        Read = "read",
        /// A part: see [`Covers`].
        Limited = "limited",
    }
}

words! {
    /// What does a `ReadOnly` lock do to the operation?
    LockEffect {
        /// It is a POST, PUT or PATCH: refused for everybody.
        Blocks = "blocks",
        /// It is a GET: not touched.
        Passes = "passes",
    }
}

words! {
    /// When does the operation count?
    Step {
        /// By itself.
        Now = "now",
        /// Only as what the caller could become: another call has to follow.
        Next = "next",
    }
}

words! {
    /// What does the key operation do while the switch is closed?
    WhenClosed {
        /// The call is refused.
        Fails = "fails",
        /// It answers with an empty list.
        Empty = "empty",
        /// It answers with a credential that the service refuses.
        Refused = "refused",
        /// Closing deleted the credentials.
        Deleted = "deleted",
        /// Not known.
        Unknown = "unknown",
    }
}

words! {
    /// A service's own role system.
    NativeKind {
        /// Cosmos DB: `sqlRoleAssignments`.
        Cosmos = "cosmos",
        /// A database: its own users, and an Entra administrator set through ARM.
        Database = "database",
        /// Databricks workspace administrators and grants.
        Databricks = "databricks",
        /// The user list of a health bot.
        HealthBot = "health-bot",
        /// `properties.accessPolicies` of a vault.
        KeyVaultPolicies = "key-vault-policies",
        /// Roles inside a Kubernetes cluster.
        Kubernetes = "kubernetes",
        /// Azure Data Explorer principals.
        Kusto = "kusto",
        /// Local RBAC of a managed HSM.
        ManagedHsm = "managed-hsm",
        /// OAuth policies of a logic app's trigger.
        OpenAuthentication = "open-authentication",
        /// Collection roles of Purview.
        Purview = "purview",
        /// Redis access policy assignments.
        Redis = "redis",
        /// Synapse roles.
        Synapse = "synapse",
        /// The roles of a partner's own service.
        Vendor = "vendor",
    }
}

/// The name of a switch within its record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SwitchId(pub(super) Box<str>);

impl SwitchId {
    /// The name, lower case with hyphens.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SwitchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is known of the doors of one resource type, or of one aspect of it.
///
/// It prints as its record in `roles/local-auth.txt`.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalAuth {
    /// The resource type.
    pub resource_type: ResourceType,
    /// Which side of the type, where it has several (`Microsoft.Web/sites`).
    pub aspect: Option<Box<str>>,
    /// What people call the service.
    pub service: Box<str>,
    /// How much it matters.
    pub tier: Tier,
    /// Which kind of door.
    pub kind: Kind,
    /// Can a property close local credentials?
    pub closable: Truth,
    /// The data operations that RBAC checks here; none for a service without any.
    pub data: Vec<ActionPattern>,
    /// The RBAC door.
    pub entra: Entra,
    /// Data operations that control operations decide.
    pub controls: Vec<ControlRule>,
    /// The service's own role system.
    pub native: Option<Native>,
    /// The properties that close local credentials. Several with one name mirror one another: a
    /// value that is given decides, in this order; only when none is, the default does.
    pub switches: Vec<Switch>,
    /// The operations that lead to a credential.
    pub keys: Vec<KeyAction>,
    /// The operations that switch local credentials back on; any one suffices.
    pub reopen: Vec<Operation>,
    /// The operations that change a credential.
    pub rotate: Vec<Operation>,
    /// What the key operation does while the switch is closed, and whether that is only believed.
    pub when_closed: Option<(WhenClosed, Certainty)>,
    /// Built-in policy definitions that look at the switch.
    pub policies: Vec<Guid>,
    /// What else a reader should know.
    pub notes: Vec<Box<str>>,
}

impl LocalAuth {
    /// What records are sorted by.
    pub(super) fn order(&self) -> (&str, Option<&str>) {
        (self.resource_type.folded(), self.aspect.as_deref())
    }

    /// The switches of one name, in the order in which they decide.
    pub fn switches_named(&self, name: &SwitchId) -> impl Iterator<Item = &Switch> {
        self.switches.iter().filter(move |switch| switch.name == *name)
    }
}

/// When is the RBAC door of a type open?
#[derive(Debug, Clone, PartialEq)]
pub struct Entra {
    /// The first rule that holds decides; one that cannot be decided makes the state unknown,
    /// unless the rest would say the same.
    pub rules: Vec<EntraRule>,
    /// The state when no rule holds.
    pub otherwise: DoorState,
    /// Control operations that the caller needs beside the data operation.
    pub also: Vec<Operation>,
    /// Properties that Entra callers usually need; they never decide.
    pub hints: Vec<PropertyTest>,
}

/// One rule of [`Entra`].
#[derive(Debug, Clone, PartialEq)]
pub struct EntraRule {
    /// The state that the rule gives.
    pub state: DoorState,
    /// When it holds.
    pub when: PropertyTest,
}

/// Data operations that the service authorises by control operations (`actions`, not `dataActions`).
#[derive(Debug, Clone, PartialEq)]
pub struct ControlRule {
    /// The data operations in question.
    pub operations: ActionPattern,
    /// Any of these, asked on the control plane at the same scope; empty: the operation itself.
    pub by: Vec<Operation>,
    /// All of these must hold.
    pub when: Vec<PropertyTest>,
    /// How sure it is.
    pub certainty: Certainty,
}

/// The service's own role system.
#[derive(Debug, Clone, PartialEq)]
pub struct Native {
    /// Which one.
    pub kind: NativeKind,
    /// It is asked only when all of these hold.
    pub when: Vec<PropertyTest>,
}

/// A property that closes local credentials.
#[derive(Debug, Clone, PartialEq)]
pub struct Switch {
    /// The name that key operations refer to.
    pub name: SwitchId,
    /// The type that carries the property: the record's own, or a child.
    pub on: ResourceType,
    /// The name of that child; `*` for each of them (open while any is).
    pub child: Option<Box<str>>,
    /// The property and the value that closes; its `absent` is the default: true means closed.
    pub closed: PropertyTest,
    /// It only adds to another switch, for the operations in `applies`.
    pub narrows: Option<SwitchId>,
    /// The operations that it is about; empty: all.
    pub applies: Vec<ActionPattern>,
    /// Unconfirmed: where it alone decides, the state is unknown.
    pub certainty: Certainty,
    /// The API version that brought it.
    pub since: Option<Box<str>>,
}

impl Switch {
    /// The state when the resource's properties are known and this one is not among them.
    #[must_use]
    pub fn default_state(&self) -> DoorState {
        match self.closed.absent {
            Truth::True => DoorState::Closed,
            Truth::False => DoorState::Open,
            Truth::Unknown => DoorState::Unknown,
        }
    }
}

/// At which scope is a key operation checked?
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyScope {
    /// On the resource.
    Resource,
    /// On a child of it: ask on a hypothetical one.
    Child(ResourceType),
    /// On a resource of another type.
    Other(ResourceType),
    /// On the subscription.
    Subscription,
    /// On the tenant.
    Tenant,
}

/// Which data operations does a credential open?
#[derive(Debug, Clone, PartialEq)]
pub enum Covers {
    /// Those that match one of these; no others.
    Operations(Vec<ActionPattern>),
    /// What its caller may do by himself, no more.
    Own,
    /// Data of other resources, whose own doors decide.
    Elsewhere,
    /// No data: a network path, an enrolment, names.
    Nothing,
    /// Something; what, the facts do not say.
    Unknown,
}

/// An operation that leads to a credential.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyAction {
    /// The control operation.
    pub operation: Operation,
    /// How sure it is that it works.
    pub certainty: Certainty,
    /// Where it was seen.
    pub evidence: Vec<Evidence>,
    /// Where it is checked.
    pub scope: KeyScope,
    /// How it leads to a credential.
    pub mechanism: Mechanism,
    /// How much that opens.
    pub grants: Grants,
    /// What a `ReadOnly` lock does to it.
    pub lock: LockEffect,
    /// The switches that close its credential: it works while any of them is open; empty: none does.
    pub under: Vec<SwitchId>,
    /// It gives something only when all of these hold.
    pub when: Vec<PropertyTest>,
    /// Other control operations that the caller needs as well.
    pub needs: Vec<Operation>,
    /// The credential opens only the child of this type that it belongs to (one queue).
    pub reach: Option<ResourceType>,
    /// The data operations that it opens.
    pub covers: Covers,
    /// Does it count by itself?
    pub step: Step,
    /// What else a reader should know.
    pub note: Option<Box<str>>,
}
