//! What the oracle judges: plain facts and a question. Every name is a raw string as an export or a person
//! spells it; whoever compares two of them folds them first.

#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) roles: Vec<Role>,
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) denies: Vec<Deny>,
    pub(crate) groups: Vec<Group>,
    pub(crate) management_groups: Vec<ManagementGroup>,
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) locks: Vec<Lock>,
    pub(crate) users: Vec<String>,
    pub(crate) service_principals: Vec<String>,
    /// Lists all that it names, and holds nothing that a snapshot could not: the open world gives the same
    /// answer as the closed one. Not read here.
    pub(crate) complete: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Role {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) blocks: Vec<Block>,
    /// A built-in role that no export lists: it comes from the catalog by its GUID. Not read here.
    pub(crate) from_catalog: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    pub(crate) actions: Vec<String>,
    pub(crate) not_actions: Vec<String>,
    pub(crate) data_actions: Vec<String>,
    pub(crate) not_data_actions: Vec<String>,
    pub(crate) condition: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Assignment {
    pub(crate) id: String,
    pub(crate) principal: String,
    pub(crate) principal_type: &'static str,
    pub(crate) role: String,
    pub(crate) scope: String,
    pub(crate) eligible: bool,
    pub(crate) start: Option<String>,
    pub(crate) end: Option<String>,
    pub(crate) condition: Option<String>,
    pub(crate) via_lighthouse: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Deny {
    pub(crate) id: String,
    pub(crate) scope: String,
    pub(crate) blocks: Vec<Block>,
    pub(crate) principals: Vec<String>,
    pub(crate) excluded: Vec<String>,
    pub(crate) exact_scope_only: bool,
    pub(crate) audit: bool,
    pub(crate) system_protected: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) members: Vec<String>,
    pub(crate) security_enabled: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct ManagementGroup {
    pub(crate) id: String,
    pub(crate) parent: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    pub(crate) id: String,
    pub(crate) management_group: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Lock {
    pub(crate) scope: String,
    pub(crate) read_only: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plane {
    Control,
    Data,
}

#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) principal: String,
    pub(crate) operation: String,
    pub(crate) plane: Plane,
    pub(crate) scope: String,
    pub(crate) at: String,
    pub(crate) method: Option<String>,
    pub(crate) linked: Vec<(String, String)>,
    pub(crate) via_lighthouse: bool,
    pub(crate) strict: bool,
    pub(crate) attributes_complete: bool,
}
