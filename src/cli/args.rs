//! What the user typed, and nothing else.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// May this principal do this operation on this Azure scope, and why? Offline and exact.
#[derive(Debug, Parser)]
#[command(name = "azrbac", version, about, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// A snapshot file or folder, or a scenario document; repeatable. Without it the embedded lab
    #[arg(short, long = "tenant", value_name = "PATH", global = true)]
    pub(crate) tenant: Vec<PathBuf>,
    /// Built-in roles as of a date (2023-05-07, 2024-12-13, 2025-08-20, 2026-08-22) or from a file
    #[arg(long, value_name = "DATE|FILE", global = true)]
    pub(crate) catalog: Option<String>,
    /// The moment to ask about, RFC 3339; now if absent
    #[arg(long, value_name = "TIME", global = true)]
    pub(crate) at: Option<String>,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Format::Text, global = true)]
    pub(crate) output: Format,
    /// When to colour
    #[arg(long, value_enum, default_value_t = Colour::Auto, global = true)]
    pub(crate) color: Colour,
    /// Say nothing on stderr but errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

/// Output formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs: stable and versioned
    Json,
    /// A page that stands alone
    Html,
    /// A page in Markdown
    Md,
    /// A picture that stands alone
    Svg,
    /// A picture for Graphviz
    Dot,
    /// A picture for Mermaid
    Mermaid,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless NO_COLOR says otherwise
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// May this principal do this operation on this scope, and why?
    Can(CanArguments),
    /// One condition (ABAC), or all of a tenant: check it, explain it, evaluate it
    #[command(subcommand)]
    Condition(ConditionCommand),
    /// Findings over a whole tenant
    Audit(AuditArguments),
    /// Which principals may do this operation on this scope?
    WhoCan(WhoCanArguments),
    /// At which scopes may this principal do this operation?
    WhereCan(WhereCanArguments),
    /// Which permissions does this principal have, here or anywhere?
    WhatCan(WhatCanArguments),
    /// Who gains or loses which operations where, between two tenants; or what if?
    Diff(super::diff::args::DiffArguments),
    /// Draw who has which role where
    Graph(GraphArguments),
    /// As which operations is an ARM request checked, and at which scope?
    Request(RequestArguments),
    /// Explain a refusal as Azure printed it, and say what would mend it
    Why(WhyArguments),
    /// Run scenario documents: every check against what it expects
    Test(TestArguments),
    /// Lessons that ask first, and exercises graded by proof
    Learn(LearnArguments),
    /// Print a read-only script that exports a tenant as a snapshot folder
    Collect(CollectArguments),
    /// The long text of a reason, gap, note or rule code
    Explain(ExplainArguments),
    /// Print a completion script for a shell
    Completions(CompletionArguments),
    /// Print the manual page
    Man,
    /// Role definitions: show, search, compare, order, suggest, lint, over time
    #[command(subcommand)]
    Role(super::role::args::RoleCommand),
    /// The embedded facts of Azure: show them, or make newer ones
    #[command(subcommand)]
    Catalog(CatalogCommand),
}

/// `azrbac catalog …`
#[derive(Debug, Subcommand)]
pub(crate) enum CatalogCommand {
    /// Print dates, counts and where the facts come from
    Show,
    /// Make a catalog file from `az role definition list` and `az provider operation list`
    Import(CatalogImport),
    /// What changed between two catalogs?
    Diff(CatalogDiff),
}

/// `azrbac catalog diff …`
#[derive(Debug, Args)]
pub(crate) struct CatalogDiff {
    /// A date that is embedded, or a file
    #[arg(value_name = "OLD")]
    pub(crate) old: String,
    /// The newer one
    #[arg(value_name = "NEW")]
    pub(crate) new: String,
}

