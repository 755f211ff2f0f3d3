//! `cargo xtask fuzz`: libFuzzer on the parsers of what strangers send. What it finds stands in `crates/fuzz/seeds` after the
//! fault is mended, and `cargo xtask test` gives every seed to its parser again.

use crate::{
    shell::{self, Steps, run, say, target},
    tools,
};
use anyhow::{Context, Result, bail};
use clap::Args;
use std::{fs, process::Command};

/// How long, and at what.
#[derive(Args)]
pub struct Options {
    /// Inputs for each parser
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    runs: u64,
    /// Only these, as contact; all when none is named
    targets: Vec<String>,
}

/// The command.
pub fn fuzz(options: &Options) -> Result<()> {
    let known = known_targets()?;
    if let Some(strange) = options.targets.iter().find(|name| !known.contains(name)) {
        bail!("there is no target {strange}: {}", known.join(", "));
    }
    let targets = if options.targets.is_empty() { &known } else { &options.targets };
    let mut steps = Steps::new(1 + targets.len());
    steps.next("Tools");
    tools::for_fuzz()?;
    for name in targets {
        steps.next(name);
        let grown = target().join("fuzz/corpus").join(name);
        fs::create_dir_all(&grown).with_context(|| format!("making {}", grown.display()))?;
        let seeds = shell::root().join("crates/fuzz/seeds").join(name);
        // No sanitizer: everything of ours is safe Rust, and what is looked for are panics.
        let mut command = cargo_fuzz();
        command.args(["fuzz", "run", "--fuzz-dir"]).arg(shell::root().join("crates/fuzz"));
        command.arg("--target-dir").arg(target().join("fuzz")).args(["--sanitizer", "none", name]);
        command.arg(grown).arg(seeds).arg("--");
        command.args([
            &format!("-runs={}", options.runs),
            "-max_len=4096",
            "-timeout=10",
            "-print_final_stats=1",
        ]);
        run(&mut command)
            .with_context(|| format!("{name}: the input stands in crates/fuzz/artifacts/{name}"))?;
    }
    say(&format!("{} parsers, {} inputs each, no panic", targets.len(), options.runs));
    Ok(())
}

/// rustup's own cargo, because a toolchain is named.
fn cargo_fuzz() -> Command {
    let mut command = shell::program("cargo");
    command.arg("+nightly").env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
    command
}

fn known_targets() -> Result<Vec<String>> {
    let folder = shell::root().join("crates/fuzz/fuzz_targets");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .with_context(|| format!("reading {}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}
