//! Which tables a database has, beside those that this program knows.
//!
//! Invariant: only who serves or imports brings tables up to date. Any other command of a newer program would do it under
//! an older server that is running.

use anyhow::bail;
use sqlx::migrate::Migrator;

/// What may be done to a database when it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// Its file is made where none is, and its tables are brought up to date.
    Make,
    /// It is taken as it is; rows may be changed.
    Find,
    /// It is taken as it is, to read it.
    Look,
}

/// Refuses a database that this program can't use; `found`: the migrations that it has had, none where nobody ever
/// made its tables.
///
/// # Errors
/// Which side is newer, and what to do.
pub(super) fn check(known: &Migrator, found: Option<&[i64]>, opening: Opening) -> anyhow::Result<()> {
    let had = found.unwrap_or_default();
    if let Some(version) = had.iter().find(|version| known.iter().all(|known| known.version != **version)) {
        bail!(
            "its tables are newer than this tukar-server, which does not know their step {version}: use the newer \
             tukar-server that changed them"
        );
    }
    let missing = known.iter().find(|known| !had.contains(&known.version));
    match missing {
        Some(_) if opening != Opening::Make && found.is_none() => {
            bail!("it holds no tables of Tukar: `tukar-server serve` and `tukar-server import` make them")
        }
        Some(step) if opening != Opening::Make => bail!(
            "its tables are older than this tukar-server, they lack step {}: use the tukar-server that serves it, or \
             bring them up to date first by `serve` or `import` of this one",
            step.version
        ),
        _ => Ok(()),
    }
}