/// `azrbac catalog import …`
#[derive(Debug, Args)]
pub(crate) struct CatalogImport {
    /// JSON files; `-` is stdin
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The day on which Azure listed them, as YYYY-MM-DD; today if absent
    #[arg(long, value_name = "DATE")]
    pub(crate) date: Option<String>,
    /// Where the facts come from, in words, for `catalog show`
    #[arg(long, value_name = "WORDS", default_value = "a list exported with az")]
    pub(crate) from: String,
    /// Write to this file instead of stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// `azrbac can …`
#[derive(Debug, Args)]
pub(crate) struct CanArguments {
    /// Object id, user principal name, app id or unique display name
    #[arg(required_unless_present = "batch")]
    pub(crate) principal: Option<String>,
    /// The operation, such as Microsoft.Storage/storageAccounts/listKeys/action
    #[arg(required_unless_present_any = ["batch", "request"])]
    pub(crate) operation: Option<String>,
    /// An ARM id, the last part of one, or a unique display name
    #[arg(required_unless_present_any = ["batch", "request"])]
    pub(crate) scope: Option<String>,
    /// Ask for an ARM request instead of an operation and a scope
    #[arg(long, value_name = "METHOD URL", conflicts_with_all = ["operation", "scope", "batch"])]
    pub(crate) request: Option<String>,
    /// Answer one question a line (JSON Lines; `-` is stdin), one answer a line, in order
    #[arg(long, value_name = "FILE", conflicts_with_all = ["principal", "operation", "scope"])]
    pub(crate) batch: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) question: QuestionArguments,
    /// Which doors count: RBAC alone, or any (an API key too)
    #[arg(long, value_enum, default_value_t = Doors::Any)]
    pub(crate) via: Doors,
    /// Exit 0 when RBAC's answer is this one, 1 when not
    #[arg(long, value_name = "OUTCOME")]
    pub(crate) expect: Option<String>,
    /// Only outcome, effective and via (JSON)
    #[arg(long)]
    pub(crate) brief: bool,
    /// Draw what the answer touches into this file: .svg, .dot or .mmd
    #[arg(long, value_name = "FILE", conflicts_with = "batch")]
    pub(crate) graph: Option<PathBuf>,
    /// How many near misses to tell
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) near: usize,
}

/// `azrbac who-can …`
#[derive(Debug, Args)]
pub(crate) struct WhoCanArguments {
    /// The operation, such as Microsoft.Storage/storageAccounts/listKeys/action
    #[arg(required_unless_present = "request")]
    pub(crate) operation: Option<String>,
    /// An ARM id, the last part of one, or a unique display name
    #[arg(required_unless_present = "request")]
    pub(crate) scope: Option<String>,
    /// Ask for an ARM request instead of an operation and a scope
    #[arg(long, value_name = "METHOD URL", conflicts_with_all = ["operation", "scope"])]
    pub(crate) request: Option<String>,
    /// Show groups instead of the people and applications in them
    #[arg(long)]
    pub(crate) groups: bool,
    /// Which doors count: RBAC alone, or any (an API key, the service's own roles)
    #[arg(long, value_enum, default_value_t = Doors::Rbac, conflicts_with_all = ["groups", "denied"])]
    pub(crate) via: Doors,
    /// Show also whom a role allows it and a deny assignment or a lock stops
    #[arg(long)]
    pub(crate) denied: bool,
    #[command(flatten)]
    pub(crate) question: QuestionArguments,
}

/// `azrbac where-can …`
#[derive(Debug, Args)]
pub(crate) struct WhereCanArguments {
    /// Object id, user principal name, app id or unique display name
    pub(crate) principal: String,
    /// The operation, such as Microsoft.Storage/storageAccounts/listKeys/action
    #[arg(required_unless_present = "request")]
    pub(crate) operation: Option<String>,
    /// Look only at this scope and below it
    #[arg(long, value_name = "SCOPE")]
    pub(crate) below: Option<String>,
    /// Ask for an ARM request instead of an operation, at its scope and below it
    #[arg(long, value_name = "METHOD URL", conflicts_with_all = ["operation", "below"])]
    pub(crate) request: Option<String>,
    /// Which doors count: RBAC alone, or any (an API key, the service's own roles)
    #[arg(long, value_enum, default_value_t = Doors::Rbac)]
    pub(crate) via: Doors,
    #[command(flatten)]
    pub(crate) question: QuestionArguments,
}

/// `azrbac what-can …`
#[derive(Debug, Args)]
pub(crate) struct WhatCanArguments {
    /// Object id, user principal name, app id or unique display name
    pub(crate) principal: String,
    /// An ARM id, the last part of one, or a unique display name; anywhere if absent
    pub(crate) scope: Option<String>,
    /// List the catalog's operations with their outcome
    #[arg(long)]
    pub(crate) expand: bool,
    /// Only this provider, such as Microsoft.Storage
    #[arg(long, value_name = "NAMESPACE")]
    pub(crate) provider: Option<String>,
    /// Only what changes something: writes, deletes, actions
    #[arg(long)]
    pub(crate) changing: bool,
    #[command(flatten)]
    pub(crate) question: QuestionArguments,
}

