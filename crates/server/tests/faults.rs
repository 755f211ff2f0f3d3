//! Disks that lose power, fill up and fail under the true server, on SQLite. What counts as a failure: what `crash.rs` says,
//! and a database that SQLite itself finds wrong.
//!
//! `TUKAR_CYCLES=200` makes so many cuts and faults.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a step of a test may fail loudly")]

#[path = "faults/disk.rs"]
mod disk;
#[path = "crash/killed.rs"]
mod killed;
#[path = "crash/servers.rs"]
mod servers;

use disk::{Cut, Disk, Fault, Survives};
use killed::{Load, Starts, cycles};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use servers::Server;
use sqlx::Connection as _;
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};
use tukar_server::store::Database;

/// For a start that is to break off by itself: it does, or hangs.
const PATIENCE: Duration = Duration::from_secs(300);

/// A server on a disk that fails, with members.
struct Machine {
    disk: Disk,
    file: PathBuf,
    servers: Vec<Server>,
    _folder: tempfile::TempDir,
}

impl Machine {
    async fn begin() -> Machine {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::new(folder.path());
        let file = disk.directory().join("tukar.db");
        let database = Database::Sqlite(file.clone());
        killed::begin(&disk.directory(), &database).await;
        let server = Server::start_with(&disk.directory(), &database, disk.environment()).await;
        Machine { disk, file, servers: vec![server], _folder: folder }
    }

    fn server(&mut self) -> &mut Server {
        &mut self.servers[0]
    }

    async fn cut_power(&mut self, survives: Survives, rng: &mut StdRng) -> (Cut, Duration) {
        self.server().kill().await;
        self.disk.heal();
        let cut = self.disk.cut_power(survives, rng);
        let ready_after = self.server().start_again().await;
        (cut, ready_after)
    }

    async fn end(mut self) {
        self.server().kill().await;
        check_pages(&self.file).await;
        killed::end(&Database::Sqlite(self.file.clone())).await;
    }
}

/// SQLite finds nothing wrong with its file.
async fn check_pages(file: &Path) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let mut conn = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let found: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut conn).await.unwrap();
    assert_eq!(found, ["ok"]);
    conn.close().await.unwrap();
}

