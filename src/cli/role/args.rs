//! `azrbac role …`, as typed.

use crate::cli::args::FindingArguments;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `azrbac role …`
#[derive(Debug, Subcommand)]
pub(crate) enum RoleCommand {
    /// Which roles a role may hand out, and to which kinds of principals
    Delegates(RoleDelegates),
    /// List role definitions
    List(ListArguments),
    /// What is a role for, and what does it really do?
    Show(ShowArguments),
    /// Which roles have an operation, a provider, a word?
    Search(SearchArguments),
    /// How do two roles lie to each other, and what has only one of them?
    Compare(CompareArguments),
    /// Which roles are contained in which? Drawn with -o svg, dot, mermaid or html
    Lattice(LatticeArguments),
    /// Which roles are enough for these operations? The smallest set is searched exactly up to 400,000
    /// steps; beyond them it is called not proven minimal
    Suggest(SuggestArguments),
    /// What is wrong with these role definitions?
    Lint(LintArguments),
    /// What did a role gain and lose over time?
    History(HistoryArguments),
}

/// `azrbac role list …`
#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// Roles that grant something on this plane: control or data
    #[arg(long, value_name = "PLANE")]
    pub(crate) plane: Option<String>,
    /// Roles with an entry of this provider, such as Microsoft.Storage
    #[arg(long, value_name = "NAMESPACE")]
    pub(crate) provider: Option<String>,
    /// Roles that can hand out access, or change resources of every provider
    #[arg(long)]
    pub(crate) privileged: bool,
    /// Custom roles only (from -t)
    #[arg(long)]
    pub(crate) custom: bool,
    /// Roles with a condition inside
    #[arg(long)]
    pub(crate) conditional: bool,
    /// Roles whose name says that they are deprecated
    #[arg(long)]
    pub(crate) deprecated: bool,
}

/// `azrbac role show …`
#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    /// A name, a GUID, or a file with a role definition (FILE#NAME where it holds several)
    #[arg(value_name = "ROLE")]
    pub(crate) role: String,
}

/// `azrbac role search …`
#[derive(Debug, Args)]
pub(crate) struct SearchArguments {
    /// Operations, providers or words; a role fits in which all are found
    #[arg(required = true, value_name = "WORD")]
    pub(crate) words: Vec<String>,
}

/// `azrbac role compare …`
#[derive(Debug, Args)]
pub(crate) struct CompareArguments {
    /// A name, a GUID, or a file with a role definition
    #[arg(value_name = "A")]
    pub(crate) a: String,
    /// The other one
    #[arg(value_name = "B")]
    pub(crate) b: String,
}

/// `azrbac role lattice …`
#[derive(Debug, Args)]
pub(crate) struct LatticeArguments {
    /// The roles; all built-in ones if absent
    #[arg(value_name = "ROLE")]
    pub(crate) roles: Vec<String>,
    /// List the roles that are contained in this one instead
    #[arg(long, value_name = "ROLE")]
    pub(crate) inside: Option<String>,
    /// How to write it; the same as -o
    #[arg(long, value_enum, hide = true)]
    pub(crate) format: Option<Drawing>,
}

/// How a lattice is written, as it was asked for before `-o` knew pictures; without either, DOT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Drawing {
    /// Graphviz
    Dot,
    /// Mermaid
    Mermaid,
    /// JSON
    Json,
}

/// `azrbac role suggest …`
#[derive(Debug, Args)]
pub(crate) struct SuggestArguments {
    /// Operations that are needed, OPERATION or OPERATION@SCOPE
    #[arg(value_name = "OPERATION")]
    pub(crate) operations: Vec<String>,
    /// A list of operations, an activity log as JSON or an AuthorizationFailed text; `-` is stdin
    #[arg(long = "from", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Of an activity log, only what this principal did: object id, user principal name, app id, or
    /// with -t a display name; repeatable
    #[arg(long = "principal", value_name = "PRINCIPAL")]
    pub(crate) principals: Vec<String>,
    /// Where it is needed; also where the custom role shall be assignable; repeatable
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(crate) scopes: Vec<String>,
    /// The plane of operations for which the catalog does not tell
    #[arg(long, value_name = "PLANE")]
    pub(crate) plane: Option<String>,
    /// By what single roles are ordered
    #[arg(long, value_enum, default_value_t = By::Excess)]
    pub(crate) by: By,
    /// Leave out roles of this kind; repeatable
    #[arg(long, value_enum, value_name = "KIND")]
    pub(crate) without: Vec<Kind>,
    /// The name of the custom role
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Write the custom role with wildcards where all that they match today is needed
    #[arg(long)]
    pub(crate) patterns: bool,
    /// List every operation of an excess, not only the gravest
    #[arg(long)]
    pub(crate) list_excess: bool,
    /// Print the custom role alone, as `az role definition create` takes it
    #[arg(long)]
    pub(crate) custom_only: bool,
    /// How many single roles to tell in text
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) top: usize,
}

/// By what single roles are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// By the number of operations too many
    Excess,
    /// By what they weigh: role assignments, credentials, code, deletes, writes, reads
    Weight,
}

/// Kinds of roles that can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Roles that can hand out access, or change resources of every provider
    Privileged,
    /// Roles whose name says that they are deprecated
    Deprecated,
    /// Roles whose name says that they are a preview
    Preview,
    /// Roles with a condition inside
    Conditional,
}

/// `azrbac role lint …`
#[derive(Debug, Args)]
pub(crate) struct LintArguments {
    /// Files with role definitions, or names of built-in roles; `-` is stdin
    #[arg(required_unless_present = "built_in", value_name = "FILE|ROLE")]
    pub(crate) roles: Vec<String>,
    /// Lint every built-in role of the catalog
    #[arg(long)]
    pub(crate) built_in: bool,
    /// Rewrite the files with every safe fix
    #[arg(long)]
    pub(crate) fix: bool,
    #[command(flatten)]
    pub(crate) findings: FindingArguments,
}

/// `azrbac role history …`
#[derive(Debug, Args)]
pub(crate) struct HistoryArguments {
    /// A name or a GUID
    #[arg(value_name = "ROLE")]
    pub(crate) role: String,
    /// A further catalog file beside the embedded dates and --catalog; repeatable
    #[arg(long = "also", value_name = "FILE")]
    pub(crate) also: Vec<String>,
}

/// `azrbac role delegates …`
#[derive(Debug, Args)]
pub(crate) struct RoleDelegates {
    /// The role, by name or GUID; without it every built-in role that can write role assignments
    pub(crate) role: Option<String>,
}
