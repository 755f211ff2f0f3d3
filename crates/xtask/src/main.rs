//! `cargo xtask …`: the project's own commands. Each installs what it needs, says so, and may be run again cheaply.
//!
//! | command | does |
//! |---|---|
//! | `serve` | builds widget and server, runs them with demo data |
//! | `test` | runs every test, `--quick` what breaks most often, `test NAME` those of a name; ends with `N passed, N failed` |
//! | `dist` | makes the smallest widget and prints its bytes |
//! | `bench widget` | measures typing and painting with 10,000 rewards |
//! | `bench embed` | measures a partner's page and the first screen on a slow line, beside a Preact twin |
//! | `bench first-view` | measures what the server needs for the first view of 80 and of 10,000 rewards |
//! | `bench server` | measures reads and redemptions on both engines |
//! | `check` | formatting and lints only |
//! | `fuzz` | gives the parsers of what strangers send made-up input |
//! | `bundle` | Trunk's hook: style sheets and loader into the output |

mod bench;
mod budget;
mod bundle;
mod check;
mod count;
mod fuzz;
mod long;
mod pick;
mod postgres;
mod serve;
mod shell;
mod test;
mod tools;
mod widget;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Tukar's own commands: each installs what it needs and may be run again"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build widget and server, start them with demo data, print the address and a sign-in
    Serve(serve::Options),
    /// Run every test; the last line is `N passed, N failed`
    Test(test::Options),
    /// Make the smallest widget and print its bytes against budget.toml
    Dist {
        /// Write today's bytes into budget.toml as the record
        #[arg(long)]
        record: bool,
    },
    /// Measure
    #[command(subcommand)]
    Bench(bench::What),
    /// Formatting and lints only
    Check,
    /// Give the parsers of what strangers send made-up input (nightly Rust)
    Fuzz(fuzz::Options),
    /// Trunk's hook after the build: bundle style sheets and loader into the output
    #[command(hide = true)]
    Bundle,
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            shell::say(&format!("\nxtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// `false`: it ran to its end and something it judged was not right.
fn run(command: Command) -> Result<bool> {
    match command {
        Command::Serve(options) => serve::run(&options).map(|()| true),
        Command::Test(options) => test::run(&options),
        Command::Dist { record } => budget::dist(record),
        Command::Bench(what) => bench::run(&what).map(|()| true),
        Command::Check => check::run(),
        Command::Fuzz(options) => fuzz::fuzz(&options).map(|()| true),
        Command::Bundle => bundle::run_hook().map(|()| true),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_commands_are_put_together_well() {
        <super::Cli as clap::CommandFactory>::command().debug_assert();
    }
}
