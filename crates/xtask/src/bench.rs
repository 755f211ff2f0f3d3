//! `cargo xtask bench …`: figures with the command that makes them.

use crate::{
    postgres::Postgres,
    serve::{build_server, server},
    shell::{self, Steps, cargo, program, target},
    tools, widget,
};
use anyhow::Result;
use clap::Subcommand;
use std::fs;

/// What to measure.
#[derive(Subcommand)]
pub enum What {
    /// Typing, painting and scrolling with 10,000 rewards beside 80, in Chromium
    Widget,
    /// What a partner's page pays, and how soon the first screen is painted on a slow line, beside a Preact twin
    Embed,
    /// The first view of `/`, with 80 rewards and 10,000
    FirstView {
        /// Further words, as --rewards 80,10000 --seconds 4 --visitors 16
        #[arg(num_args = 0.., allow_hyphen_values = true, trailing_var_arg = true, value_name = "WORDS")]
        words: Vec<String>,
    },
    /// Reads and redemptions on SQLite and PostgreSQL, beside the same statements alone
    Server {
        /// Further words for the load, as --members 100000 --growth 1000000 --lots 10,100,1000,10000 --seconds 10
        #[arg(num_args = 0.., allow_hyphen_values = true, trailing_var_arg = true, value_name = "WORDS")]
        words: Vec<String>,
    },
}

/// The command.
pub fn run(what: &What) -> Result<()> {
    match what {
        What::Widget => in_chromium("bench-widget.mjs"),
        What::Embed => in_chromium("bench-embed.mjs"),
        What::FirstView { words } => first_view(words),
        What::Server { words } => server_under_load(words),
    }
}

fn first_view(words: &[String]) -> Result<()> {
    let example = ["build", "--quiet", "--release", "-p", "tukar-server", "--example", "first_view"];
    shell::run(cargo().args(example))?;
    shell::run(program(target().join("release/examples/first_view")).args(words))
}

fn server_under_load(words: &[String]) -> Result<()> {
    let mut steps = Steps::new(3);
    steps.next("The server and its load, for speed");
    shell::run(cargo().args(["build", "--quiet", "--release", "-p", "tukar-server", "--example", "load"]))?;
    let load = |database: &str| {
        shell::run(program(target().join("release/examples/load")).args(["--database", database]).args(words))
    };
    steps.next("On SQLite");
    let folder = std::env::temp_dir().join(format!("tukar-load-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let done = load(&folder.join("tukar.db").display().to_string());
    fs::remove_dir_all(&folder)?;
    done?;
    steps.next("On PostgreSQL");
    tools::for_postgres()?;
    let postgres = Postgres::start(true)?;
    load(&postgres.url())
}

fn in_chromium(script: &str) -> Result<()> {
    let mut steps = Steps::new(4);
    steps.next("Tools");
    tools::for_widget()?;
    tools::for_tests()?;
    steps.next("The widget");
    widget::build(true)?;
    steps.next("The server, for speed");
    build_server(true)?;
    steps.next("Measuring");
    let mut command = program("node");
    command.arg(script).current_dir(shell::root().join("tests/browser"));
    command.env("TUKAR_SERVER", server(true)).env("TUKAR_WIDGET", widget::dist());
    shell::run(&mut command)
}
