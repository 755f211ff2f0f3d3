//! `cargo xtask test`: every test there is, and one last line that counts them.

use crate::{
    budget, check,
    count::{Count, Runner},
    long,
    pick::{self, Picked},
    postgres::Postgres,
    serve::{build_server, server},
    shell::{self, Steps, cargo, output, program, say, seconds, target},
    tools, widget,
};
use anyhow::{Result, bail};
use clap::Args;
use std::collections::BTreeSet;

/// The crates' tests of `--quick`, in nextest's language.
const QUICK_TESTS: &str = "package(tukar-domain) | package(tukar-wire) | package(tukar-plain) | binary(api)";
/// The journey of `--quick`.
const QUICK_JOURNEY: [&str; 3] =
    ["redeem.journey", "--grep", "by mouse: sign in, filter, search, redeem, voucher"];

/// Which tests.
#[derive(Args)]
pub struct Options {
    /// Only the tests that have this in their name: a Rust test, module or file; a browser test's file or title
    #[arg(conflicts_with_all = ["quick", "browser"])]
    name: Option<String>,
    /// Only what a change breaks most often: domain, wire, the API on SQLite, one journey
    #[arg(long, conflicts_with = "browser")]
    quick: bool,
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
    } else if options.quick {
        run_quick(&mut count)
    } else if let Some(name) = &options.name {
        run_named(name, &mut count)
    } else if let Some(words) = &options.browser {
        run_browser(words, &mut count)
    } else {
        run_all(&mut count)
    };
    if let Err(error) = done {
        say(&format!("\nxtask: {error:#}"));
        count.one("the run itself, which ended early", false);
    }
    say(&format!("      all of it took {}", seconds(start)));
    Ok(count.tell())
}

fn run_all(count: &mut Count) -> Result<()> {
    let mut steps = Steps::new(8 + check::count());
    steps.next("Tools");
    tools::for_widget()?;
    tools::for_tests()?;
    check::run_steps(&mut steps, count)?;
    steps.next("Tests of the crates");
    let postgres = Postgres::start(false)?;
    native(count, &Native::default(), Some(&postgres))?;
    drop(postgres);
    steps.next("Tests of the widget in Chromium");
    in_chromium(count, None)?;
    steps.next("The widget");
    widget::build(true)?;
    steps.next("The widget's weight");
    count.one("the widget's weight", budget::compare_release()?);
    steps.next("The server");
    build_server(false)?;
    steps.next("The API against its document");
    contract(count)?;
    steps.next("Journeys in Chromium");
    journeys(count, &[])
}

fn run_browser(words: &[String], count: &mut Count) -> Result<()> {
    let mut steps = Steps::new(4);
    steps.next("Tools");
    tools::for_widget()?;
    tools::for_tests()?;
    steps.next("The widget");
    widget::build(true)?;
    steps.next("The server");
    build_server(false)?;
    steps.next("Journeys in Chromium");
    journeys(count, words)
}

/// What a change breaks most often, in the time that one waits for.
fn run_quick(count: &mut Count) -> Result<()> {
    let mut steps = Steps::new(5);
    steps.next("Tools");
    tools::for_widget()?;
    tools::for_tests()?;
    steps.next("Domain, wire, and the API on SQLite");
    let quick = Native {
        programs: ["--lib", "--test=golden", "--test=api"].map(str::to_owned).into(),
        expression: Some(QUICK_TESTS.to_owned()),
        name: None,
    };
    native(count, &quick, None)?;
    steps.next("The widget");
    widget::build_quickly()?;
    steps.next("The server");
    build_server(false)?;
    steps.next("A journey in Chromium");
    journeys(count, &QUICK_JOURNEY.map(str::to_owned))
}

/// The tests of a name, and nothing else is built.
fn run_named(name: &str, count: &mut Count) -> Result<()> {
    let Picked { programs, widget: in_widget, browser } = pick::pick(name)?;
    if programs.is_empty() && !in_widget && browser.is_none() {
        bail!("no test has {name:?} in its name, its file's or its title");
    }
    let mut steps = Steps::new(
        1 + usize::from(!programs.is_empty()) + usize::from(in_widget) + 3 * usize::from(browser.is_some()),
    );
    steps.next("Tools");
    if in_widget || browser.is_some() {
        tools::for_widget()?;
    }
    tools::for_tests()?;
    if !programs.is_empty() {
        steps.next("Tests of the crates");
        let postgres = Postgres::start(false)?;
        let expression = Some(format!("test({name}) | binary(~{name})"));
        let named = Native { programs, expression, name: Some(name.to_owned()) };
        native(count, &named, Some(&postgres))?;
    }
    if in_widget {
        steps.next("Tests of the widget in Chromium");
        in_chromium(count, Some(name))?;
    }
    if let Some(words) = browser {
        steps.next("The widget");
        widget::build(true)?;
        steps.next("The server");
        build_server(false)?;
        steps.next("Journeys in Chromium");
        journeys(count, &words)?;
    }
    Ok(())
}

/// Which of the crates' tests: all, unless something is named.
#[derive(Default)]
struct Native {
    /// Cargo's words for the test programs that are built.
    programs: BTreeSet<String>,
    /// Which tests of them are run, in nextest's language.
    expression: Option<String>,
    /// What `cargo test` looks for in a test's name where there is no nextest.
    name: Option<String>,
}

fn native(count: &mut Count, what: &Native, postgres: Option<&Postgres>) -> Result<()> {
    let has_nextest = output(cargo().args(["nextest", "--version"])).is_some();
    let mut command = cargo();
    if has_nextest {
        command.args(["nextest", "run", "--no-fail-fast", "--status-level", "fail"]);
        // At once, and again at the end, where it is told once more.
        command.args(["--failure-output", "immediate-final"]);
        if let Some(expression) = &what.expression {
            command.args(["--filterset", expression]);
        }
    } else {
        command.args(["test", "--quiet", "--no-fail-fast"]).args(&what.name);
    }
    // Always the whole workspace, whichever programs: its features are the ones that everything is compiled with.
    command.arg("--workspace").args(&what.programs);
    if let Some(postgres) = postgres {
        command.env("TUKAR_TEST_POSTGRES", postgres.url());
    }
    let runner = if has_nextest { Runner::Nextest } else { Runner::Libtest };
    count.run("the crates' tests", runner, &mut command)
}

fn in_chromium(count: &mut Count, name: Option<&str>) -> Result<()> {
    let mut command = cargo();
    command.args(["test", "--package", "tukar", "--target", tools::WASM, "--test", "web"]).args(name);
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
