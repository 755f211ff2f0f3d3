//! Three servers on one PostgreSQL whose primary dies under load, or vanishes without a word; its replica takes over, and one
//! of the servers is killed as well. See `crash.rs` for what counts as a failure.

#![expect(clippy::unwrap_used, reason = "a step of a test may fail loudly")]

#[path = "crash/killed.rs"]
mod killed;
#[path = "crash/replica.rs"]
mod replica;
#[path = "crash/servers.rs"]
mod servers;

use replica::{Address, Cluster};
use servers::Server;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use tukar_server::store::Database;

/// Answers flow again within this after the replica is told to take over.
const AGAIN_WITHIN: Duration = Duration::from_secs(10);
/// The same where nobody says that the old lines are dead: half a minute until they are taken for it, and what a machine
/// needs that runs other tests beside this one.
const AGAIN_WITHIN_UNTOLD: Duration = Duration::from_secs(70);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_dies_and_a_replica_that_takes_over_lose_and_double_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let primary = Cluster::primary(folder.path()).await;
    let replica = primary.replica(folder.path()).await;
    let address = Address::leading_to(primary.address()).await;
    let database = Database::Postgres(format!("postgres://postgres@127.0.0.1:{}/postgres", address.port));

    let directory = tempfile::tempdir().unwrap();
    killed::begin(directory.path(), &database).await;
    let mut scene = killed::Scene::start((directory.path(), &database), 3).await;
    scene.cycle(async |_: &mut [Server]| sleep(Duration::from_millis(500)).await).await;
    let (held_before, confirmed_before) = scene.counted();
    assert!(confirmed_before > 0, "the load was too light to tell anything");

    let again = scene
        .cycle(async |servers: &mut [Server]| {
            sleep(Duration::from_millis(300)).await;
            primary.stop_at_once().await;
            let start = Instant::now();
            replica.promote().await;
            address.lead_to(replica.address());
            servers[1].kill_and_start().await;
            for server in servers.iter() {
                server.answers().await;
            }
            let again = start.elapsed();
            sleep(Duration::from_millis(500)).await;
            again
        })
        .await;
    // And on the new primary all goes on.
    scene.cycle(async |_: &mut [Server]| sleep(Duration::from_millis(500)).await).await;
    let (held, confirmed) = scene.counted();
    eprintln!(
        "the primary replaced under load: {held} answered holds ({held_before} before) and {confirmed} answered \
         confirmations ({confirmed_before} before), all there, none twice; all servers ready again after {again:?}"
    );
    assert!(confirmed > confirmed_before, "nobody redeemed anything on the new primary");
    assert!(again < AGAIN_WITHIN, "ready after {again:?}");
    killed::end(&database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_vanishes_without_a_word_holds_nobody_up_for_long() {
    let folder = tempfile::tempdir().unwrap();
    let primary = Cluster::primary(folder.path()).await;
    let replica = primary.replica(folder.path()).await;
    let address = Address::leading_to(primary.address()).await;
    let database = Database::Postgres(format!("postgres://postgres@127.0.0.1:{}/postgres", address.port));

    let directory = tempfile::tempdir().unwrap();
    killed::begin(directory.path(), &database).await;
    let mut scene = killed::Scene::start((directory.path(), &database), 3).await;
    let vanished = scene
        .cycle(async |_: &mut [Server]| {
            sleep(Duration::from_millis(500)).await;
            address.silence();
            primary.stop_at_once().await;
            replica.promote().await;
            address.lead_to(replica.address());
            let vanished = Instant::now();
            // The load goes on, and each of its requests may find a line that nobody answers on.
            sleep(Duration::from_secs(1)).await;
            vanished
        })
        .await;
    let (_, before) = scene.counted();
    assert!(before > 0, "the load was too light to tell anything");
    for server in &scene.servers {
        server.answers().await;
    }
    while scene.counted().1 < before + 20 {
        assert!(vanished.elapsed() < AGAIN_WITHIN_UNTOLD, "{:?}, {before} before", scene.counted());
        scene.cycle(async |_: &mut [Server]| sleep(Duration::from_millis(500)).await).await;
    }
    let (held, confirmed) = scene.counted();
    eprintln!(
        "the primary gone without a word under load: {held} answered holds and {confirmed} answered confirmations, all there, \
         none twice; members redeem again after {:?}",
        vanished.elapsed()
    );
    killed::end(&database).await;
}