/// `azrbac graph …`
#[derive(Debug, Args)]
pub(crate) struct GraphArguments {
    /// Only this scope and what stands below it, with what reaches it from above
    #[arg(long, value_name = "SCOPE")]
    pub(crate) below: Option<String>,
    /// Only what this principal has, itself or through groups
    #[arg(long, value_name = "PRINCIPAL")]
    pub(crate) principal: Option<String>,
    /// Draw so many levels of scopes; without it what one screen holds
    #[arg(long, value_name = "LEVELS")]
    pub(crate) depth: Option<usize>,
    /// Draw every scope directly below this one; repeatable
    #[arg(long, value_name = "SCOPE")]
    pub(crate) unfold: Vec<String>,
}

/// `azrbac request …`
#[derive(Debug, Args)]
pub(crate) struct RequestArguments {
    /// A method and a URL, a path, or a path template with {placeholders}
    #[arg(value_name = "METHOD URL", required_unless_present = "batch")]
    pub(crate) request: Vec<String>,
    /// Answer one request a line (`-` is stdin), one line of JSON each, in order
    #[arg(long, value_name = "FILE", conflicts_with = "request")]
    pub(crate) batch: Option<PathBuf>,
}

/// `azrbac why …`
#[derive(Debug, Args)]
pub(crate) struct WhyArguments {
    /// The message, a JSON body, or a tool's whole output; `-` is stdin
    pub(crate) message: String,
    /// The resource, where the message names none
    #[arg(long, value_name = "SCOPE")]
    pub(crate) scope: Option<String>,
}

/// What a question may say besides its three words.
#[derive(Debug, Args)]
pub(crate) struct QuestionArguments {
    /// control or data; needed where the catalog does not tell
    #[arg(long, value_name = "PLANE")]
    pub(crate) plane: Option<String>,
    /// An attribute for conditions, SOURCE:NAME=VALUE; repeatable, and repeated for a list
    #[arg(long = "attr", value_name = "SOURCE:NAME=VALUE")]
    pub(crate) attributes: Vec<String>,
    /// Attributes that are not given do not exist (without it they are unknown)
    #[arg(long)]
    pub(crate) complete: bool,
    /// A suboperation, such as Blob.List; repeatable
    #[arg(long, value_name = "NAME")]
    pub(crate) sub_operation: Vec<String>,
    /// The HTTP method, where it is not the operation's usual one (locks go by it)
    #[arg(long, value_name = "METHOD")]
    pub(crate) method: Option<String>,
    /// What else must be allowed, OPERATION@SCOPE; repeatable
    #[arg(long, value_name = "OPERATION@SCOPE")]
    pub(crate) linked: Vec<String>,
    /// The caller comes from a managing tenant (Azure Lighthouse)
    #[arg(long)]
    pub(crate) via_lighthouse: bool,
    /// `X/*/y` does not match `X/y` (see: azrbac explain U3)
    #[arg(long)]
    pub(crate) strict_wildcards: bool,
}

/// Which doors count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Doors {
    /// RBAC, a key, the service's own roles
    Any,
    /// RBAC alone
    Rbac,
}

/// `azrbac test …`
#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    /// Scenario documents, JSON or YAML; folders are searched; `-` is stdin
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Print which rule of Azure is proved by which scenario (they name them in `rules`)
    #[arg(long)]
    pub(crate) rules: bool,
    /// Print an index of the documents as Markdown
    #[arg(long, conflicts_with = "rules")]
    pub(crate) index: bool,
}

/// `azrbac learn …`
#[derive(Debug, Args)]
pub(crate) struct LearnArguments {
    /// A lesson's name, or a file that holds one; without it the lessons are listed
    #[arg(value_name = "NAME|FILE")]
    pub(crate) lesson: Option<String>,
    /// Tell all of it without asking
    #[arg(long)]
    pub(crate) script: bool,
    /// The exercise: which role is to be written
    #[arg(long, group = "exercise", requires = "lesson")]
    pub(crate) task: bool,
    /// Hints for the exercise
    #[arg(long, group = "exercise", requires = "lesson")]
    pub(crate) hint: bool,
    /// A role definition to begin with
    #[arg(long, group = "exercise", requires = "lesson")]
    pub(crate) starter: bool,
    /// Grade a role definition against the exercise; `-` is stdin
    #[arg(long, value_name = "FILE", group = "exercise", requires = "lesson")]
    pub(crate) check: Option<PathBuf>,
    /// A role that the person holds and that yours replaces; repeatable
    #[arg(long, value_name = "ROLE", requires = "check")]
    pub(crate) instead_of: Vec<String>,
}

