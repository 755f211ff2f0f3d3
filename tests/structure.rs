//! The house's rules, checked on the source itself; and checked to find a violation of each.
#![expect(clippy::unwrap_used, reason = "a test: what can't be read is a failure, and the panic says where")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A source file: its path from the root, and its text.
struct Source {
    path: String,
    text: String,
}

/// One thing that is not as it should be.
type Fault = String;

/// A rule: what it is called, and what it finds in the tree.
type Rule = (&'static str, fn(&[Source]) -> Vec<Fault>);

const RULES: &[Rule] = &[
    ("a file's name says what it holds", names_say_something),
    ("the widget never writes markup, mounts to the body or leaks", no_shortcuts_in_the_widget),
    ("a feature never imports another: only the shell joins them", features_do_not_meet),
    ("shared parts know no feature", shared_parts_know_no_feature),
    ("pure files import neither leptos nor the browser", pure_files_are_pure),
    (
        "wire and domain import nothing of ours, screens only the wire, and none does I/O",
        the_inner_crates_stand_alone,
    ),
    ("the widget imports wire and screens only", the_widget_asks_and_does_not_decide),
    ("routes name no database, the store no route", routes_and_rows_are_apart),
    ("every test runs, and none expects a panic", every_test_runs),
];

/// Features of the widget: one file a word that a member would use.
const FEATURES: &[&str] = &["balance", "catalog", "redeem", "locker", "history", "support"];
/// Files that decide and neither draw nor ask.
const PURE: &[&str] = &[
    "src/catalog/query.rs",
    "src/catalog/index.rs",
    "src/fold.rs",
    "src/catalog/window.rs",
    "src/redeem/flow.rs",
    "src/challenge/life.rs",
    "src/history/kinds.rs",
    "src/locker/words.rs",
    "src/support/shown.rs",
    "src/ui/icon/paths.rs",
    "src/app/tab.rs",
    "src/i18n/values.rs",
];
const NAMES_THAT_SAY_NOTHING: &[&str] = &[
    "utils.rs",
    "util.rs",
    "helpers.rs",
    "helper.rs",
    "common.rs",
    "misc.rs",
    "manager.rs",
    "types.rs",
    "mod.rs",
];

fn names_say_something(sources: &[Source]) -> Vec<Fault> {
    let odd = |source: &&Source| {
        NAMES_THAT_SAY_NOTHING.contains(&source.path.rsplit('/').next().unwrap_or_default())
    };
    sources.iter().filter(odd).map(|source| source.path.clone()).collect()
}

fn no_shortcuts_in_the_widget(sources: &[Source]) -> Vec<Fault> {
    find(sources, in_widget, &["inner_html", "mount_to_body", ".forget()"])
}

fn features_do_not_meet(sources: &[Source]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for feature in FEATURES {
        let own =
            |path: &str| path == format!("src/{feature}.rs") || path.starts_with(&format!("src/{feature}/"));
        for other in FEATURES.iter().filter(|other| *other != feature) {
            faults.extend(find(sources, own, &[&format!("crate::{other}::"), &format!("crate::{other};")]));
        }
    }
    faults
}

fn shared_parts_know_no_feature(sources: &[Source]) -> Vec<Fault> {
    let words: Vec<String> = FEATURES.iter().map(|feature| format!("crate::{feature}")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    find(sources, |path| path.starts_with("src/ui/") || path == "src/ui.rs", &words)
}

fn pure_files_are_pure(sources: &[Source]) -> Vec<Fault> {
    let mut faults = find(sources, |path| PURE.contains(&path), &["leptos", "web_sys", "js_sys", "gloo"]);
    let there: Vec<&str> = sources.iter().map(|source| source.path.as_str()).collect();
    if there.contains(&"src/app.rs") {
        faults.extend(PURE.iter().filter(|path| !there.contains(path)).map(|path| format!("{path} is gone")));
    }
    faults
}

fn the_inner_crates_stand_alone(sources: &[Source]) -> Vec<Fault> {
    let words = ["tukar_server", "tokio::", "sqlx::", "axum::", "leptos", "std::fs", "std::net"];
    let mut faults = find(sources, |path| path.starts_with("crates/wire/src/"), &words);
    faults.extend(find(
        sources,
        |path| path.starts_with("crates/wire/src/"),
        &["tukar_domain", "tukar_screens"],
    ));
    let screens = |path: &str| path.starts_with("crates/screens/src/");
    faults.extend(find(sources, screens, &words));
    faults.extend(find(
        sources,
        screens,
        &["tukar_domain", "tukar_plain", "web_sys", "js_sys", "jiff", "::now()"],
    ));
    faults.extend(find(sources, |path| path.starts_with("crates/plain/src/"), &words));
    faults.extend(find(sources, |path| path.starts_with("crates/plain/src/"), &["tukar_domain", "::now()"]));
    let domain = |path: &str| path.starts_with("crates/domain/src/");
    faults.extend(find(sources, domain, &words));
    faults.extend(find(sources, domain, &["tukar_wire", "tukar_screens", "::now()", "f32", "f64"]));
    faults
}

fn the_widget_asks_and_does_not_decide(sources: &[Source]) -> Vec<Fault> {
    find(sources, in_widget, &["tukar_domain", "tukar_server"])
}

fn routes_and_rows_are_apart(sources: &[Source]) -> Vec<Fault> {
    let mut faults =
        find(sources, |path| path.starts_with("crates/server/src/http/"), &["sqlx", "sqlite", "postgres"]);
    faults.extend(find(
        sources,
        |path| path.starts_with("crates/server/src/store"),
        &["crate::http", "axum"],
    ));
    faults
}

fn every_test_runs(sources: &[Source]) -> Vec<Fault> {
    find(sources, |path| path.ends_with(".rs") && path != "tests/structure.rs", &["#[ignore", "should_panic"])
}

fn in_widget(path: &str) -> bool {
    path.starts_with("src/")
}

/// Lines outside comments that hold one of `words`, in files that `of` takes.
fn find(sources: &[Source], of: impl Fn(&str) -> bool, words: &[&str]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in sources.iter().filter(|source| of(&source.path)) {
        for (number, line) in source.text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if let Some(word) = words.iter().find(|word| code.contains(**word)) {
                faults.push(format!("{}:{}: {word}", source.path, number + 1));
            }
        }
    }
    faults
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn collect(folder: &Path, sources: &mut Vec<Source>) {
    let mut children: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    children.sort();
    for child in children {
        if child.is_dir() {
            if !child.ends_with("node_modules") {
                collect(&child, sources);
            }
        } else if child.extension().is_some_and(|end| end == "rs") {
            let path = child.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            sources.push(Source { path, text: fs::read_to_string(&child).unwrap() });
        }
    }
}

fn tree() -> Vec<Source> {
    let mut sources = Vec::new();
    for folder in ["src", "crates", "tests"] {
        collect(&root().join(folder), &mut sources);
    }
    assert!(sources.len() > 30, "the tree was not found");
    sources
}

#[test]
fn the_tree_keeps_every_rule() {
    let sources = tree();
    let faults: Vec<String> = RULES
        .iter()
        .flat_map(|(name, rule)| rule(&sources).into_iter().map(move |fault| format!("{name}: {fault}")))
        .collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_rule_finds_a_planted_violation() {
    let planted = [
        ("src/utils.rs", "pub fn x() {}"),
        ("src/app.rs", "view! { <p inner_html=text/> }"),
        ("src/history.rs", "use crate::locker::Locker;"),
        ("src/ui/dialog.rs", "use crate::redeem::Flow;"),
        ("src/redeem/flow.rs", "use leptos::prelude::*;"),
        ("crates/domain/src/ledger.rs", "let now = Timestamp::now();"),
        ("src/api.rs", "use tukar_domain::Points;"),
        ("crates/server/src/http/me.rs", "sqlx::query(\"SELECT 1\")"),
        ("crates/server/src/worker.rs", "#[ignore = \"slow\"]"),
    ];
    assert_eq!(planted.len(), RULES.len());
    for ((name, rule), (path, text)) in RULES.iter().zip(planted) {
        let sources = [Source { path: path.to_owned(), text: text.to_owned() }];
        assert!(!rule(&sources).is_empty(), "not found: {name}");
        let comment = [Source { path: "src/fine.rs".to_owned(), text: format!("// {text}") }];
        assert!(rule(&comment).is_empty(), "found in a comment: {name}");
    }
}

/// Names of the files in a folder of migrations.
fn migrations(engine: &str) -> Vec<String> {
    let folder = root().join("crates/server/migrations").join(engine);
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn both_engines_have_the_same_migrations_and_tables() {
    assert_eq!(migrations("sqlite"), migrations("postgres"));
    let tables = |engine: &str| -> Vec<String> {
        let mut found = Vec::new();
        for name in migrations(engine) {
            let path = root().join("crates/server/migrations").join(engine).join(name);
            for line in fs::read_to_string(path).unwrap().lines() {
                // A column or the begin of a statement: its first two words say what it is, the type's words differ.
                let mut words = line.split_whitespace();
                match (words.next(), words.next()) {
                    (Some("--") | None, _) => {}
                    (Some("ALTER" | "CREATE"), _) => {
                        found.push(line.split_whitespace().take(6).filter(|word| *word != "ADD").collect())
                    }
                    (Some(first), _) if first.starts_with(|c: char| c.is_lowercase()) => {
                        found.push(first.to_owned());
                    }
                    _ => {}
                }
            }
        }
        found
    };
    let (sqlite, postgres) = (tables("sqlite"), tables("postgres"));
    assert!(sqlite.len() > 100, "the tables were not found");
    assert_eq!(sqlite, postgres);
}

#[test]
fn the_root_holds_only_what_the_map_names() {
    let known = [
        "Cargo.lock",
        "Cargo.toml",
        "CHANGELOG.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "Trunk.toml",
        "budget.toml",
        "clippy.toml",
        "crates",
        "deny.toml",
        "dist",
        "docs",
        "embed",
        "index.html",
        "rustfmt.toml",
        "src",
        "style",
        "target",
        "tests",
    ];
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let made_by_running = name.starts_with("tukar.db");
        assert!(
            name.starts_with('.') || made_by_running || known.contains(&name.as_str()),
            "{name} is on no map"
        );
    }
}
