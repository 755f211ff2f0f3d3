//! Formatting and lints, for this machine and for the browser.

use crate::{
    shell::{Steps, cargo, watch},
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
    let (_, failed) = run_steps(&mut steps)?;
    Ok(failed == 0)
}

/// How many steps [`run_steps`] takes.
pub fn count() -> usize {
    CHECKS.len()
}

/// Runs every check; how many passed and failed.
pub fn run_steps(steps: &mut Steps) -> Result<(u32, u32)> {
    let (mut passed, mut failed) = (0, 0);
    for (name, words) in CHECKS {
        steps.next(name);
        if watch(cargo().args(*words), |_| {})? {
            passed += 1;
        } else {
            failed += 1;
        }
    }
    Ok((passed, failed))
}
