//! What documents say of the code is held against the code: the table of ASVS requirements names tests and files that are
//! there, and leaves no requirement out.
#![expect(clippy::unwrap_used, reason = "a test: what can't be read is a failure, and the panic says where")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Requirements of levels 1 and 2 in OWASP ASVS 5.0.0: a section, and the last number in it, all of them from 1 on.
const SECTIONS: &[(&str, u32)] = &[
    ("1.1", 2),
    ("1.2", 9),
    ("1.3", 11),
    ("1.4", 3),
    ("1.5", 2),
    ("2.1", 3),
    ("2.2", 3),
    ("2.3", 4),
    ("2.4", 1),
    ("3.2", 2),
    ("3.3", 4),
    ("3.4", 6),
    ("3.5", 5),
    ("3.7", 2),
    ("4.1", 3),
    ("4.2", 1),
    ("4.3", 2),
    ("4.4", 4),
    ("5.1", 1),
    ("5.2", 3),
    ("5.3", 2),
    ("5.4", 3),
    ("6.1", 3),
    ("6.2", 12),
    ("6.3", 4),
    ("6.4", 4),
    ("6.5", 5),
    ("6.6", 3),
    ("6.8", 4),
    ("7.1", 3),
    ("7.2", 4),
    ("7.3", 2),
    ("7.4", 5),
    ("7.5", 2),
    ("7.6", 2),
    ("8.1", 2),
    ("8.2", 3),
    ("8.3", 1),
    ("8.4", 1),
    ("9.1", 3),
    ("9.2", 4),
    ("10.1", 2),
    ("10.2", 2),
    ("10.3", 4),
    ("10.4", 11),
    ("10.5", 5),
    ("10.6", 2),
    ("10.7", 3),
    ("11.1", 2),
    ("11.2", 3),
    ("11.3", 3),
    ("11.4", 4),
    ("11.5", 1),
    ("11.6", 1),
    ("12.1", 3),
    ("12.2", 2),
    ("12.3", 4),
    ("13.1", 1),
    ("13.2", 5),
    ("13.3", 2),
    ("13.4", 5),
    ("14.1", 2),
    ("14.2", 4),
    ("14.3", 3),
    ("15.1", 3),
    ("15.2", 3),
    ("15.3", 7),
    ("16.1", 1),
    ("16.2", 5),
    ("16.3", 4),
    ("16.4", 3),
    ("16.5", 3),
    ("17.1", 1),
    ("17.2", 4),
    ("17.3", 2),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// One row: the requirements it names, and its answer.
fn rows(table: &str) -> Vec<(Vec<String>, String)> {
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let starts =
        |line: &&str| line.starts_with("| ") && line.chars().nth(2).is_some_and(|c| c.is_ascii_digit());
    table
        .lines()
        .filter(starts)
        .map(|line| {
            let cells = cells(line);
            (cells[0].split(',').flat_map(|part| named(part.trim())).collect(), cells[2..].join("|"))
        })
        .collect()
}

/// `1.2.6 – 1.2.8` or `1.2.4`.
fn named(part: &str) -> Vec<String> {
    let Some((from, to)) = part.split_once(" – ") else { return vec![part.to_owned()] };
    let (section, first) = from.rsplit_once('.').unwrap();
    let (_, last) = to.rsplit_once('.').unwrap();
    (first.parse::<u32>().unwrap()..=last.parse().unwrap())
        .map(|number| format!("{section}.{number}"))
        .collect()
}

fn read_all(folder: &Path, endings: &[&str], into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "node_modules" | "target" | "dist") && !name.starts_with('.') {
                read_all(&path, endings, into);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

/// What stands between two marks, each time.
fn between(text: &str, open: char, close: char) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(open) {
        let Some((inner, after)) = after.split_once(close) else { break };
        found.push(inner);
        rest = after;
    }
    found
}

/// What an answer names and is not there.
fn missing(answer: &str, rust: &str, browser: &str) -> Vec<String> {
    let is_test =
        |name: &str| name.contains('_') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let is_file =
        |name: &str| name.contains('.') && !name.contains(' ') && name.ends_with(char::is_alphabetic);
    let mut missing = Vec::new();
    for name in between(answer, '`', '`') {
        let there = if is_test(name) && !matches!(name, "public_url" | "inner_html") {
            rust.contains(&format!("fn {name}("))
        } else if is_file(name) {
            root().join(name).exists()
        } else {
            true
        };
        if !there {
            missing.push(name.to_owned());
        }
    }
    for title in between(answer, '“', '”') {
        if !browser.contains(title) {
            missing.push(title.to_owned());
        }
    }
    for word in answer.split([' ', ':', ';', ',', '(', ')']) {
        if word.starts_with("docs/") && !root().join(word.trim_end_matches('.')).exists() {
            missing.push(word.to_owned());
        }
    }
    missing
}

fn sources() -> (String, String) {
    let (mut rust, mut browser) = (String::new(), String::new());
    for folder in ["src", "crates", "tests"] {
        read_all(&root().join(folder), &[".rs"], &mut rust);
    }
    read_all(&root().join("tests"), &[".journey.js", ".host.js"], &mut browser);
    (rust, browser)
}

#[test]
fn every_requirement_of_asvs_has_one_answer() {
    let table = fs::read_to_string(root().join("docs/ASVS.md")).unwrap();
    let mut wanted: BTreeSet<String> = SECTIONS
        .iter()
        .flat_map(|(section, last)| (1..=*last).map(move |number| format!("{section}.{number}")))
        .collect();
    assert_eq!(wanted.len(), 253, "as the standard counts them");
    for (requirements, answer) in rows(&table) {
        assert!(answer.len() > 10, "{requirements:?} has no answer");
        for requirement in requirements {
            assert!(
                wanted.remove(&requirement),
                "{requirement} stands twice or is no requirement of levels 1 and 2"
            );
        }
    }
    assert!(wanted.is_empty(), "without an answer: {wanted:?}");
}

#[test]
fn every_test_and_file_that_answers_asvs_is_there() {
    let table = fs::read_to_string(root().join("docs/ASVS.md")).unwrap();
    let (rust, browser) = sources();
    let lost: Vec<String> =
        rows(&table).iter().flat_map(|(_, answer)| missing(answer, &rust, &browser)).collect();
    assert!(lost.is_empty(), "named in docs/ASVS.md and not there: {lost:#?}");
}

#[test]
fn an_answer_that_names_nothing_is_found() {
    let (rust, browser) = sources();
    let bad =
        "`a_test_that_nobody_wrote`, `crates/none.rs`, “a title that no browser test has”, docs/NONE.md";
    assert_eq!(missing(bad, &rust, &browser).len(), 4);
}

#[test]
fn every_test_named_beside_a_number_of_the_codes_is_there() {
    let text = fs::read_to_string(root().join("docs/SECURITY.md")).unwrap();
    let section = text.split("## One-time codes").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let table: String = section.lines().filter(|line| line.starts_with("| ") && line.contains('`')).collect();
    assert!(between(&table, '`', '`').len() > 20, "the table was not found");
    let (rust, browser) = sources();
    let lost = missing(&table, &rust, &browser);
    assert!(lost.is_empty(), "named in docs/SECURITY.md and not there: {lost:#?}");
}
