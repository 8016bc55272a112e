//! The command `azrbac`: argv and stdio into [`cli::main`], its exit into an `ExitCode`.

#[expect(
    clippy::disallowed_methods,
    reason = "the binary is the place for files, clock and environment"
)]
mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
