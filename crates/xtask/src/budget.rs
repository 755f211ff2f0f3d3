//! The widget's weight: bytes after brotli, held against the record in `budget.toml`.

use crate::{
    shell::{self, output, program, say, seconds},
    tools, widget,
};
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fs, path::Path};

/// A part may grow past its record by so many thousandths.
const SLACK_THOUSANDTHS: u64 = 20;

/// `budget.toml`: for each build the brotli bytes of each part.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Budget {
    #[serde(default)]
    dist: BTreeMap<String, u64>,
    #[serde(default)]
    release: BTreeMap<String, u64>,
}

/// `cargo xtask dist`.
pub fn dist(record: bool) -> Result<bool> {
    tools::for_widget()?;
    let start = shell::now();
    let smallest = has_nightly_source();
    if smallest {
        say("nightly with rust-src: the standard library is built for size too");
        widget::trunk(
            true,
            &[
                ("RUSTUP_TOOLCHAIN", "nightly"),
                ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
                ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
                ("CARGO_BUILD_TARGET", tools::WASM),
                (
                    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
                    "-Zunstable-options -Cpanic=immediate-abort",
                ),
            ],
        )?;
    } else {
        say("no nightly with rust-src: the stable build, as `serve` makes it");
        widget::trunk(true, &[])?;
    }
    say(&format!("built in {}", seconds(start)));
    judge(if smallest { "dist" } else { "release" }, record)
}

/// Compares what `serve` and `test` build.
pub fn compare_release() -> Result<bool> {
    judge("release", false)
}

fn has_nightly_source() -> bool {
    output(program("rustup").args(["component", "list", "--installed", "--toolchain", "nightly"]))
        .is_some_and(|list| list.lines().any(|line| line.starts_with("rust-src")))
}

fn judge(build: &str, record: bool) -> Result<bool> {
    let path = shell::root().join("budget.toml");
    let text = fs::read_to_string(&path).context("reading budget.toml")?;
    let mut budget: Budget = toml::from_str(&text).context("reading budget.toml")?;
    let kept = if build == "dist" { &mut budget.dist } else { &mut budget.release };
    let mut good = true;
    let mut total = 0;
    say(&format!("      {:<8} {:>9} {:>9} {:>9}", build, "raw", "brotli", "record"));
    for (part, raw, brotli) in weigh()? {
        let known = kept.get(&part).copied();
        let over = known.is_some_and(|known| brotli * 1000 > known * (1000 + SLACK_THOUSANDTHS));
        let shown = known.map_or("-".to_owned(), |known| known.to_string());
        let mark = if over && !record { "  over" } else { "" };
        say(&format!("      {part:<8} {raw:>9} {brotli:>9} {shown:>9}{mark}"));
        good &= !over || record;
        total += brotli;
        if record {
            kept.insert(part, brotli);
        }
    }
    say(&format!("      {:<8} {:>9} {total:>9}", "together", ""));
    if record {
        let head: String =
            text.lines().take_while(|line| line.starts_with('#')).map(|line| format!("{line}\n")).collect();
        fs::write(path, format!("{head}\n{}", toml::to_string(&budget)?))?;
    }
    Ok(good)
}

/// Name, bytes, and bytes after `brotli -q 11` of each part that a visitor downloads.
fn weigh() -> Result<Vec<(String, u64, u64)>> {
    let mut parts = Vec::new();
    for path in widget::files_of_build()? {
        let part = match (
            path.file_name().and_then(|name| name.to_str()),
            path.extension().and_then(|end| end.to_str()),
        ) {
            (Some("tukar.js"), _) => "loader",
            (Some("inline.js"), _) => "inline",
            (Some("frame.js"), _) => "frame",
            (Some("tukar.css"), _) => "css",
            (_, Some("wasm")) => "wasm",
            (_, Some("js")) => "glue",
            _ => continue,
        };
        parts.push((part.to_owned(), fs::metadata(&path)?.len(), brotli(&path)?));
    }
    if parts.len() < 6 {
        bail!("dist holds only {parts:?}");
    }
    parts.sort();
    Ok(parts)
}

fn brotli(path: &Path) -> Result<u64> {
    let script = "const z=require('zlib');console.log(z.brotliCompressSync(require('fs').readFileSync(process.argv[1]),\
                  {params:{[z.constants.BROTLI_PARAM_QUALITY]:11}}).length)";
    let bytes = output(program("node").arg("-e").arg(script).arg(path)).context("weighing with node")?;
    bytes.parse().context("weighing with node")
}