fn some_survive(rng: &mut StdRng) -> Survives {
    match rng.random_range(0..6) {
        0 => Survives::Nothing,
        1 => Survives::First(rng.random_range(0..100)),
        2 => Survives::Some,
        3 => Survives::Everything,
        _ => Survives::Sectors,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_under_load_loses_nothing_that_was_answered() {
    let mut machine = Machine::begin().await;
    let load = Arc::new(Load::new(&machine.servers));
    let mut rng = StdRng::seed_from_u64(cycles() as u64);
    let (mut held, mut confirmed, mut all, mut starts) = (0, 0, Cut::default(), Starts::default());
    for _ in 0..cycles() {
        let survives = some_survive(&mut rng);
        let trouble = async {
            // In the middle of a write, or at any moment.
            if rng.random() {
                machine.disk.fail(Fault::Dies, rng.random_range(0..500), 1);
            }
            tokio::select! {
                () = load.hears(rng.random_range(0..60)) => {}
                () = machine.server().ended() => {}
            }
            machine.cut_power(survives, &mut rng).await
        };
        let (told, (cut, ready_after)) = load.during(trouble).await;
        starts.push(ready_after);
        all.unsafe_changes += cut.unsafe_changes;
        all.lost += cut.lost;
        for mut told in told {
            held += usize::from(told.held);
            confirmed += usize::from(told.confirmed.is_some());
            load.check(&mut told).await.unwrap_or_else(|error| panic!("{error} after {survives:?}, {cut:?}"));
        }
    }
    machine.end().await;
    eprintln!(
        "{} power cuts: {held} answered holds and {confirmed} answered confirmations, all there, none twice; of {} changes \
         that were not synced {} were lost; slowest start {:?}",
        cycles(),
        all.unsafe_changes,
        all.lost,
        starts.slowest()
    );
    assert!(confirmed > cycles() && all.lost > 0, "too little happened to tell anything");
    starts.none_hung();
}

/// That the test above can fail: here the disk keeps nothing, and it is seen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_lies_about_syncs_is_found_out() {
    let mut machine = Machine::begin().await;
    let load = Arc::new(Load::new(&machine.servers));
    let mut rng = StdRng::seed_from_u64(1);
    machine.disk.lie();
    let trouble = async {
        load.hears(60).await;
        machine.cut_power(Survives::Nothing, &mut rng).await
    };
    let (told, (cut, _)) = load.during(trouble).await;
    let mut gone = 0;
    let answered = told.iter().filter(|told| told.held).count();
    for mut told in told {
        gone += usize::from(
            load.check(&mut told).await.is_err_and(|error| error.to_string().contains("is gone")),
        );
    }
    eprintln!("{cut:?}: {gone} of {answered} answered holds are gone");
    assert!(gone > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fails_or_is_full_costs_no_answered_redemption() {
    let mut machine = Machine::begin().await;
    let load = Arc::new(Load::new(&machine.servers));
    let (mut held, mut confirmed, mut ended, mut full) = (0, 0, 0, 0);
    let counted = |count: &std::sync::atomic::AtomicUsize| count.load(std::sync::atomic::Ordering::Relaxed);
    for cycle in 0..cycles() {
        // Each from a seed of its own: how often a cut draws hangs on how much was written before it.
        let mut rng = StdRng::seed_from_u64(cycle as u64);
        let fault = [Fault::WriteFails, Fault::Full, Fault::SyncFails][cycle % 3];
        let after = rng.random_range(0..if fault == Fault::SyncFails { 40 } else { 300 });
        // Once, a few times, or until somebody makes room.
        let count = *[1, rng.random_range(2..30), i64::MAX].choose(&mut rng).unwrap();
        let trouble = async {
            machine.disk.fail(fault, after, count);
            tokio::select! {
                () = load.hears(rng.random_range(20..100)) => {}
                () = machine.server().ended() => {}
            }
            machine.disk.heal();
        };
        let before = (counted(&load.failures), counted(&load.broken));
        let (mut told, ()) = load.during(trouble).await;
        if fault == Fault::Full {
            // No room is no fault of the request: it may come again, and is told when.
            assert_eq!(counted(&load.broken), before.1, "500 on a full disk, after {after}, {count} times");
            full += counted(&load.failures) - before.0;
        }
        if !machine.server().lives() {
            ended += 1;
            machine.server().start_again().await;
        }
        // What a failed sync should have kept is not there after a cut, however many syncs succeed later.
        let survives = some_survive(&mut rng);
        for round in ["as it stands", "after a cut"] {
            for told in &mut told {
                if round == "as it stands" {
                    held += usize::from(told.held);
                    confirmed += usize::from(told.confirmed.is_some());
                }
                load.check(told).await.unwrap_or_else(|error| {
                    panic!("{error} {round}: {fault:?} after {after}, {count} times, {survives:?}")
                });
            }
            if round == "as it stands" {
                machine.cut_power(survives, &mut rng).await;
            }
        }
    }
    let (refused, failed) = (counted(&load.failures), machine.disk.failed());
    machine.end().await;
    eprintln!(
        "{} faults, {failed} calls failed, {refused} requests refused, {full} of them by a full disk, each of those with 503, \
         {ended} servers ended: {held} answered holds and {confirmed} answered confirmations, all there, none twice",
        cycles()
    );
    assert!(
        failed > 0 && refused > 0 && full > 0 && confirmed > cycles(),
        "too little happened to tell anything"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_during_the_first_start_leaves_a_server_that_starts() {
    let mut rng = StdRng::seed_from_u64(cycles() as u64);
    let (mut writes, mut lost) = (None, 0);
    // The first one starts undisturbed, and tells how many writes a start takes.
    for _ in 0..cycles().div_ceil(2) {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::new(folder.path());
        let database = Database::Sqlite(disk.directory().join("tukar.db"));
        let what = (disk.directory(), &database);
        if let Some(writes) = writes {
            disk.fail(Fault::Dies, rng.random_range(0..writes), 1);
            Server::kill_while_starting((&what.0, what.1), disk.environment(), PATIENCE).await;
            disk.heal();
            let survives = some_survive(&mut rng);
            lost += disk.cut_power(survives, &mut rng).lost;
        }
        Server::start_with(&what.0, what.1, disk.environment()).await.kill().await;
        writes.get_or_insert(disk.writes());
        check_pages(&disk.directory().join("tukar.db")).await;
    }
    eprintln!("{} first starts of {writes:?} writes cut; {lost} changes lost", cycles().div_ceil(2) - 1);
    assert!(lost > 0, "too little happened to tell anything");
}

/// Without its key no code that was sent is ever right again, and half a key stops the start.
#[tokio::test]
async fn a_code_key_is_there_whole_or_not_at_all_and_stays_once_it_was_used() {
    let mut rng = StdRng::seed_from_u64(1);
    for survives in [Survives::Nothing, Survives::Sectors, Survives::Everything] {
        for dies_at in [Some(0), None] {
            let folder = tempfile::tempdir().unwrap();
            let disk = Disk::new(folder.path());
            // On another disk, so that the first write here is the key's.
            let database = Database::Sqlite(folder.path().join("tukar.db"));
            let start = async || Server::start_with(&disk.directory(), &database, disk.environment()).await;
            match dies_at {
                Some(write) => {
                    disk.fail(Fault::Dies, write, 1);
                    let directory = disk.directory();
                    let what = (directory.as_path(), &database);
                    Server::kill_while_starting(what, disk.environment(), PATIENCE).await;
                    disk.heal();
                    disk.cut_power(survives, &mut rng);
                    start().await.kill().await;
                }
                None => {
                    start().await.kill().await;
                    let made = std::fs::read(disk.directory().join("codekey")).unwrap();
                    disk.cut_power(survives, &mut rng);
                    assert_eq!(std::fs::read(disk.directory().join("codekey")).unwrap(), made);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_backup_that_was_made_survives_a_power_cut() {
    let mut machine = Machine::begin().await;
    machine.server().kill().await;
    let copy = machine.disk.directory().join("copy.db");
    let made = Command::new(env!("CARGO_BIN_EXE_tukar-server"))
        .args(["backup", "--database"])
        .arg(&machine.file)
        .arg(&copy)
        .envs(machine.disk.environment())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    machine.disk.cut_power(Survives::Nothing, &mut StdRng::seed_from_u64(1));
    check_pages(&copy).await;
    killed::end(&Database::Sqlite(copy)).await;
}
