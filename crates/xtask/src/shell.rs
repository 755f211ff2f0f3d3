//! Running other programs, with a line of progress for each step.

use anyhow::{Context, Result, bail};
use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
};

/// Prints a line. A closed output is no reason to stop.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new(".")).to_owned()
}

/// Where everything that is built goes.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Steps of one command, numbered as they come; each tells how long it took.
pub struct Steps {
    done: usize,
    all: usize,
    since: std::time::Instant,
}

impl Steps {
    /// So many steps will come.
    pub fn new(all: usize) -> Steps {
        Steps { done: 0, all, since: now() }
    }

    /// The next one begins.
    pub fn next(&mut self, what: &str) {
        if self.done > 0 {
            say(&format!("      took {}", seconds(self.since)));
        }
        (self.done, self.since) = (self.done + 1, now());
        say(&format!("[{}/{}] {what}", self.done, self.all));
    }
}

/// A program to be run from the root, with the project's tools first on its PATH.
pub fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    let tools = target().join("tools");
    let mut path = vec![tools.join("bin"), tools.join("npm/node_modules/.bin")];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    if let Ok(path) = std::env::join_paths(path) {
        command.env("PATH", path);
    }
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// `cargo`, the one that runs us.
pub fn cargo() -> Command {
    let mut command = program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What cargo tells its children about this crate is wrong for others.
    for (key, _) in std::env::vars_os() {
        if key.to_str().is_some_and(|key| key.starts_with("CARGO_PKG_") || key.starts_with("CARGO_MANIFEST_"))
        {
            command.env_remove(key);
        }
    }
    command
}

/// Runs to the end; its output is shown.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("starting {command:?}"))?;
    if status.success() { Ok(()) } else { bail!("{command:?} ended with {status}") }
}

/// What a program prints; `None` when it can't be started or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs to the end, showing every line and handing it to `look`. Returns whether it succeeded.
pub fn watch(command: &mut Command, mut look: impl FnMut(&str)) -> Result<bool> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("starting {command:?}"))?;
    let (send, lines) = mpsc::channel();
    let streams: [Option<Box<dyn std::io::Read + Send>>; 2] = [
        child.stdout.take().map(|stream| Box::new(stream) as Box<_>),
        child.stderr.take().map(|stream| Box::new(stream) as Box<_>),
    ];
    for stream in streams.into_iter().flatten() {
        let send = send.clone();
        thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n') {
                let Ok(line) = line else { break };
                let _ = send.send(String::from_utf8_lossy(&line).into_owned());
            }
        });
    }
    drop(send);
    for line in lines {
        say(&line);
        look(&without_colour(&line));
    }
    Ok(child.wait()?.success())
}

/// A line without terminal colours.
fn without_colour(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            characters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            text.push(character);
        }
    }
    text
}

/// Seconds since `start`, for a line of progress.
pub fn seconds(start: std::time::Instant) -> String {
    format!("{:.0} s", start.elapsed().as_secs_f32())
}

#[expect(clippy::disallowed_methods, reason = "a tool that times its own steps; nothing is decided by it")]
/// Now, for [`seconds`].
pub fn now() -> std::time::Instant {
    std::time::Instant::now()
}
