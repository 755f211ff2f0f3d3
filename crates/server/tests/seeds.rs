//! Every seed that is kept of what strangers may send, on stable Rust: found faults stay mended. `cargo xtask fuzz` looks for
//! more.

#![expect(clippy::unwrap_used, reason = "a step of a test may fail loudly")]

#[path = "../../fuzz/src/targets.rs"]
mod targets;

use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

/// Bytes of a changed seed.
const BYTES_MAX: usize = 4096;
/// What parsers of ours look for.
const WORDS: &[&str] = &[
    "\"", "{", "[", "]", "}", ",", ":", "\\u0000", "null", "1e999", "-0", "@", "+62", "0", ".", "&", "=",
    ";q=", "İ", "😀", "\0", "\n",
];

#[test]
fn every_kept_seed_is_taken_or_refused_without_a_panic() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds");
    for (name, target) in targets::TARGETS {
        let mut seeds = 0;
        for entry in fs::read_dir(folder.join(name)).unwrap() {
            let path = entry.unwrap().path();
            println!("{}", path.display());
            target(&fs::read(path).unwrap());
            seeds += 1;
        }
        assert!(seeds > 2, "{name}: the seeds were not found");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), targets::TARGETS.len(), "seeds of no target");
}

/// So that a target that looks at nothing would be noticed: each must take one of its seeds as good.
#[test]
fn the_targets_are_reached() {
    let taken: &[(&str, bool)] = &[
        ("contact", tukar_server::contact::Contact::read("0812 3456 7890").is_ok()),
        ("code", tukar_domain::code::normalise("123 456").is_some()),
        (
            "identity",
            targets::is_believed(
                &fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds/identity/good")).unwrap(),
            ),
        ),
        ("query", tukar_server::http::rewards::page_of("after=60.kopi&limit=7").is_ok()),
    ];
    assert!(taken.iter().all(|(_, taken)| *taken), "{taken:?}");
    let catalogue =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds/catalogue/good"))
            .unwrap();
    tukar_server::import::parse("good", &catalogue, tukar_wire::Moment(1_795_600_000_000)).unwrap();
}

fn kept(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(name);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

/// A seed with up to four changes.
fn changed(seeds: &[Vec<u8>], rng: &mut StdRng) -> Vec<u8> {
    let mut bytes = seeds.choose(rng).unwrap().clone();
    for _ in 0..rng.random_range(1..=4) {
        let at = rng.random_range(0..=bytes.len());
        let end = rng.random_range(at..=bytes.len().min(at + 16));
        match rng.random_range(0..6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << rng.random_range(0..8),
            1 => drop(bytes.drain(at..end)),
            2 => drop(bytes.splice(at..end, WORDS.choose(rng).unwrap().bytes())),
            3 => drop(bytes.splice(at..at, [rng.random::<u8>()])),
            4 => {
                let part = bytes[at..end].repeat(rng.random_range(1..8));
                bytes.splice(at..at, part);
            }
            _ => {
                let other = seeds.choose(rng).unwrap();
                let from = rng.random_range(0..=other.len());
                bytes.splice(at.., other[from..].iter().copied());
            }
        }
    }
    bytes.truncate(BYTES_MAX);
    bytes
}

/// `TUKAR_FUZZ_RUNS=1000000` tries as many for each parser. Without libFuzzer's sense of where it has been, but on stable Rust
/// and in each run of the tests.
#[test]
fn seeds_with_changes_are_taken_or_refused_without_a_panic() {
    let runs: u64 = std::env::var("TUKAR_FUZZ_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(4_000);
    for (name, target) in targets::TARGETS {
        let seeds = kept(name);
        for run in 0..runs {
            let bytes = changed(&seeds, &mut StdRng::seed_from_u64(run));
            let done = catch_unwind(AssertUnwindSafe(|| target(&bytes)));
            assert!(done.is_ok(), "{name}, run {run}: {}", bytes.escape_ascii());
        }
        println!("{name}: {runs} inputs");
    }
}
