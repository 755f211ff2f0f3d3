//! Finds what `cargo xtask test NAME` has to build and run: the test programs that hold a test of that name, and the browser
//! tests whose file or title has it. Nothing else is built.

use crate::shell;
use anyhow::{Context, Result};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Folders of Rust sources that may hold tests.
const RUST: [&str; 3] = ["src", "tests", "crates"];
/// Folders of browser tests.
const BROWSER: [&str; 2] = ["tests/browser", "tests/hosts"];
/// Below `crates`, but not in the workspace.
const APART: &str = "crates/fuzz";

/// What a name stands for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Picked {
    /// Cargo's words for the test programs, `--lib` or `--test api`.
    pub programs: BTreeSet<String>,
    /// The widget's own tests in Chromium.
    pub widget: bool,
    /// Playwright's words; `None`: no browser test has the name.
    pub browser: Option<Vec<String>>,
}

/// A file: its path from the root, and its text.
#[derive(Clone)]
struct Source {
    path: String,
    text: String,
}

/// Looks a name up in the sources.
pub fn pick(name: &str) -> Result<Picked> {
    let mut rust = Vec::new();
    for folder in RUST {
        read(&shell::root().join(folder), &|path| path.ends_with(".rs"), &mut rust)?;
    }
    rust.retain(|source| !source.path.starts_with(APART));
    let mut browser = Vec::new();
    let is_test = |path: &str| path.ends_with(".journey.js") || path.ends_with(".host.js");
    for folder in BROWSER {
        read(&shell::root().join(folder), &is_test, &mut browser)?;
    }
    Ok(pick_from(name, &rust, &browser))
}

fn pick_from(name: &str, rust: &[Source], browser: &[Source]) -> Picked {
    let mut picked = Picked { browser: browser_words(name, browser), ..Picked::default() };
    for source in rust.iter().filter(|source| holds(source, name)) {
        if source.path == "tests/web.rs" {
            picked.widget = true;
        } else if source.path.contains("src/") {
            picked.programs.extend(["--lib".to_owned(), "--bins".to_owned()]);
        } else {
            picked.programs.extend(programs_of(source, rust).map(|program| format!("--test={program}")));
        }
    }
    picked
}

/// Whether a name can be one of a Rust test's: a part of its path.
fn may_be_rust(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
}

/// A file of that name, or with a function or module whose name has it.
fn holds(source: &Source, name: &str) -> bool {
    if !may_be_rust(name) {
        return false;
    }
    let word = name.rsplit("::").next().unwrap_or(name);
    let is_named = |keyword: &str| {
        source.text.match_indices(keyword).any(|(at, _)| {
            let rest = &source.text[at + keyword.len()..];
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            rest[..end].contains(word)
        })
    };
    stem(&source.path).contains(word) || is_named("fn ") || is_named("mod ")
}

/// The programs that a file below a `tests` folder is a part of: itself, or those that name it in a `#[path]`.
fn programs_of<'a>(part: &'a Source, all: &'a [Source]) -> impl Iterator<Item = &'a str> {
    all.iter().filter_map(move |root| {
        let (folder, file) = root.path.rsplit_once('/')?;
        let inner = part.path.strip_prefix(folder)?.strip_prefix('/')?;
        let is_root = folder == "tests" || folder.ends_with("/tests");
        let is_part = inner == file || root.text.contains(&format!("\"{inner}\""));
        (is_root && is_part).then(|| stem(&root.path))
    })
}

/// Playwright's words for a name: a file's, also with a line after a colon, or else a part of a title.
fn browser_words(name: &str, browser: &[Source]) -> Option<Vec<String>> {
    let file = name.split(':').next().unwrap_or(name);
    if browser.iter().any(|source| source.path.contains(file)) {
        return Some(vec![name.to_owned()]);
    }
    // A title is in quotes after `test(`; what a test says and does is not searched.
    let in_title = |line: &str| {
        line.trim_start().strip_prefix("test(").is_some_and(|rest| {
            let title = rest.get(1..).unwrap_or_default();
            title.split(", async").next().is_some_and(|title| title.contains(name))
        })
    };
    let found = browser.iter().any(|source| source.text.lines().any(in_title));
    found.then(|| vec!["--grep".to_owned(), escape(name)])
}

