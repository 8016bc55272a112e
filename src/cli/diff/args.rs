//! What `azrbac diff` is asked.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `azrbac diff …`
///
/// Two forms: `diff BEFORE AFTER` compares two exports; without them the tenant of `-t` (or the lab) is
/// compared with what it would be after the edits below, which may be repeated and combined.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct DiffArguments {
    /// The older tenant: a snapshot file or folder, or a scenario document
    #[arg(requires = "after", conflicts_with_all = ["assign", "remove", "set", "add_member", "remove_member"])]
    pub(crate) before: Option<PathBuf>,
    /// The newer one
    pub(crate) after: Option<PathBuf>,
    /// What if this role were assigned? Each with its --to and --at
    #[arg(long, value_name = "ROLE", help_heading = "What if")]
    pub(crate) assign: Vec<String>,
    /// To whom: object id, user principal name, app id or unique display name
    #[arg(long, value_name = "PRINCIPAL", requires = "assign", help_heading = "What if")]
    pub(crate) to: Vec<String>,
    // The same id as the global `--at`, which it stands in for.
    /// Where (a SCOPE). A moment is asked about with --time here
    #[arg(long, value_name = "SCOPE", help_heading = "What if")]
    pub(crate) at: Vec<String>,
    /// Under this condition; one for each --assign, or none
    #[arg(long, value_name = "CONDITION", requires = "assign", help_heading = "What if")]
    pub(crate) condition: Vec<String>,
    /// What if this role assignment were removed? Its id, or the GUID at its end
    #[arg(long, value_name = "ASSIGNMENT", help_heading = "What if")]
    pub(crate) remove: Vec<String>,
    /// What if a property of a resource were set, such as properties.disableLocalAuth=true?
    #[arg(long, value_names = ["RESOURCE", "PATH=VALUE"], num_args = 2, help_heading = "What if")]
    pub(crate) set: Vec<String>,
    /// What if somebody came into a group? Each with its --to-group
    #[arg(long, value_name = "PRINCIPAL", requires = "to_group", help_heading = "What if")]
    pub(crate) add_member: Vec<String>,
    /// The group
    #[arg(long, value_name = "GROUP", requires = "add_member", help_heading = "What if")]
    pub(crate) to_group: Vec<String>,
    /// What if somebody left a group? Each with its --from-group
    #[arg(long, value_name = "PRINCIPAL", requires = "from_group", help_heading = "What if")]
    pub(crate) remove_member: Vec<String>,
    /// The group
    #[arg(long, value_name = "GROUP", requires = "remove_member", help_heading = "What if")]
    pub(crate) from_group: Vec<String>,
    /// Exit 1 when there is such a change, 3 when there may be; repeatable
    #[arg(long, value_enum, value_name = "CHANGE")]
    pub(crate) fail_on: Vec<FailOn>,
    /// Tell every principal and every operation
    #[arg(long)]
    pub(crate) expand: bool,
    /// The moment to ask about, RFC 3339; now if absent
    #[arg(long, value_name = "TIME")]
    pub(crate) time: Option<String>,
    /// An attribute for conditions, SOURCE:NAME=VALUE; repeatable, and repeated for a list
    #[arg(long = "attr", value_name = "SOURCE:NAME=VALUE")]
    pub(crate) attributes: Vec<String>,
    /// Attributes that are not given do not exist (without it they are unknown)
    #[arg(long)]
    pub(crate) complete: bool,
    /// `X/*/y` does not match `X/y` (see: azrbac explain U3)
    #[arg(long)]
    pub(crate) strict_wildcards: bool,
}

const EXAMPLES: &str = "\
Examples:
  azrbac diff snapshot-monday/ snapshot-today/ --fail-on gain
  azrbac -t snapshot/ diff --assign Contributor --to dev@contoso.com --at rg-app -o md
  azrbac -t snapshot/ diff --set openai-prod properties.disableLocalAuth=true
  azrbac -t snapshot/ --catalog 2023-05-07..2026-08-22 diff";

/// Which changes a build is to fail on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Somebody gains an operation, a key, or has another condition
    Gain,
    /// Somebody loses one, or has another condition
    Loss,
    /// Either
    Any,
    /// Somebody gains role assignments, keys or secrets, identities, code execution
    NewPower,
}
