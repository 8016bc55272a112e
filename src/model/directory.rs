//! The directory and the resource tree: principals, groups, management groups, subscriptions,
//! resources.

use super::ScopeRef;
use crate::ident::Guid;
use crate::origin::Origin;

/// What kind of principal an id stands for (semantics.md 4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PrincipalType {
    /// A person, guests included.
    User,
    /// A group of this directory.
    Group,
    /// An application or a managed identity.
    ServicePrincipal,
    /// A group of another directory.
    ForeignGroup,
    /// A device.
    Device,
    /// Everyone, in a deny assignment (semantics.md 5.3).
    Everyone,
    /// Not stated, or `Unknown`, as for a deleted principal.
    Unknown,
}

impl PrincipalType {
    /// Azure's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            PrincipalType::User => "User",
            PrincipalType::Group => "Group",
            PrincipalType::ServicePrincipal => "ServicePrincipal",
            PrincipalType::ForeignGroup => "ForeignGroup",
            PrincipalType::Device => "Device",
            PrincipalType::Everyone => "Everyone",
            PrincipalType::Unknown => "Unknown",
        }
    }

    /// Reads the words that exports use; anything new is `Unknown`, which decides nothing.
    #[must_use]
    pub fn from_export(word: &str) -> PrincipalType {
        match word.trim().to_ascii_lowercase().as_str() {
            "user" => PrincipalType::User,
            "group" => PrincipalType::Group,
            "serviceprincipal" | "msi" | "application" => PrincipalType::ServicePrincipal,
            "foreigngroup" => PrincipalType::ForeignGroup,
            "device" => PrincipalType::Device,
            "systemdefined" | "everyone" => PrincipalType::Everyone,
            _ => PrincipalType::Unknown,
        }
    }

    /// Could something with this type have members that no file lists?
    #[must_use]
    pub fn may_have_members(self) -> bool {
        matches!(self, PrincipalType::Group | PrincipalType::ForeignGroup | PrincipalType::Unknown)
    }
}

/// One entry of the directory.
#[derive(Debug, Clone)]
pub struct Principal {
    /// Object id.
    pub id: Guid,
    /// What it is.
    pub kind: PrincipalType,
    /// Display name.
    pub display_name: Option<Box<str>>,
    /// User principal name, for users.
    pub user_principal_name: Option<Box<str>>,
    /// Mail address, for users: of a guest it is the address that people know.
    pub mail: Option<Box<str>>,
    /// Application (client) id, for service principals.
    pub app_id: Option<Guid>,
    /// `servicePrincipalType`: `Application`, `ManagedIdentity`, …
    pub service_principal_type: Option<Box<str>>,
    /// `alternativeNames`: of a managed identity, `isExplicit=…` and the resource it belongs to.
    pub alternative_names: Vec<Box<str>>,
    /// `userType`: `Member` or `Guest`.
    pub user_type: Option<Box<str>>,
    /// Custom security attributes as (`set_name`, values), where they were exported.
    pub security_attributes: Vec<(Box<str>, Vec<Box<str>>)>,
    /// Where it was read.
    pub origin: Origin,
}

/// How much of a group's membership is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Membership {
    /// All direct members are listed.
    Listed,
    /// The list was cut off (a next page was announced and not exported).
    Partial,
    /// Nobody listed them.
    Unlisted,
}

/// A group and its direct members.
#[derive(Debug, Clone)]
pub struct Group {
    /// Object id.
    pub id: Guid,
    /// Only groups with `securityEnabled` count for access (U13); absent means yes.
    pub security_enabled: bool,
    /// Direct members: users, service principals, groups.
    pub members: Vec<Guid>,
    /// Is that all of them?
    pub membership: Membership,
    /// Where it was read.
    pub origin: Origin,
}

/// A management group and what stands above it.
#[derive(Debug, Clone)]
pub struct ManagementGroup {
    /// Its scope.
    pub scope: ScopeRef,
    /// Its parent: `Some(None)` for the root group, `None` where the export does not say.
    pub parent: Option<Option<ScopeRef>>,
    /// Display name.
    pub display_name: Option<Box<str>>,
    /// Where it was read.
    pub origin: Origin,
}

/// A subscription.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// Its scope.
    pub scope: ScopeRef,
    /// The management group above it, where an export says.
    pub management_group: Option<ScopeRef>,
    /// Its home tenant.
    pub tenant: Option<Guid>,
    /// Display name.
    pub display_name: Option<Box<str>>,
    /// Where it was read.
    pub origin: Origin,
}

/// A resource with what the doors beside RBAC hang on.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its id.
    pub scope: ScopeRef,
    /// Its `properties`, where they were exported; `az resource list` leaves them out.
    pub properties: Option<serde_json::Value>,
    /// Object ids of its managed identities.
    pub identities: Vec<Guid>,
    /// Its tags.
    pub tags: Vec<(Box<str>, Box<str>)>,
    /// Where it was read.
    pub origin: Origin,
}