/// `azrbac collect …`
#[derive(Debug, Args)]
pub(crate) struct CollectArguments {
    /// Which tool the script calls
    #[arg(long, value_enum)]
    pub(crate) print: Collector,
}

/// The tools that a collect script is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Collector {
    /// Azure CLI, a shell script
    Az,
    /// Azure PowerShell
    Pwsh,
}

/// `azrbac explain …`
#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// A code, such as not-action or U3; without it all codes are listed
    pub(crate) code: Option<String>,
}

/// `azrbac completions …`
#[derive(Debug, Args)]
pub(crate) struct CompletionArguments {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// `azrbac condition …`
#[derive(Debug, Subcommand)]
pub(crate) enum ConditionCommand {
    /// Errors and traps: of one condition, or with -t of every condition of a tenant
    Check(ConditionCheck),
    /// What a condition means, in words
    Explain(ConditionText),
    /// The value of a condition for one operation, with the value of each part
    Eval(ConditionEval),
}

/// A condition, as text or in a file.
#[derive(Debug, Args)]
pub(crate) struct ConditionText {
    /// The condition, or a file that holds it; `-` is stdin
    pub(crate) condition: String,
}

/// `azrbac condition check …`
#[derive(Debug, Args)]
pub(crate) struct ConditionCheck {
    /// The condition, or a file that holds it; `-` is stdin; without it -t must name a tenant
    pub(crate) condition: Option<String>,
    /// The role that the condition stands beside, by name or GUID: more traps are seen
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: Option<String>,
    /// conditionVersion as it would be given
    #[arg(long, value_name = "VERSION")]
    pub(crate) condition_version: Option<String>,
}

/// `azrbac condition eval …`
#[derive(Debug, Args)]
pub(crate) struct ConditionEval {
    /// The condition, or a file that holds it; `-` is stdin
    pub(crate) condition: String,
    /// The operation that is checked
    #[arg(long, value_name = "OPERATION")]
    pub(crate) operation: String,
    #[command(flatten)]
    pub(crate) question: QuestionArguments,
}

/// `azrbac audit …`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct AuditArguments {
    #[command(subcommand)]
    pub(crate) command: Option<AuditCommand>,
    /// Only this rule; repeatable (azrbac explain CODE says what each finds)
    #[arg(long, value_name = "CODE")]
    pub(crate) only: Vec<String>,
    /// Not this rule; repeatable
    #[arg(long, value_name = "CODE")]
    pub(crate) skip: Vec<String>,
    /// Since when wildcards are asked what they gained: a day, or a catalog file. Without it since a
    /// role was last changed, or the oldest embedded date
    #[arg(long, value_name = "DATE|FILE")]
    pub(crate) since: Option<String>,
    /// Findings that are accepted, JSON or YAML: code, what it is about, reason, expires; repeatable
    #[arg(long, value_name = "FILE")]
    pub(crate) suppress: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) findings: FindingArguments,
}

/// How findings are written, and which of them fail.
#[derive(Debug, Args)]
pub(crate) struct FindingArguments {
    /// Exit 1 on findings of this level or above
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = Level::Warning)]
    pub(crate) deny: Level,
    /// Write SARIF to this file; `-` is stdout, in place of text
    #[arg(long, value_name = "FILE")]
    pub(crate) sarif: Option<PathBuf>,
    /// Write JUnit XML to this file; `-` is stdout, in place of text
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// The same as -o json
    #[arg(long)]
    pub(crate) json: bool,
}

/// Levels of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    /// Worth knowing
    Note,
    /// Probably not meant, or hands out much
    Warning,
    /// Refused by the service
    Error,
}

/// A part of the audit on its own.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Every resource with local authentication: its doors, who may obtain a key, who may reopen it,
    /// who would lose access
    LocalAuth(AuditLocalAuth),
}

/// `azrbac audit local-auth …`
#[derive(Debug, Args)]
pub(crate) struct AuditLocalAuth {
    /// What to assign before local authentication of this resource is closed, as az commands
    #[arg(long, value_name = "RESOURCE")]
    pub(crate) plan: Option<String>,
}
