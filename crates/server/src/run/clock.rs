//! `tukar-server clock confirm`: the operator's word that this machine's clock is right.

use crate::{
    clock::Clock,
    config::Config,
    store::{self, Connection, Store},
    trust,
};
use anyhow::Context as _;
use std::io::Write as _;
use tukar_domain::clock::Doubt;

/// Takes this machine's clock for right, after a stop longer than `clock.gap_hours_max`, or after another clock was wrong.
///
/// # Errors
/// A clock that differs from that of the database's machine: one of the two must be set right. The database's.
pub async fn confirm(config: Config) -> anyhow::Result<()> {
    let store = Store::open_existing(&config.database).await?;
    let clock = Clock::real().machine();
    let found = trust::compare(&store, &config, clock).await.context("comparing the clock")?;
    if let Err(doubt @ Doubt::Database { .. }) = found.decided {
        anyhow::bail!(
            "{doubt}: set whichever is wrong by NTP; a difference between two machines can't be confirmed"
        );
    }
    let write = async |conn: &mut Connection| store::clock::set_seen(conn, clock).await;
    store.transact("clock.confirm", write).await.context("writing the confirmation")?;
    store.close().await;
    let mut out = std::io::stdout().lock();
    match found.newest {
        Some(newest) => writeln!(out, "{clock} is confirmed; this database was last served at {newest}"),
        None => writeln!(out, "{clock} is confirmed"),
    }
    .context("writing to the standard output")
}
