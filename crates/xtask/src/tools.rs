//! What the project builds and tests with: versions in one place, found on PATH when they fit, else installed under
//! `target/tools`. Debian packages only where a browser or mail server is absent.

use crate::{
    postgres,
    shell::{self, cargo, output, program, run, say, seconds, target},
};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Trunk. Newer ones need a newer Rust.
pub const TRUNK: &str = "0.21.14";
/// The same as the `wasm-bindgen` crate in Cargo.toml.
pub const WASM_BINDGEN: &str = "0.2.130";
/// Asks the server by its OpenAPI document.
pub const SCHEMATHESIS: &str = "4.32.5";
/// Makes input for parsers.
const CARGO_FUZZ: &str = "0.13.2";
/// What the widget is compiled for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The wasm target, Trunk, wasm-bindgen, wasm-opt and esbuild.
pub fn for_widget() -> Result<()> {
    let installed = output(program("rustup").args(["target", "list", "--installed"]))
        .context("rustup is not on PATH: install Rust with rustup first")?;
    if !installed.lines().any(|line| line == WASM) {
        say(&format!("      rustup target add {WASM}"));
        run(program("rustup").args(["target", "add", WASM]))?;
    }
    cargo_tool("trunk", &format!("trunk {TRUNK}"), "about 4 min", |command| {
        command.args(["trunk", "--locked", "--version", TRUNK]);
        command.args(["--no-default-features", "--features", "rustls"]);
    })?;
    cargo_tool("wasm-bindgen", &format!("wasm-bindgen {WASM_BINDGEN}"), "about 2 min", |command| {
        command.args(["wasm-bindgen-cli", "--version", WASM_BINDGEN]);
    })?;
    npm(&shell::root().join("crates/xtask/npm"), &target().join("tools/npm"))
}

/// Browsers and a driver, a mail server to send to, PostgreSQL, and the frameworks whose pages hold the widget.
pub fn for_tests() -> Result<()> {
    let mut missing = Vec::new();
    let browsers = [
        ("/usr/bin/chromium", "chromium"),
        ("/usr/bin/chromedriver", "chromium-driver"),
        ("/usr/bin/firefox-esr", "firefox-esr"),
    ];
    for (path, package) in browsers {
        if !Path::new(path).exists() {
            missing.push(package);
        }
    }
    if output(Command::new("/usr/bin/python3").args(["-c", "import aiosmtpd"])).is_none() {
        missing.push("python3-aiosmtpd");
    }
    if postgres::programs().is_none() {
        missing.push("postgresql");
    }
    if ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].iter().all(|place| !Path::new(place).exists()) {
        missing.push("pgbouncer");
    }
    if !missing.is_empty() {
        install_debian(&missing)?;
    }
    for folder in ["tests/browser", "tests/hosts/frameworks"] {
        let folder = shell::root().join(folder);
        npm(&folder, &folder)?;
    }
    Ok(())
}

/// Schemathesis, in a Python environment of its own under `target/tools`; answers its program.
pub fn for_contract() -> Result<PathBuf> {
    let folder = target().join("tools/python");
    let schemathesis = folder.join("bin/schemathesis");
    let found = output(Command::new(&schemathesis).arg("--version"));
    if found.is_some_and(|found| found.ends_with(SCHEMATHESIS)) {
        return Ok(schemathesis);
    }
    if output(Command::new("/usr/bin/python3").args(["-c", "import ensurepip"])).is_none() {
        install_debian(&["python3-venv"])?;
    }
    say(&format!("      pip install schemathesis {SCHEMATHESIS} into target/tools/python"));
    run(Command::new("/usr/bin/python3").args(["-m", "venv"]).arg(&folder))?;
    let mut pip = Command::new(folder.join("bin/pip"));
    run(pip.args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        &format!("schemathesis=={SCHEMATHESIS}"),
    ]))?;
    Ok(schemathesis)
}

/// libFuzzer's companion, and the nightly Rust that it needs.
pub fn for_fuzz() -> Result<()> {
    if output(program("rustup").args(["run", "nightly", "rustc", "--version"])).is_none() {
        say("      rustup toolchain install nightly");
        run(program("rustup").args(["toolchain", "install", "nightly", "--profile", "minimal"]))?;
    }
    cargo_tool("cargo-fuzz", &format!("cargo-fuzz {CARGO_FUZZ}"), "about 1 min", |command| {
        command.args(["cargo-fuzz", "--locked", "--version", CARGO_FUZZ]);
    })
}

/// PostgreSQL alone.
pub fn for_postgres() -> Result<()> {
    if postgres::programs().is_none() { install_debian(&["postgresql"]) } else { Ok(()) }
}

fn install_debian(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    if output(Command::new("apt-get").arg("--version")).is_none() {
        bail!(
            "the tests need {list}, as Debian names them, at /usr/bin; there is no apt-get to install them with"
        );
    }
    let root = output(Command::new("id").arg("-u")).as_deref() == Some("0");
    say(&format!("      apt-get install {list}"));
    let apt = || {
        let mut command = if root { Command::new("apt-get") } else { Command::new("sudo") };
        if !root {
            command.arg("apt-get");
        }
        command.env("DEBIAN_FRONTEND", "noninteractive").stdout(std::process::Stdio::null());
        command
    };
    run(apt().args(["update", "-qq"]))?;
    run(apt().args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages))
        .with_context(|| format!("installing {list}; as another user, install them by hand"))
}

/// A program that cargo can install, unless PATH or `target/tools` has it in the version wanted.
fn cargo_tool(name: &str, version: &str, time: &str, what: impl FnOnce(&mut Command)) -> Result<()> {
    if output(program(name).arg("--version")).is_some_and(|found| found.starts_with(version)) {
        return Ok(());
    }
    let start = shell::now();
    say(&format!("      installing {version} into target/tools ({time})"));
    let mut command = cargo();
    command.arg("install").arg("--quiet").arg("--root").arg(target().join("tools"));
    what(&mut command);
    // It is run a few times, not shipped: a quick build beats a quick program.
    command
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_TARGET_DIR", target().join("tools/build"));
    run(&mut command)?;
    say(&format!("      installed {version} in {}", seconds(start)));
    Ok(())
}

/// Node packages as the lock file in `from` says, installed in `to`; nothing to do when they are there already.
fn npm(from: &Path, to: &Path) -> Result<()> {
    let lock = fs::read_to_string(from.join("package-lock.json"))
        .with_context(|| format!("reading {}", from.join("package-lock.json").display()))?;
    let stamp = to.join("node_modules/.tukar-installed");
    if fs::read_to_string(&stamp).is_ok_and(|done| done == lock) {
        return Ok(());
    }
    let node =
        output(program("node").arg("--version")).context("node is not on PATH: install Node 20 or newer")?;
    let major = node.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < 20) {
        bail!("Node {node} is too old: 20 or newer is needed");
    }
    say(&format!("      npm ci in {}", to.strip_prefix(shell::root()).unwrap_or(to).display()));
    fs::create_dir_all(to)?;
    if from != to {
        for file in ["package.json", "package-lock.json"] {
            fs::copy(from.join(file), to.join(file))?;
        }
    }
    run(program("npm").args(["ci", "--no-fund", "--no-audit", "--loglevel=error"]).current_dir(to))?;
    fs::write(stamp, lock)?;
    Ok(())
}
