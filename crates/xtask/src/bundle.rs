//! Trunk's hook: lays out what is served, in the folder that Trunk is making.
//!
//! Everything of one build lies in `w/<hash>/` and may be kept for good; the hash is of its content. Beside it stand the
//! addresses that never change: `tukar.js` and `inline.js` lead into that folder, `tukar.json` names it with the
//! integrity of its files, and the pages are filled in with it. `embed.html` is the page for partners'
//! developers, `stage.html` its preview's.

use crate::shell::{self, program, run};
use anyhow::{Context, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256, Sha384};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Compiled and bundled before the loader: their hashes stand in it.
const PARTS: [&str; 3] = ["tukar_widget.js", "tukar_bg.wasm", "tukar.css"];
/// The loader and what it may import.
const LOADER: [&str; 3] = ["tukar.js", "inline.js", "frame.js"];
/// The loader's files that also have an address that never changes.
const EVERGREEN: [&str; 2] = ["tukar.js", "inline.js"];
/// Pages that are filled in with the build.
const PAGES: [&str; 3] = ["index.html", "frame.html", "plain.html"];
/// Hexadecimal digits of a build's name.
const NAME_DIGITS: usize = 16;

/// The command.
pub fn run_hook() -> Result<()> {
    let staging = std::env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from);
    let staging = staging.context("TRUNK_STAGING_DIR is not set: this is run by Trunk, not by hand")?;
    let minify = std::env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release");
    let bundle = Bundle { root: shell::root(), minify };
    // wasm-bindgen names its glue after the package; the loader is what a page asks for by that name.
    fs::rename(staging.join("tukar.js"), staging.join("tukar_widget.js")).context("renaming the glue")?;
    bundle.file(&staging.join("tukar_widget.js"), &staging.join("tukar_widget.js"), &[])?;
    bundle.file(&bundle.root.join("style/tukar.css"), &staging.join("tukar.css"), &[])?;
    for sheet in ["page.css", "plain.css"] {
        bundle.file(&bundle.root.join("style").join(sheet), &staging.join(sheet), &[])?;
    }
    let build = bundle.name(&staging)?;
    let folder = staging.join("w").join(&build);
    fs::create_dir_all(&folder)?;
    for part in PARTS {
        fs::rename(staging.join(part), folder.join(part)).with_context(|| part.to_owned())?;
    }
    let (wasm, css) = (
        integrity(&folder.join("tukar_bg.wasm"), "sha256")?,
        integrity(&folder.join("tukar.css"), "sha256")?,
    );
    let hashes = format!("--define:__HASHES__={{\"tukar_bg.wasm\":\"{wasm}\",\"tukar.css\":\"{css}\"}}");
    for file in LOADER {
        let from = bundle.root.join("embed").join(file);
        let own = ["--define:__BUILD__=\".\"", "--define:__ROOT__=\"../../\"", hashes.as_str()];
        bundle.file(&from, &folder.join(file), &own)?;
        if EVERGREEN.contains(&file) {
            let into = format!("--define:__BUILD__=\"w/{build}/\"");
            bundle.file(&from, &staging.join(file), &[&into, "--define:__ROOT__=\".\"", &hashes])?;
        }
    }
    for page in ["frame.html", "plain.html"] {
        fs::copy(bundle.root.join("embed").join(page), staging.join(page))?;
    }
    let page = bundle.root.join("embed/page");
    for file in ["embed.js", "embed.css", "stage.css"] {
        bundle.file(&page.join(file), &staging.join(file), &[])?;
    }
    for file in ["embed.html", "stage.html"] {
        fs::copy(page.join(file), staging.join(file))?;
    }
    // The one script that stands in pages themselves; the server finds it there and lets it run by its hash.
    let head = staging.join("head.js");
    bundle.file(&bundle.root.join("embed/head.js"), &head, &["--format=iife"])?;
    let script = fs::read_to_string(&head)?.trim().to_owned();
    fs::remove_file(head)?;
    for page in PAGES {
        let path = staging.join(page);
        let text = fs::read_to_string(&path).with_context(|| page.to_owned())?;
        let text = text.replace("@build@", &build).replace("@css@", &css).replace("@head@", &script);
        fs::write(path, text)?;
    }
    let facts = serde_json::json!({
        "build": build,
        "loader": format!("w/{build}/tukar.js"),
        "integrity": integrity(&folder.join("tukar.js"), "sha384")?,
    });
    fs::write(staging.join("tukar.json"), format!("{facts}\n"))?;
    if minify {
        compress(&[&staging, &folder])?;
    }
    Ok(())
}

struct Bundle {
    root: PathBuf,
    minify: bool,
}

impl Bundle {
    /// Bundles one file with esbuild. The loader's parts are imported from beside it, and not copied into one another.
    fn file(&self, from: &Path, to: &Path, defines: &[&str]) -> Result<()> {
        let mut command = program("esbuild");
        command.arg(from).arg(format!("--outfile={}", to.display()));
        command.args(["--log-level=error", "--allow-overwrite", "--target=chrome111,firefox113,safari16.4"]);
        command.args(["--bundle", "--format=esm", "--external:./inline.js", "--external:./tukar.js"]);
        command.args(defines);
        if self.minify {
            command.arg("--minify");
        }
        run(&mut command).context("esbuild is missing or failed: `cargo xtask serve` installs it")
    }

    /// A name for this build, by the content of all that is in it.
    fn name(&self, staging: &Path) -> Result<String> {
        let mut hasher = Sha256::new();
        for part in PARTS {
            hasher.update(fs::read(staging.join(part)).with_context(|| part.to_owned())?);
        }
        let mut sources: Vec<PathBuf> = fs::read_dir(self.root.join("embed"))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<std::io::Result<_>>()?;
        sources.sort();
        for source in sources.iter().filter(|source| source.extension().is_some_and(|end| end == "js")) {
            hasher.update(fs::read(source)?);
        }
        let digits: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(digits[..NAME_DIGITS].to_owned())
    }
}

/// What stands in `integrity="…"` for a file.
fn integrity(file: &Path, kind: &str) -> Result<String> {
    let bytes = fs::read(file).with_context(|| file.display().to_string())?;
    let digest = match kind {
        "sha256" => STANDARD.encode(Sha256::digest(&bytes)),
        _ => STANDARD.encode(Sha384::digest(&bytes)),
    };
    Ok(format!("{kind}-{digest}"))
}

/// A `.br` beside each file that the server sends: compressed once, as small as brotli can.
fn compress(folders: &[&Path]) -> Result<()> {
    let script = "const fs=require('fs'),z=require('zlib');for(const f of process.argv.slice(1))\
                  fs.writeFileSync(f+'.br',z.brotliCompressSync(fs.readFileSync(f),\
                  {params:{[z.constants.BROTLI_PARAM_QUALITY]:11}}))";
    let mut files = Vec::new();
    for folder in folders {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|end| end == "js" || end == "css" || end == "wasm") {
                files.push(path);
            }
        }
    }
    run(program("node").arg("-e").arg(script).args(files))
}
