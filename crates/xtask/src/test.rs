//! `cargo xtask test`: every test there is, and one last line that counts them.

use crate::{
    budget, check,
    count::{Count, Runner},
    long,
    postgres::Postgres,
    serve::{build_server, server},
    shell::{self, Steps, cargo, output, program, say, seconds, target},
    tools, widget,
};
use anyhow::Result;
use clap::Args;

/// Which tests.
#[derive(Args)]
pub struct Options {
    /// Only the browser journeys, with further words for Playwright
    #[arg(long, num_args = 0.., allow_hyphen_values = true, value_name = "WORDS")]
    browser: Option<Vec<String>>,
    #[command(flatten)]
    often: long::Often,
}

/// The command. `false`: something failed.
pub fn run(options: &Options) -> Result<bool> {
    let start = shell::now();
    let mut count = Count::default();
    let done = if options.often.any() {
        long::run(&options.often, &mut count)
    } else {
        run_all(options, &mut count)
    };
    if let Err(error) = done {
        say(&format!("\nxtask: {error:#}"));
        count.one("the run itself, which ended early", false);
    }
    say(&format!("      all of it took {}", seconds(start)));
    Ok(count.tell())
}

fn run_all(options: &Options, count: &mut Count) -> Result<()> {
    let mut steps = Steps::new(if options.browser.is_some() { 4 } else { 8 + check::count() });
    steps.next("Tools");
    tools::for_widget()?;
    tools::for_tests()?;
    if options.browser.is_none() {
        check::run_steps(&mut steps, count)?;
        steps.next("Tests of the crates");
        native(count)?;
        steps.next("Tests of the widget in Chromium");
        in_chromium(count)?;
    }
    steps.next("The widget");
    widget::build(true)?;
    if options.browser.is_none() {
        steps.next("The widget's weight");
        count.one("the widget's weight", budget::compare_release()?);
    }
    steps.next("The server");
    build_server(false)?;
    if options.browser.is_none() {
        steps.next("The API against its document");
        contract(count)?;
    }
    steps.next("Journeys in Chromium");
    journeys(count, options.browser.as_deref().unwrap_or_default())
}

fn native(count: &mut Count) -> Result<()> {
    let postgres = Postgres::start(false)?;
    let has_nextest = output(cargo().args(["nextest", "--version"])).is_some();
    let mut command = cargo();
    if has_nextest {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast", "--status-level", "fail"]);
        // At once, and again at the end, where it is told once more.
        command.args(["--failure-output", "immediate-final"]);
    } else {
        command.args(["test", "--quiet", "--workspace", "--no-fail-fast"]);
    }
    command.env("TUKAR_TEST_POSTGRES", postgres.url());
    let runner = if has_nextest { Runner::Nextest } else { Runner::Libtest };
    count.run("the crates' tests", runner, &mut command)
}

fn in_chromium(count: &mut Count) -> Result<()> {
    let mut command = cargo();
    command.args(["test", "--package", "tukar", "--target", tools::WASM, "--test", "web"]);
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
    command.env("CHROMEDRIVER", "/usr/bin/chromedriver").env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    count.run("the widget's tests in Chromium", Runner::Libtest, &mut command)
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
    count.run("the API against its document", Runner::One, &mut command)
}

fn journeys(count: &mut Count, words: &[String]) -> Result<()> {
    let mut command = program("npx");
    command.args(["--no-install", "playwright", "test"]).args(words);
    command.current_dir(shell::root().join("tests/browser"));
    command.env("TUKAR_SERVER", server(false)).env("TUKAR_WIDGET", widget::dist());
    command.env("TUKAR_SCREENSHOTS", target().join("screenshots"));
    count.run("the journeys", Runner::Playwright, &mut command)
}
