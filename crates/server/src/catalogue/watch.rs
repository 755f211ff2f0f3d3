//! Looks for imports, and makes a new catalogue ready before it is shown: rows, cards and search index in each language.
//!
//! An import may be another program's, so the version in the database is asked for. Until all is ready, visitors see the
//! catalogue before; what it costs and whether it can be redeemed is decided by the database in any case.

use crate::{app::Shared, language::Language};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// Between two looks when no visitor has met an import.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Looks until it is stopped.
pub async fn run(app: Shared, stop: CancellationToken) {
    let mut fails = false;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = app.catalogue.imported() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        match make_ready(&app).await {
            Ok(()) => fails = false,
            // Told once: where the database is away, every request tells it too.
            Err(error) if !fails => {
                fails = true;
                let error = format!("{error:#}");
                tracing::warn!(error, "an imported catalogue can't be read; the one before is shown");
            }
            Err(_) => {}
        }
    }
}

/// Reads what was imported, if anything was, and shows it once it is ready. From then on visitors do not wait for that.
///
/// # Errors
/// The database's.
pub async fn make_ready(app: &Shared) -> anyhow::Result<()> {
    app.catalogue.be_watched();
    let now = app.clock.now();
    let imported = app.catalogue.read_imported(&mut *app.store.read().await?, now).await?;
    let Some((all, snapshot)) = imported else { return Ok(()) };
    for language in Language::ALL {
        app.ready.prepare(&snapshot, language, now).await?;
    }
    let rewards = snapshot.rewards.len();
    app.catalogue.switch_to((all, Arc::clone(&snapshot))).await;
    app.ready.forget_before(&snapshot).await;
    tracing::info!(rewards, "a catalogue was read");
    Ok(())
}
