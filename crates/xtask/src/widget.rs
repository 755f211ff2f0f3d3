//! Building the widget with Trunk, and the hook that Trunk calls.

use crate::shell::{self, program, run, say, seconds, target};
use anyhow::{Context, Result};
use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
};

/// Where Trunk puts the widget.
pub fn dist() -> PathBuf {
    shell::root().join("dist")
}

/// Builds the widget unless nothing it is made of has changed since the last build.
pub fn build(release: bool) -> Result<()> {
    let stamp = target().join("tools/widget.stamp");
    let inputs = format!("{release} {:x}", hash_inputs()?);
    if fs::read_to_string(&stamp).is_ok_and(|built| built == inputs) && dist().join("index.html").exists() {
        say("      unchanged since the last build");
        return Ok(());
    }
    let start = shell::now();
    trunk(release, &[])?;
    fs::create_dir_all(target().join("tools"))?;
    fs::write(stamp, inputs)?;
    say(&format!("      built in {}", seconds(start)));
    Ok(())
}

/// Runs Trunk, with further variables for the build.
pub fn trunk(release: bool, variables: &[(&str, &str)]) -> Result<()> {
    let mut command = program("trunk");
    command.args(["build", "--skip-version-check"]);
    if release {
        command.arg("--release");
    }
    for (key, value) in variables {
        command.env(key, value);
    }
    // Trunk reads NO_COLOR as a word of its own and refuses "1".
    command.env_remove("NO_COLOR");
    run(&mut command).context("building the widget")
}

/// Trunk's hook: one style sheet and a small loader, into the folder that Trunk is making.
pub fn bundle() -> Result<()> {
    let staging = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    let staging = staging.context("TRUNK_STAGING_DIR is not set: this is run by Trunk, not by hand")?;
    let minify = std::env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release");
    for (from, to, bundle) in [("style/tukar.css", "tukar.css", true), ("embed/tukar.js", "tukar.js", false)]
    {
        let mut command = program("esbuild");
        command.arg(from).arg(format!("--outfile={}", staging.join(to).display()));
        command.args([
            "--log-level=warning",
            "--allow-overwrite",
            "--target=es2022,chrome111,firefox113,safari16.4",
        ]);
        if bundle {
            command.arg("--bundle");
        }
        if minify {
            command.arg("--minify");
        }
        run(&mut command).context("esbuild is missing or failed: `cargo xtask serve` installs it")?;
    }
    Ok(())
}

fn hash_inputs() -> Result<u64> {
    let root = shell::root();
    let mut hasher = DefaultHasher::new();
    for input in [
        "Cargo.toml",
        "Cargo.lock",
        "Trunk.toml",
        "index.html",
        "src",
        "style",
        "embed",
        "crates/wire/src",
        "crates/xtask/src",
    ] {
        hash_path(&root.join(input), &mut hasher)?;
    }
    Ok(hasher.finish())
}

fn hash_path(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    if path.is_dir() {
        let mut children: Vec<PathBuf> = fs::read_dir(path)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<std::io::Result<_>>()?;
        children.sort();
        for child in children {
            hash_path(&child, hasher)?;
        }
    } else {
        path.hash(hasher);
        fs::read(path).with_context(|| format!("reading {}", path.display()))?.hash(hasher);
    }
    Ok(())
}
