//! `cargo xtask test`: every test there is, and one last line that counts them.

use crate::{
    budget, check, long,
    postgres::Postgres,
    serve::{build_server, server},
    shell::{self, Steps, cargo, output, program, say, seconds, target, watch},
    tools, widget,
};
use anyhow::Result;
use clap::Args;
use std::time::Instant;

/// Which tests.
#[derive(Args)]
pub struct Options {
    /// Only the browser journeys, with further words for Playwright
    #[arg(long, num_args = 0.., allow_hyphen_values = true, value_name = "WORDS")]
    browser: Option<Vec<String>>,
    #[command(flatten)]
    often: long::Often,
}

/// What was counted so far.
#[derive(Default)]
pub(crate) struct Count {
    passed: u32,
    failed: u32,
}

impl Count {
    fn add(&mut self, passed: u32, failed: u32) {
        self.passed += passed;
        self.failed += failed;
    }

    /// A runner that ended badly without counting a failure is a failure itself.
    pub(crate) fn runner(&mut self, name: &str, good: bool, (passed, failed): (u32, u32)) {
        if (!good && failed == 0) || passed + failed == 0 {
            say(&format!("      {name}: ended badly, or ran no test"));
            self.add(passed, failed + 1);
        } else {
            self.add(passed, failed);
        }
    }
}

/// The command. `false`: something failed.
pub fn run(options: &Options) -> Result<bool> {
    let start = shell::now();
    let mut count = Count::default();
    if options.often.any() {
        long::run(&options.often, &mut count)?;
        return Ok(told(&count, start));
    }
    let mut steps = Steps::new(if options.browser.is_some() { 4 } else { 8 + check::count() });
    steps.next("Tools");
    tools::for_widget()?;
    tools::for_tests()?;
    if options.browser.is_none() {
        let (passed, failed) = check::run_steps(&mut steps)?;
        count.add(passed, failed);
        steps.next("Tests of the crates");
        native(&mut count)?;
        steps.next("Tests of the widget in Chromium");
        in_chromium(&mut count)?;
    }
    steps.next("The widget");
    widget::build(true)?;
    if options.browser.is_none() {
        steps.next("The widget's weight");
        let good = budget::compare_release()?;
        count.add(u32::from(good), u32::from(!good));
    }
    steps.next("The server");
    build_server(false)?;
    if options.browser.is_none() {
        steps.next("The API against its document");
        contract(&mut count)?;
    }
    steps.next("Journeys in Chromium");
    journeys(&mut count, options.browser.as_deref().unwrap_or_default())?;
    Ok(told(&count, start))
}

/// The last lines. `false`: something failed.
fn told(count: &Count, start: Instant) -> bool {
    say(&format!("      all of it took {}", seconds(start)));
    say(&format!("{} passed, {} failed", count.passed, count.failed));
    count.failed == 0
}

fn native(count: &mut Count) -> Result<()> {
    let mut found = (0, 0);
    let postgres = Postgres::start(false)?;
    let has_nextest = output(cargo().args(["nextest", "--version"])).is_some();
    let mut command = cargo();
    if has_nextest {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast", "--status-level", "fail"]);
    } else {
        command.args(["test", "--quiet", "--workspace", "--no-fail-fast"]);
    }
    command.env("TUKAR_TEST_POSTGRES", postgres.url());
    let good = watch(&mut command, |line| {
        let (passed, failed) = if has_nextest { nextest_summary(line) } else { libtest_result(line) };
        found = (found.0 + passed, found.1 + failed);
    })?;
    count.runner("the crates' tests", good, found);
    Ok(())
}

fn in_chromium(count: &mut Count) -> Result<()> {
    let mut found = (0, 0);
    let mut command = cargo();
    command.args(["test", "--package", "tukar", "--target", tools::WASM, "--test", "web"]);
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
    command.env("CHROMEDRIVER", "/usr/bin/chromedriver").env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    let good = watch(&mut command, |line| {
        let (passed, failed) = libtest_result(line);
        found = (found.0 + passed, found.1 + failed);
    })?;
    count.runner("the widget's tests in Chromium", good, found);
    Ok(())
}

/// One test: schemathesis finds nothing. `TUKAR_CONTRACT_CASES=100000` asks so often.
fn contract(count: &mut Count) -> Result<()> {
    let schemathesis = tools::for_contract()?;
    let mut command = program("/usr/bin/python3");
    command
        .arg(shell::root().join("tests/contract/contract.py"))
        .arg(server(false))
        .arg(schemathesis)
        .arg("50");
    if let Ok(cases) = std::env::var("TUKAR_CONTRACT_CASES") {
        command.arg(cases);
    }
    let good = watch(&mut command, |_| {})?;
    count.add(u32::from(good), u32::from(!good));
    Ok(())
}

fn journeys(count: &mut Count, words: &[String]) -> Result<()> {
    let mut found = (0, 0);
    let mut command = program("npx");
    command.args(["--no-install", "playwright", "test"]).args(words);
    command.current_dir(shell::root().join("tests/browser"));
    command.env("TUKAR_SERVER", server(false)).env("TUKAR_WIDGET", widget::dist());
    command.env("TUKAR_SCREENSHOTS", target().join("screenshots"));
    let good = watch(&mut command, |line| {
        let (passed, failed) = playwright_result(line);
        found = (found.0 + passed, found.1 + failed);
    })?;
    count.runner("the journeys", good, found);
    Ok(())
}

/// `Summary [ 1.2s] 34 tests run: 33 passed, 1 failed, 0 skipped`.
fn nextest_summary(line: &str) -> (u32, u32) {
    match line.trim().strip_prefix("Summary").and_then(|rest| rest.split_once("tests run:")) {
        Some((_, counts)) => {
            (before(counts, "passed"), before(counts, "failed") + before(counts, "timed out"))
        }
        None => (0, 0),
    }
}

/// `test result: ok. 7 passed; 0 failed; …`.
pub(crate) fn libtest_result(line: &str) -> (u32, u32) {
    match line.trim().strip_prefix("test result:") {
        Some(counts) => (before(counts, "passed"), before(counts, "failed")),
        None => (0, 0),
    }
}

/// `  12 passed (1.5m)`, `  1 failed`, `  1 flaky`: a line each.
fn playwright_result(line: &str) -> (u32, u32) {
    let mut words = line.split_whitespace();
    match (words.next().and_then(|number| number.parse().ok()), words.next(), words.next()) {
        (Some(number), Some("passed"), None | Some(_)) => (number, 0),
        (Some(number), Some("failed"), None) => (0, number),
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

    #[test]
    fn the_runners_last_lines_are_read() {
        assert_eq!(
            nextest_summary("     Summary [   0.4s] 34 tests run: 33 passed (1 slow), 1 failed, 2 skipped"),
            (33, 1)
        );
        assert_eq!(nextest_summary("     Summary [   0.4s] 34 tests run: 34 passed, 0 skipped"), (34, 0));
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
    fn a_runner_that_ends_badly_is_a_failure() {
        let mut count = Count::default();
        count.runner("x", false, (3, 0));
        count.runner("y", true, (0, 0));
        count.runner("z", true, (4, 0));
        assert_eq!((count.passed, count.failed), (7, 2));
    }
}
