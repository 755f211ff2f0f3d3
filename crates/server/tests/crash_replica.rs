//! Three servers on one PostgreSQL whose primary dies under load, or vanishes without a word; its replica takes over, and one
//! of the servers is killed as well. See `crash.rs` for what counts as a failure.

#![expect(clippy::unwrap_used, reason = "a step of a test may fail loudly")]

#[path = "crash/killed.rs"]
mod killed;
#[path = "crash/replica.rs"]
mod replica;
#[path = "crash/servers.rs"]
mod servers;

use killed::Load;
use replica::{Address, Cluster};
use servers::Server;
use std::time::Duration;
use tokio::time::Instant;
use tukar_server::store::Database;

/// So many confirmations before and after what happens to the primary.
const SOME: usize = 20;
/// Answers flow again within this after the replica is told to take over, on a machine that starts servers quickly.
const AGAIN_WITHIN: Duration = Duration::from_secs(10);
/// The same where nobody says that the old lines are dead: the server takes a line for dead after half a minute.
const AGAIN_WITHIN_UNTOLD: Duration = Duration::from_secs(60);

/// A primary with its replica, three servers at the address that leads to them, and their members.
struct Stage {
    primary: Cluster,
    replica: Cluster,
    address: Address,
    database: Database,
    scene: killed::Scene,
    /// How long the three servers took to start, all together: what else this machine does, and how fast it is, is in it.
    started_within: Duration,
    _folders: [tempfile::TempDir; 2],
}

impl Stage {
    async fn new() -> Stage {
        let (folder, directory) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let primary = Cluster::primary(folder.path()).await;
        let replica = primary.replica(folder.path()).await;
        let address = Address::leading_to(primary.address()).await;
        let database = Database::Postgres(format!("postgres://postgres@127.0.0.1:{}/postgres", address.port));
        killed::begin(directory.path(), &database).await;
        let start = Instant::now();
        let scene = killed::Scene::start(directory.path(), &database, 3).await;
        let started_within = start.elapsed();
        let _folders = [folder, directory];
        Stage { primary, replica, address, database, scene, started_within, _folders }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_dies_and_a_replica_that_takes_over_lose_and_double_nothing() {
    let mut stage = Stage::new().await;
    let Stage { primary, replica, address, scene, started_within, .. } = &mut stage;
    let redeeming = async |_: &mut [Server], load: &Load| load.confirms(SOME).await;
    scene.cycle(redeeming).await;
    let (held_before, confirmed_before) = scene.counted();

    let again = scene
        .cycle(async |servers: &mut [Server], load: &Load| {
            load.confirms(SOME / 2).await;
            primary.stop_at_once().await;
            let start = Instant::now();
            replica.promote().await;
            address.lead_to(replica.address());
            servers[1].kill_and_start().await;
            for server in servers.iter() {
                server.answers().await;
            }
            let again = start.elapsed();
            load.confirms(SOME / 2).await;
            again
        })
        .await;
    // And on the new primary all goes on.
    scene.cycle(redeeming).await;
    let (held, confirmed) = scene.counted();
    eprintln!(
        "the primary replaced under load: {held} answered holds ({held_before} before) and {confirmed} answered \
         confirmations ({confirmed_before} before), all there, none twice; all servers ready again after {again:?}, where \
         three started within {started_within:?}"
    );
    // A start and the way to the new primary, and not the deadlines of lines that are taken for dead.
    assert!(again < AGAIN_WITHIN.max(5 * *started_within), "ready after {again:?}");
    killed::end(&stage.database).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_vanishes_without_a_word_holds_nobody_up_for_long() {
    let mut stage = Stage::new().await;
    let Stage { primary, replica, address, scene, started_within, .. } = &mut stage;
    let again = scene
        .cycle(async |servers: &mut [Server], load: &Load| {
            load.confirms(SOME).await;
            address.silence();
            primary.stop_at_once().await;
            replica.promote().await;
            address.lead_to(replica.address());
            let vanished = Instant::now();
            // The load goes on, and each of its requests may find a line that nobody answers on.
            for server in servers.iter() {
                server.answers().await;
            }
            load.confirms(SOME).await;
            vanished.elapsed()
        })
        .await;
    let (held, confirmed) = scene.counted();
    eprintln!(
        "the primary gone without a word under load: {held} answered holds and {confirmed} answered confirmations, all there, \
         none twice; members redeem again after {again:?}, where three servers started within {started_within:?}"
    );
    assert!(again < AGAIN_WITHIN_UNTOLD + 10 * *started_within, "members redeem again after {again:?}");
    killed::end(&stage.database).await;
}
