//! What the runners found: how many passed and failed, which, and what a runner that failed said last.

use crate::shell::{say, watch};
use anyhow::Result;
use std::{collections::VecDeque, process::Command};

/// So many last lines of a runner that failed are told again at the end.
const LAST_LINES: usize = 40;

/// A program that runs tests, known by how it tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    /// One test: it ends well, or it does not.
    One,
    /// `cargo nextest run`.
    Nextest,
    /// `cargo test`, and wasm-bindgen's runner.
    Libtest,
    /// `playwright test` with its list.
    Playwright,
}

/// What was counted so far.
#[derive(Default)]
pub struct Count {
    passed: u32,
    failed: u32,
    failures: Vec<Failure>,
}

/// A runner that failed.
struct Failure {
    what: String,
    names: Vec<String>,
    last: VecDeque<String>,
}

impl Count {
    /// Runs to the end, showing every line; counts what the runner tells.
    pub fn run(&mut self, what: &str, runner: Runner, command: &mut Command) -> Result<()> {
        let mut heard = Heard::new(runner);
        let good = watch(command, |line| heard.line(line))?;
        self.add(what, good, heard);
        Ok(())
    }

    /// One test that needs no program.
    pub fn one(&mut self, what: &str, good: bool) {
        self.add(what, good, Heard::new(Runner::One));
    }

    /// A runner that ended badly without counting a failure is a failure itself, as one that ran no test.
    fn add(&mut self, what: &str, good: bool, heard: Heard) {
        let Heard { runner, mut passed, mut failed, names, last, .. } = heard;
        if runner == Runner::One {
            (passed, failed) = (u32::from(good), u32::from(!good));
        } else if (!good && failed == 0) || passed + failed == 0 {
            say(&format!("      {what}: ended badly, or ran no test"));
            failed += 1;
        }
        self.passed += passed;
        self.failed += failed;
        if failed > 0 {
            self.failures.push(Failure { what: what.to_owned(), names, last });
        }
    }

    /// Prints [`Count::lines`]. `false`: something failed.
    pub fn tell(&self) -> bool {
        self.lines().iter().for_each(|line| say(line));
        self.failed == 0
    }

    /// The last lines of a run: what failed, by name, and how many.
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for Failure { what, last, .. } in self.failures.iter().filter(|failure| !failure.last.is_empty()) {
            lines.push(format!("\n{what}: failed. What was said last:"));
            lines.extend(last.iter().map(|line| format!("    | {line}")));
        }
        for Failure { what, names, .. } in &self.failures {
            lines.push(format!("failed: {what}"));
            lines.extend(names.iter().map(|name| format!("    {name}")));
        }
        lines.push(format!("{} passed, {} failed", self.passed, self.failed));
        lines
    }
}

/// What a runner told, line by line.
struct Heard {
    runner: Runner,
    passed: u32,
    failed: u32,
    names: Vec<String>,
    last: VecDeque<String>,
    /// Playwright names those that failed after it has told how many.
    naming: bool,
}

impl Heard {
    fn new(runner: Runner) -> Heard {
        Heard { runner, passed: 0, failed: 0, names: Vec::new(), last: VecDeque::new(), naming: false }
    }

    fn line(&mut self, line: &str) {
        let (passed, failed) = match self.runner {
            Runner::One => (0, 0),
            Runner::Nextest => nextest_summary(line),
            Runner::Libtest => libtest_result(line),
            Runner::Playwright => playwright_result(line),
        };
        self.passed += passed;
        self.failed += failed;
        let name = match self.runner {
            Runner::One => None,
            Runner::Nextest => nextest_failure(line),
            Runner::Libtest => libtest_failure(line),
            Runner::Playwright if passed + failed > 0 => {
                self.naming = failed > 0;
                None
            }
            Runner::Playwright => {
                let name = line.trim_matches([' ', '─']);
                Some(name).filter(|name| self.naming && name.contains(" › "))
            }
        };
        if let Some(name) = name
            && !self.names.iter().any(|known| known == name)
        {
            self.names.push(name.to_owned());
        }
        if self.last.len() == LAST_LINES {
            self.last.pop_front();
        }
        self.last.push_back(line.to_owned());
    }
}

/// `Summary [ 1.2s] 34 tests run: 33 passed, 1 failed, 0 skipped`, and of one test `1 test run: 1 passed, 33 skipped`.
fn nextest_summary(line: &str) -> (u32, u32) {
    match line.trim().strip_prefix("Summary").and_then(|rest| rest.split_once(" run:")) {
        Some((_, counts)) => {
            (before(counts, "passed"), before(counts, "failed") + before(counts, "timed out"))
        }
        None => (0, 0),
    }
}

/// `FAIL [   0.004s] (12/34) tukar-domain lots::tests::the_oldest_lot_goes_first`, also `TIMEOUT` and `SIGABRT`.
fn nextest_failure(line: &str) -> Option<&str> {
    let (state, rest) = line.trim().split_once(" [")?;
    let (_, name) = rest.split_once("] ")?;
    if !(state.contains("FAIL") || state == "TIMEOUT" || state.starts_with("SIG")) {
        return None;
    }
    let name = name.trim_start();
    Some(match name.strip_prefix('(').and_then(|rest| rest.split_once(") ")) {
        Some((_, name)) => name,
        None => name,
    })
}

