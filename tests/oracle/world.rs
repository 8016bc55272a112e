//! What the oracle judges: plain facts and a question. Every name is a raw string as an export or a person
//! spells it; whoever compares two of them folds them first.

use std::collections::BTreeMap;

use serde_json::Value as Json;

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
    pub(crate) resources: Vec<Resource>,
    /// What each condition says, by its text.
    pub(crate) conditions: BTreeMap<String, Expr>,
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
    pub(crate) condition: Option<String>,
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

/// A resource that has doors; without properties nobody exported them.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    pub(crate) id: String,
    pub(crate) kind: &'static str,
    pub(crate) properties: Option<Json>,
}

/// A condition, taken apart as section 9.2 says. GUIDs and dates are text, as in JSON.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expr {
    Not(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    ActionMatches(String),
    SubOperationMatches(String),
    Exists(Attribute),
    Compare(Operand, Option<Quantifier>, &'static str, Operand),
}

/// How many of the left values, how many of the right ones.
pub(crate) type Quantifier = (Reach, Reach);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Any,
    All,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operand {
    Attribute(Attribute),
    Literals(Vec<Value>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Resource,
    Request,
    Principal,
    Environment,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    pub(crate) source: Source,
    pub(crate) name: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Bool(bool),
    Integer(i64),
    List(Vec<Value>),
    Dictionary(Vec<(String, Value)>),
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
    /// What is told of resource, request, principal and environment.
    pub(crate) attributes: Vec<(Attribute, Value)>,
    pub(crate) attributes_complete: bool,
}

impl Value {
    /// Is it this text, whatever the case?
    pub(crate) fn is_text(&self, other: &str) -> bool {
        matches!(self, Self::Text(text) if text.eq_ignore_ascii_case(other))
    }
}

impl Attribute {
    /// The suboperations of the request, as one attribute of several values (9.2, preview form).
    pub(crate) fn sub_operation() -> Self {
        Self { source: Source::Request, name: "subOperation".to_owned() }
    }
}

impl Expr {
    /// The attributes that it asks for, each once.
    pub(crate) fn attributes(&self) -> Vec<Attribute> {
        let mut found: Vec<Attribute> = Vec::new();
        for name in self.mentions() {
            if !found.contains(&name) {
                found.push(name);
            }
        }
        found
    }

    pub(crate) fn mentions(&self) -> Vec<Attribute> {
        match self {
            Self::Not(inner) => inner.mentions(),
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::mentions).collect(),
            Self::ActionMatches(_) => Vec::new(),
            Self::SubOperationMatches(_) => vec![Attribute::sub_operation()],
            Self::Exists(name) => vec![name.clone()],
            Self::Compare(left, _, _, right) => {
                let named = |side: &Operand| match side {
                    Operand::Attribute(name) => Some(name.clone()),
                    Operand::Literals(_) => None,
                };
                [left, right].into_iter().filter_map(named).collect()
            }
        }
    }
}
