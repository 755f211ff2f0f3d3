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

/// Trunk's hook: one style sheet and a small loader, into the folder that Trunk is making.
pub fn bundle() -> Result<()> {
    let staging = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    let staging = staging.context("TRUNK_STAGING_DIR is not set: this is run by Trunk, not by hand")?;
    let minify = std::env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release");
    // wasm-bindgen names its glue after the package; the loader is what a page asks for by that name.
    let glue = staging.join("tukar.js");
    if glue.exists() {
        fs::rename(&glue, staging.join("tukar_widget.js")).context("renaming the glue")?;
    }
    for (from, to) in [
        ("style/tukar.css", "tukar.css"),
        ("style/page.css", "page.css"),
        ("embed/tukar.js", "tukar.js"),
        ("", "tukar_widget.js"),
    ] {
        let to = staging.join(to);
        let from = if from.is_empty() { to.clone() } else { shell::root().join(from) };
        let mut command = program("esbuild");
        command.arg(&from).arg(format!("--outfile={}", to.display()));
        command.args(["--log-level=error", "--allow-overwrite", "--target=chrome111,firefox113,safari16.4"]);
        if from.extension().is_some_and(|end| end == "css") {
            command.arg("--bundle");
        }
        if minify {
            command.arg("--minify");
        }
        run(&mut command).context("esbuild is missing or failed: `cargo xtask serve` installs it")?;
    }
    if minify { compress(&staging) } else { Ok(()) }
}

/// A `.br` beside each file that the server sends: compressed once, as small as brotli can.
fn compress(folder: &Path) -> Result<()> {
    let script = "const fs=require('fs'),z=require('zlib');for(const f of process.argv.slice(1))\
                  fs.writeFileSync(f+'.br',z.brotliCompressSync(fs.readFileSync(f),\
                  {params:{[z.constants.BROTLI_PARAM_QUALITY]:11}}))";
    let files = ["tukar.css", "page.css", "tukar.js", "tukar_widget.js", "tukar_bg.wasm"]
        .map(|name| folder.join(name));
    run(program("node").arg("-e").arg(script).args(files.iter().filter(|file| file.exists())))
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
