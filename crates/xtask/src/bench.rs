//! `cargo xtask bench …`: figures with the command that makes them.

use crate::{
    serve::{build_server, server},
    shell::{self, Steps, program},
    tools, widget,
};
use anyhow::Result;
use clap::Subcommand;

/// What to measure.
#[derive(Subcommand)]
pub enum What {
    /// Typing, painting and scrolling with 10,000 rewards beside 80, in Chromium
    Widget,
}

/// The command.
pub fn run(what: &What) -> Result<()> {
    let What::Widget = what;
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
    command.arg("bench-widget.mjs").current_dir(shell::root().join("tests/browser"));
    command.env("TUKAR_SERVER", server(true)).env("TUKAR_WIDGET", widget::dist());
    shell::run(&mut command)
}
