//! Servers that die under load, on SQLite; `crash_postgres.rs` kills one of three on PostgreSQL. What counts as a failure:
//! an answered hold or confirmation that is gone, a redemption that happened twice, a repeated request that answers other
//! bytes, books with a difference, a server that needs more than two seconds to be ready again (on a slow machine: far longer
//! than the other starts of the same run).
//!
//! `TUKAR_CYCLES=200` kills so many times.

#![expect(clippy::unwrap_used, reason = "a step of a test may fail loudly")]

#[path = "crash/killed.rs"]
mod killed;
#[path = "crash/servers.rs"]
mod servers;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_under_load_loses_nothing_it_answered() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("tukar.db").into();
    killed::begin(directory.path(), &database).await;
    killed::run(killed::Scene::start(directory.path(), &database, 1).await).await;
    killed::end(&database).await;
}
