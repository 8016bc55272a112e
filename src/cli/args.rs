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
