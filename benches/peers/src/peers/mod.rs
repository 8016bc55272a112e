//! One file a peer. Each makes the tenant its own, answers, and is timed when its answers are azrbac's.

pub(crate) mod casbin;
pub(crate) mod cedar;
pub(crate) mod naive;
pub(crate) mod ours;
pub(crate) mod python;
pub(crate) mod rego;

use crate::measure::{Measured, Session};

/// One way of deciding that a user could take instead.
pub(crate) struct Peer {
    /// What it is called on the command line.
    pub(crate) name: &'static str,
    /// What it is called in the tables.
    pub(crate) title: &'static str,
    /// The most questions it is asked at S, M and L.
    pub(crate) asked: [usize; 3],
    /// How many times as long azrbac's p50 from strings is to be met, at which size.
    pub(crate) goal: Option<(&'static str, f64)>,
    /// Builds it, compares its answers, times it.
    pub(crate) run: fn(&mut Session<'_>, usize) -> Result<Measured, String>,
}

/// All of them.
pub(crate) const PEERS: [Peer; 13] = [
    Peer {
        name: "cedar",
        title: "Cedar, whole policy set, templates linked",
        asked: [2_000, 500, 100],
        goal: Some(("L", 50_000.0)),
        run: cedar::whole,
    },
    Peer {
        name: "cedar-sliced",
        title: "Cedar, a set cut by hand for each principal",
        asked: [2_000, 2_000, 2_000],
        goal: Some(("L", 75.0)),
        run: cedar::sliced,
    },
    Peer {
        name: "casbin",
        title: "Casbin, roles as edges",
        asked: [1_000, 200, 50],
        goal: None,
        run: casbin::whole,
    },
    Peer {
        name: "rego",
        title: "Rego (regorus), linear, interpreter",
        asked: [2_000, 500, 100],
        goal: None,
        run: rego::linear,
    },
    Peer {
        name: "rego-vm",
        title: "Rego (regorus), linear, virtual machine",
        asked: [2_000, 500, 100],
        goal: None,
        run: rego::linear_vm,
    },
    Peer {
        name: "rego-indexed",
        title: "Rego (regorus), by principal, interpreter",
        asked: [2_000, 2_000, 2_000],
        goal: None,
        run: rego::indexed,
    },
    Peer {
        name: "rego-indexed-vm",
        title: "Rego (regorus), by principal, virtual machine",
        asked: [2_000, 2_000, 2_000],
        goal: None,
        run: rego::indexed_vm,
    },
    Peer {
        name: "regex",
        title: "Rust loop, one regex a pattern",
        asked: [10_000, 3_000, 500],
        goal: Some(("L", 1_200.0)),
        run: naive::linear,
    },
    Peer {
        name: "regex-indexed",
        title: "Rust, map by principal, patterns before scopes",
        asked: [20_000, 20_000, 20_000],
        goal: Some(("L", 18.0)),
        run: naive::patterns_first,
    },
    Peer {
        name: "regex-scopes",
        title: "Rust, map by principal, scopes before patterns",
        asked: [20_000, 20_000, 20_000],
        goal: Some(("L", 18.0)),
        run: naive::scopes_first,
    },
    Peer {
        name: "python",
        title: "Python loop, compiled patterns",
        asked: [2_000, 1_000, 200],
        goal: None,
        run: python::linear,
    },
    Peer {
        name: "python-indexed",
        title: "Python, dict by principal, patterns before scopes",
        asked: [20_000, 20_000, 20_000],
        goal: Some(("M", 30.0)),
        run: python::patterns_first,
    },
    Peer {
        name: "python-scopes",
        title: "Python, dict by principal, scopes before patterns",
        asked: [20_000, 20_000, 20_000],
        goal: Some(("M", 30.0)),
        run: python::scopes_first,
    },
];