/// `test result: ok. 7 passed; 0 failed; …`.
fn libtest_result(line: &str) -> (u32, u32) {
    match line.trim().strip_prefix("test result:") {
        Some(counts) => (before(counts, "passed"), before(counts, "failed")),
        None => (0, 0),
    }
}

/// `---- lots::tests::the_oldest_lot_goes_first stdout ----`; in the browser `output` in place of `stdout`. Where output is
/// not kept: `test lots::tests::the_oldest_lot_goes_first ... FAILED`.
fn libtest_failure(line: &str) -> Option<&str> {
    if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
        return Some(name);
    }
    line.trim().strip_prefix("---- ")?.strip_suffix(" ----")?.split(' ').next()
}

/// `  12 passed (1.5m)`, `  1 failed`, `  1 flaky`: a line each.
fn playwright_result(line: &str) -> (u32, u32) {
    let mut words = line.split_whitespace();
    match (words.next().and_then(|number| number.parse().ok()), words.next(), words.next()) {
        (Some(number), Some("passed"), _) => (number, 0),
        (Some(number), Some("failed" | "interrupted"), None) => (0, number),
        // Passed at the second try, after a failure that stands above in full.
        (Some(number), Some("flaky"), None) => (number, 0),
        (Some(number), Some("did"), Some("not")) => (0, number),
        _ => (0, 0),
    }
}

/// The number that stands before a word.
fn before(text: &str, word: &str) -> u32 {
    text.split([',', ';', '.'])
        .filter_map(|part| {
            part.trim().strip_suffix(word).or_else(|| part.trim().split_once(word).map(|(number, _)| number))
        })
        .find_map(|number| number.split_whitespace().last()?.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(runner: Runner, lines: &[&str]) -> Heard {
        let mut heard = Heard::new(runner);
        lines.iter().for_each(|line| heard.line(line));
        heard
    }

    #[test]
    fn the_runners_last_lines_are_read() {
        assert_eq!(
            nextest_summary("     Summary [   0.4s] 34 tests run: 33 passed (1 slow), 1 failed, 2 skipped"),
            (33, 1)
        );
        assert_eq!(nextest_summary("     Summary [   0.4s] 34 tests run: 34 passed, 0 skipped"), (34, 0));
        assert_eq!(nextest_summary("     Summary [   0.4s] 1 test run: 1 passed, 33 skipped"), (1, 0));
        assert_eq!(
            libtest_result("test result: FAILED. 7 passed; 2 failed; 0 ignored; finished in 0.03s"),
            (7, 2)
        );
        assert_eq!(playwright_result("  12 passed (1.5m)"), (12, 0));
        assert_eq!(playwright_result("  1 failed"), (0, 1));
        assert_eq!(playwright_result("  1 flaky"), (1, 0));
        assert_eq!(playwright_result("  3 did not run"), (0, 3));
        assert_eq!(playwright_result("Running 12 tests using 2 workers"), (0, 0));
    }

    #[test]
    fn what_failed_is_known_by_name_once() {
        let nextest = heard(
            Runner::Nextest,
            &[
                "        FAIL [   0.004s] ( 2/34) tukar-domain lots::tests::oldest_first",
                "        PASS [   0.004s] ( 3/34) tukar-domain lots::tests::other",
                "     TIMEOUT [  60.004s] ( 4/34) tukar-server::api slow",
                "     Summary [   0.4s] 34 tests run: 32 passed, 1 failed, 1 timed out, 2 skipped",
                "        FAIL [   0.004s] ( 2/34) tukar-domain lots::tests::oldest_first",
            ],
        );
        assert_eq!((nextest.passed, nextest.failed), (32, 2));
        assert_eq!(nextest.names, ["tukar-domain lots::tests::oldest_first", "tukar-server::api slow"]);
        let libtest = heard(
            Runner::Libtest,
            &["test seeds ... FAILED", "---- lots::oldest_first stdout ----", "panicked"],
        );
        assert_eq!(libtest.names, ["seeds", "lots::oldest_first"]);
        let playwright = heard(
            Runner::Playwright,
            &[
                "  ✘  1 a.journey.js:3:1 › a › first try (2.5s)",
                "  1 failed",
                "    a.journey.js:3:1 › a › never ────────",
                "  1 flaky",
                "    a.journey.js:9:1 › a › at the second try ────────",
                "  12 passed (1.5m)",
            ],
        );
        assert_eq!(playwright.names, ["a.journey.js:3:1 › a › never"]);
        assert_eq!((playwright.passed, playwright.failed), (13, 1));
    }

    #[test]
    fn a_runner_that_ends_badly_is_a_failure() {
        let mut count = Count::default();
        count.add("x", false, heard(Runner::Playwright, &["  3 passed (1s)"]));
        count.add("y", true, heard(Runner::Libtest, &[]));
        count.add("z", true, heard(Runner::Playwright, &["  4 passed (1s)"]));
        count.one("one", true);
        count.one("other", false);
        assert_eq!(
            count.lines(),
            [
                "\nx: failed. What was said last:",
                "    |   3 passed (1s)",
                "failed: x",
                "failed: y",
                "failed: other",
                "8 passed, 3 failed",
            ]
        );
    }

    #[test]
    fn of_what_was_said_the_last_is_kept() {
        let lines: Vec<String> = (0..100).map(|line| line.to_string()).collect();
        let heard = heard(Runner::One, &lines.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!((heard.last.len(), heard.last.back().map(String::as_str)), (LAST_LINES, Some("99")));
    }
}