/// As a regular expression that means the text itself.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if "\\^$.|?*+()[]{}/".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.split('.').next().unwrap_or(file)
}

fn read(folder: &Path, wanted: &impl Fn(&str) -> bool, into: &mut Vec<Source>) -> Result<()> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .with_context(|| format!("reading {}", folder.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<_>>()?;
    paths.sort();
    for path in paths {
        let name = path.strip_prefix(shell::root()).unwrap_or(&path).display().to_string();
        if path.is_dir() {
            if !name.ends_with("node_modules") {
                read(&path, wanted, into)?;
            }
        } else if wanted(&name) {
            into.push(Source { text: fs::read_to_string(&path).with_context(|| name.clone())?, path: name });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    fn picked(name: &str) -> (Vec<String>, bool, Option<Vec<String>>) {
        let rust = [
            source("crates/server/tests/api.rs", "#[path = \"api/races.rs\"]\nmod races;"),
            source("crates/server/tests/api_postgres.rs", "#[path = \"api/races.rs\"]\nmod races;"),
            source("crates/server/tests/crash.rs", "async fn a_killed_server() {}"),
            source("crates/server/tests/api/races.rs", "async fn the_last_piece() { let other_word = 1; }"),
            source("crates/domain/src/lots.rs", "fn oldest_first() {}"),
            source("tests/web.rs", "fn the_widget_mounts() {}"),
        ];
        let browser = [
            source(
                "tests/browser/sign-in.journey.js",
                "test('a code (typed) is taken', async ({ shop }) => {",
            ),
            source("tests/hosts/small.host.js", "  test(`on ${name} it opens`, async ({ page }) => {"),
        ];
        let Picked { programs, widget, browser } = pick_from(name, &rust, &browser);
        (programs.into_iter().collect(), widget, browser)
    }

    #[test]
    fn a_rust_test_is_built_with_its_own_programs_only() {
        let none = || (Vec::new(), false, None);
        let programs = |list: &[&str]| (list.iter().map(|&word| word.to_owned()).collect(), false, None);
        assert_eq!(picked("the_last_piece"), programs(&["--test=api", "--test=api_postgres"]));
        assert_eq!(picked("races::the_last_piece"), programs(&["--test=api", "--test=api_postgres"]));
        assert_eq!(picked("crash"), programs(&["--test=crash"]));
        assert_eq!(picked("oldest"), programs(&["--bins", "--lib"]));
        assert_eq!(picked("the_widget_mounts"), (Vec::new(), true, None));
        assert_eq!(picked("other_word"), none());
        assert_eq!(picked("no such"), none());
    }

    #[test]
    fn a_browser_test_is_found_by_its_file_its_line_or_its_title() {
        let words =
            |list: &[&str]| (Vec::new(), false, Some(list.iter().map(|&word| word.to_owned()).collect()));
        assert_eq!(picked("sign-in"), words(&["sign-in"]));
        assert_eq!(picked("small.host.js:12"), words(&["small.host.js:12"]));
        assert_eq!(picked("code (typed)"), words(&["--grep", "code \\(typed\\)"]));
        assert_eq!(picked("({ shop"), (Vec::new(), false, None));
    }

    #[test]
    fn the_projects_own_tests_are_found() {
        let crash = pick("a_server_killed_under_load_loses_nothing_it_answered").unwrap();
        assert_eq!(crash.programs.into_iter().collect::<Vec<_>>(), ["--test=crash"]);
        assert_eq!(pick("redeem.journey").unwrap().browser, Some(vec!["redeem.journey".to_owned()]));
        assert!(pick("the_widget_mounts").unwrap().widget);
    }
}
