//! Building the widget with Trunk.

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

/// The files of the build in [`dist`], which lie in its one folder of a build.
pub fn files_of_build() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for build in fs::read_dir(dist().join("w")).context("the widget is not built")? {
        for file in fs::read_dir(build?.path())? {
            files.push(file?.path());
        }
    }
    Ok(files)
}

/// Builds the widget unless nothing it is made of has changed since the last build.
pub fn build(release: bool) -> Result<()> {
    let stamp = stamp();
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

/// What `dist` was built from; `build` writes it, so it is there only while `dist` holds that build.
fn stamp() -> PathBuf {
    target().join("tools/widget.stamp")
}

/// Runs Trunk, with further variables for the build. The stamp goes first: whatever Trunk leaves is not what it named.
pub fn trunk(release: bool, variables: &[(&str, &str)]) -> Result<()> {
    let stamp = stamp();
    if stamp.exists() {
        fs::remove_file(&stamp).context("removing the old build's stamp")?;
    }
    let mut command = program("trunk");
    command.args(["build", "--skip-version-check"]);
    if release {
        command.arg("--release");
    }
    if !variables.is_empty() {
        command.args(["--config".as_ref(), hook_without_cargo()?.as_os_str()]);
        command.envs(variables.iter().copied());
    }
    // Trunk reads NO_COLOR as a word of its own and refuses "1".
    command.env_remove("NO_COLOR");
    run(&mut command).context("building the widget")
}

/// `Trunk.toml` with a hook that is this program itself, not Cargo: the variables of a build would reach that Cargo too,
/// and it would compile this program for the browser.
fn hook_without_cargo() -> Result<PathBuf> {
    let root = shell::root();
    let text = fs::read_to_string(root.join("Trunk.toml")).context("reading Trunk.toml")?;
    let mut config: toml::Table = toml::from_str(&text).context("reading Trunk.toml")?;
    let own = std::env::current_exe().context("finding this program")?;
    for hook in config.get_mut("hooks").and_then(toml::Value::as_array_mut).into_iter().flatten() {
        if let Some(hook) = hook.as_table_mut() {
            hook.insert("command".to_owned(), own.display().to_string().into());
            hook.insert("command_arguments".to_owned(), vec!["bundle"].into());
        }
    }
    if let Some(build) = config.get_mut("build").and_then(toml::Value::as_table_mut) {
        build.insert("target".to_owned(), root.join("index.html").display().to_string().into());
        build.insert("dist".to_owned(), dist().display().to_string().into());
    }
    config.remove("watch");
    let path = target().join("tools/Trunk.toml");
    fs::create_dir_all(target().join("tools"))?;
    fs::write(&path, toml::to_string(&config)?).context("writing Trunk's configuration")?;
    Ok(path)
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
        "crates/screens/src",
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
