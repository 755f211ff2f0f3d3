//! `cargo xtask serve`: from nothing to a running programme with demo data.

use crate::{
    shell::{self, Steps, cargo, program, target},
    tools, widget,
};
use anyhow::Result;
use clap::Args;
use std::{path::PathBuf, process::Stdio};

/// How to serve.
#[derive(Args)]
pub struct Options {
    /// Port on this machine
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// SQLite file; kept between runs
    #[arg(long, default_value = "tukar.db")]
    database: PathBuf,
    /// Build the server for speed too; the widget always is, unless `--dev`
    #[arg(long, conflicts_with = "dev")]
    release: bool,
    /// Build the widget for debugging
    #[arg(long)]
    dev: bool,
}

/// Builds and runs until Ctrl-C.
pub fn run_server(options: &Options) -> Result<()> {
    let port = options.port;
    let mut command = program(server(options.release));
    command.arg("serve").arg("--demo").arg("--database").arg(&options.database);
    command.arg("--widget-dir").arg(widget::dist());
    command.arg("--listen").arg(format!("127.0.0.1:{port}"));
    command.arg("--public-url").arg(format!("http://localhost:{port}"));
    command.stdin(Stdio::null());
    shell::run(&mut command)
}

/// The command.
pub fn run(options: &Options) -> Result<()> {
    let mut steps = Steps::new(4);
    steps.next("Tools for the widget");
    tools::for_widget()?;
    steps.next("The widget");
    widget::build(!options.dev)?;
    steps.next("The server");
    build_server(options.release)?;
    steps.next("Starting (Ctrl-C ends it)");
    run_server(options)
}

/// Builds the server; seconds when nothing changed. Its dependencies get the features that the whole workspace asks for, as
/// in the tests: with those of this package alone they would be compiled a second time.
pub fn build_server(release: bool) -> Result<()> {
    let mut command = cargo();
    command.args(["build", "--quiet", "--workspace", "--bin", "tukar-server"]);
    if release {
        command.arg("--release");
    }
    shell::run(&mut command)
}

/// Where the server's program is.
pub fn server(release: bool) -> PathBuf {
    target().join(if release { "release" } else { "debug" }).join("tukar-server")
}
