//! Formatting and lints, for this machine and for the browser.

use crate::{
    count::{Count, Runner},
    shell::{Steps, cargo},
    tools,
};
use anyhow::Result;

/// What is checked: a name and cargo's words.
const CHECKS: &[(&str, &[&str])] = &[
    ("Formatting", &["fmt", "--all", "--check"]),
    ("Lints", &["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    (
        "Lints of the widget for the browser",
        &[
            "clippy",
            "--quiet",
            "--package",
            "tukar",
            "--all-targets",
            "--target",
            tools::WASM,
            "--",
            "-D",
            "warnings",
        ],
    ),
];

/// The command.
pub fn run() -> Result<bool> {
    tools::for_widget()?;
    let mut steps = Steps::new(CHECKS.len());
    let mut count = Count::default();
    run_steps(&mut steps, &mut count)?;
    Ok(count.tell())
}

/// How many steps [`run_steps`] takes.
pub fn count() -> usize {
    CHECKS.len()
}

/// Runs every check; each counts as a test.
pub fn run_steps(steps: &mut Steps, count: &mut Count) -> Result<()> {
    for (name, words) in CHECKS {
        steps.next(name);
        count.run(name, Runner::One, cargo().args(*words))?;
    }
    Ok(())
}
