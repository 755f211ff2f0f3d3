//! Building the widget with Trunk.

use crate::{
    shell::{self, cargo, output, program, run, say, seconds, target},
    tools,
};
use anyhow::{Context, Result};
use serde::Deserialize;
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
    let inputs = hash_inputs()?;
    if is_built(release, inputs) {
        say("      unchanged since the last build");
        return Ok(());
    }
    let start = shell::now();
    trunk(release, &[])?;
    fs::create_dir_all(target().join("tools"))?;
    fs::write(stamp(), stamp_of(release, inputs))?;
    say(&format!("      built in {}", seconds(start)));
    Ok(())
}

/// Takes what stands in [`dist`] when it is of today's sources, whichever way it was built; else builds for debugging, which
/// takes a fraction of the time.
pub fn build_quickly() -> Result<()> {
    if is_built(true, hash_inputs()?) {
        say("      unchanged since the last build");
        return Ok(());
    }
    build(false)
}

fn is_built(release: bool, inputs: u64) -> bool {
    let built = fs::read_to_string(stamp());
    built.is_ok_and(|built| built == stamp_of(release, inputs)) && dist().join("index.html").exists()
}

fn stamp_of(release: bool, inputs: u64) -> String {
    format!("{release} {inputs:x}")
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

/// Everything the build reads: the package with the crates of ours that it needs, the loader, the sheets, and what builds
/// them. The rest of this program is not among it: changing how tests run builds no widget.
fn hash_inputs() -> Result<u64> {
    let root = shell::root();
    let mut hasher = DefaultHasher::new();
    (tools::TRUNK, tools::WASM_BINDGEN).hash(&mut hasher);
    for input in [
        ".cargo/config.toml",
        "Cargo.toml",
        "Cargo.lock",
        "Trunk.toml",
        "index.html",
        "style",
        "embed",
        "crates/xtask/npm/package-lock.json",
        "crates/xtask/src/bundle.rs",
        "crates/xtask/src/widget.rs",
    ] {
        hash_path(&root.join(input), &mut hasher)?;
    }
    for crate_folder in crates_of_widget()? {
        hash_path(&crate_folder.join("Cargo.toml"), &mut hasher)?;
        hash_path(&crate_folder.join("src"), &mut hasher)?;
    }
    Ok(hasher.finish())
}

/// What `cargo metadata` tells of the workspace, as far as it matters here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// One package.
#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

/// One line of `[dependencies]`.
#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

/// Folders of the widget's package and of the workspace's crates that it is compiled with.
fn crates_of_widget() -> Result<Vec<PathBuf>> {
    let told = output(cargo().args(["metadata", "--no-deps", "--offline", "--format-version", "1"]));
    let metadata: Metadata = serde_json::from_str(&told.context("`cargo metadata` failed")?)?;
    let mut names = vec!["tukar"];
    let mut folders = Vec::new();
    while let Some(name) = names.get(folders.len()).copied() {
        let package = metadata.packages.iter().find(|package| package.name == name);
        let package = package.with_context(|| format!("the package {name} is not in the workspace"))?;
        let folder = package.manifest_path.parent().context("a manifest without a folder")?;
        folders.push(folder.to_owned());
        for Dependency { name, kind } in &package.dependencies {
            let is_ours = metadata.packages.iter().any(|package| package.name == *name);
            if is_ours && kind.as_deref() != Some("dev") && !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
    }
    Ok(folders)
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

#[cfg(test)]
mod tests {
    #[test]
    fn the_widget_is_made_of_its_package_and_the_wire_and_not_of_the_server() {
        let folders = super::crates_of_widget().unwrap();
        assert_eq!(folders[0], crate::shell::root());
        assert!(folders.iter().any(|folder| folder.ends_with("crates/wire")));
        assert!(!folders.iter().any(|folder| folder.ends_with("crates/server")));
    }
}
