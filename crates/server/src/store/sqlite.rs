//! SQLite: one writer, several readers.
//!
//! Invariants: all writing goes through one connection, in transactions begun with `BEGIN IMMEDIATE`, so that writers
//! queue here and never meet "busy"; WAL with synchronous=FULL, so that what was answered is on disk; the file is refused
//! under a SQLite older than 3.51.3, which can lose rows when it resets the WAL.
//!
//! Works that wait while another commits are committed together: each is a savepoint of one transaction, and all are
//! answered after its one commit. A work that fails rolls back to its savepoint and leaves the others alone. When the
//! commit fails, all of them fail.

use super::{
    Connection, Failure, FailureKind, Line,
    failure::SharedFailure,
    files::{self, Snapshot, Way, with_end},
    tables::{self, Opening},
};
use anyhow::{Context as _, bail};
use sqlx::{
    AnyPool, ConnectOptions as _, Connection as _, Executor as _,
    any::{AnyConnectOptions, AnyPoolOptions},
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous},
};
use std::{fmt::Write as _, path::Path, sync::Arc, time::Duration};
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

/// Connections that read.
const READERS_MAX: u32 = 8;
/// Oldest SQLite that may hold points.
const VERSION_MIN: (u32, u32, u32) = (3, 51, 3);
/// How long a work waits for its turn.
const WAIT_MAX: Duration = Duration::from_secs(10);
static MIGRATIONS: Migrator = sqlx::migrate!("./migrations/sqlite");
const BEGIN: &str = "BEGIN IMMEDIATE; SAVEPOINT work";
/// Said again on each connection: they are not kept in the file.
const PRAGMAS: &str = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;";

#[derive(Clone, Debug)]
pub(super) struct Sqlite {
    writer: Arc<Mutex<Writer>>,
    readers: AnyPool,
    /// Where it was opened without locks.
    snapshot: Option<Snapshot>,
}

/// The writing connection and the transaction that is open on it.
#[derive(Debug)]
struct Writer {
    /// `None`: closed.
    conn: Option<Connection>,
    options: AnyConnectOptions,
    group: Option<watch::Sender<Group>>,
    under_way: UnderWay,
}

/// What a work that is dropped leaves half done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum UnderWay {
    Nothing,
    /// The last work's savepoint gives way to the next one's: there may be one, or none, or both.
    Savepoint,
    /// What a work changes since its savepoint.
    Work,
}

/// How a transaction that several works share came out.
#[derive(Clone, Debug)]
enum Group {
    Open,
    Committed,
    Failed(SharedFailure),
}

impl Sqlite {
    pub(super) async fn open(path: &Path, opening: Opening) -> anyhow::Result<Sqlite> {
        let context = || format!("opening the database {}", path.display());
        let way = files::prepare(path, opening).with_context(context)?;
        let snapshot = (way == Way::Alone).then(|| Snapshot::take(path)).transpose().with_context(context)?;
        let address = address(path).with_context(context)?;
        let options = address
            .parse::<SqliteConnectOptions>()
            .with_context(context)?
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let options = match opening {
            // WAL is a property of the file: it stays on for the connections below.
            Opening::Make => options.journal_mode(SqliteJournalMode::Wal),
            Opening::Find | Opening::Look => {
                options.read_only(way != Way::Usual).immutable(way == Way::Alone)
            }
        };
        let mut first = SqliteConnection::connect_with(&options).await.with_context(context)?;
        let (version,): (String,) = sqlx::query_as("SELECT sqlite_version()").fetch_one(&mut first).await?;
        if parse_version(&version).is_none_or(|version| version < VERSION_MIN) {
            bail!("SQLite {version} is too old to hold points: 3.51.3 or newer is needed");
        }
        let found = steps(&mut first).await.with_context(context)?;
        tables::check(&MIGRATIONS, found.as_deref(), opening).with_context(context)?;
        if opening == Opening::Make {
            MIGRATIONS.run(&mut first).await.with_context(context)?;
        }
        first.close().await.with_context(context)?;

        let options: AnyConnectOptions = format!("{address}?mode=rw").parse().with_context(context)?;
        let conn = match way {
            Way::Usual => Some(connect(&options).await.with_context(context)?),
            Way::Beside | Way::Alone => None,
        };
        let immutable = if way == Way::Alone { "&immutable=true" } else { "" };
        let reading: AnyConnectOptions =
            format!("{address}?mode=ro{immutable}").parse().with_context(context)?;
        let readers = AnyPoolOptions::new()
            .max_connections(READERS_MAX)
            .acquire_timeout(WAIT_MAX)
            // A file does not go away as a line does.
            .test_before_acquire(false)
            .after_connect(|conn, _| {
                Box::pin(async move { conn.execute(sqlx::raw_sql(PRAGMAS)).await.map(|_| ()) })
            })
            .connect_with(reading)
            .await
            .with_context(context)?;
        let writer = Writer { conn, options, group: None, under_way: UnderWay::Nothing };
        Ok(Sqlite { writer: Arc::new(Mutex::new(writer)), readers, snapshot })
    }

    pub(super) fn check_unchanged(&self) -> anyhow::Result<()> {
        self.snapshot.as_ref().map_or(Ok(()), Snapshot::check)
    }

    pub(super) async fn read(&self) -> Result<Line, sqlx::Error> {
        self.readers.acquire().await.map(Line::lent)
    }

    pub(super) async fn transact<T, E, F>(&self, name: &'static str, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut Connection) -> Result<T, E> + Clone,
        E: From<sqlx::Error> + Failure,
    {
        let waiting = Arc::clone(&self.writer).lock_owned();
        let mut writer =
            tokio::time::timeout(WAIT_MAX, waiting).await.map_err(|_| E::from(sqlx::Error::PoolTimedOut))?;
        let mut group = self.join(&mut writer).await?;
        writer.under_way = UnderWay::Work;
        let result = work(writer.conn()?).await;
        // A work that did well leaves its savepoint to the next one, or to the commit, to save a way to the database.
        writer.under_way = UnderWay::Nothing;
        if result.is_err() {
            tracing::debug!(name, "a transaction was rolled back");
            if let Err(error) = writer.run("ROLLBACK TO work").await {
                // SQLite gave the whole transaction up, as on a full disk: the works before this one are lost too. What
                // this work met is the reason, not that there is no savepoint any more.
                let kind = result.as_ref().err().and_then(Failure::failure);
                writer.give_up(kind, &error).await;
            }
        }
        drop(writer);
        // Also a refusal waits: it may rest on what another work of this transaction wrote.
        let outcome = group.wait_for(|group| !matches!(group, Group::Open)).await.map(|group| group.clone());
        match outcome {
            Ok(Group::Committed) => result,
            Ok(Group::Failed(failure)) => Err(E::from(failure.into())),
            Ok(Group::Open) | Err(_) => Err(E::from(sqlx::Error::Protocol("the writer stopped".to_owned()))),
        }
    }

    /// Takes part in the open transaction, or opens one; either way with a savepoint of its own. Who opens it also sees to
    /// its commit: by a task that queues behind the works that wait already.
    async fn join(&self, writer: &mut Writer) -> Result<watch::Receiver<Group>, sqlx::Error> {
        writer.settle().await;
        if writer.group.is_some() {
            writer.under_way = UnderWay::Savepoint;
            let next = writer.run("RELEASE work; SAVEPOINT work").await;
            writer.under_way = UnderWay::Nothing;
            if let Err(error) = next {
                writer.give_up(None, &error).await;
            }
        }
        if let Some(group) = &writer.group {
            return Ok(group.subscribe());
        }
        if writer.conn.is_none() {
            return Err(sqlx::Error::PoolClosed);
        }
        if let Err(error) = writer.run(BEGIN).await {
            // The connection may be broken for good: a new one is tried once.
            tracing::warn!(%error, "the writing connection is opened again");
            writer.conn = Some(connect(&writer.options).await?);
            writer.run(BEGIN).await?;
        }
        let (sender, receiver) = watch::channel(Group::Open);
        writer.group = Some(sender);
        let shared = Arc::clone(&self.writer);
        tokio::spawn(async move { commit(shared.lock_owned().await).await });
        Ok(receiver)
    }

    pub(super) async fn back_up(&self, to: &Path) -> anyhow::Result<()> {
        if to.exists() {
            bail!("{} exists: a backup never writes over a file", to.display());
        }
        let part = with_end(to, ".part");
        // Whoever makes it is the only one who writes to it; SQLite takes an empty file as it takes none.
        files::make_private(&part).with_context(|| {
            let left = ", which a backup that did not end may have left, or one that is under way writes";
            format!("making {}{}", part.display(), if part.exists() { left } else { "" })
        })?;
        let copied =
            self.copy(&part).await.and_then(|()| self.check_unchanged()).and_then(|()| named(&part, to));
        if copied.is_err() {
            // The error tells more than this one would.
            let _ = std::fs::remove_file(&part);
        }
        copied.context("writing the backup")
    }

    async fn copy(&self, to: &Path) -> anyhow::Result<()> {
        let to = to.to_str().context("the name of the backup must be UTF-8")?;
        let mut conn = self.read().await?;
        sqlx::query("VACUUM INTO $1").bind(to).execute(&mut *conn).await?;
        Ok(())
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
        let mut writer = Arc::clone(&self.writer).lock_owned().await;
        writer.commit().await;
        if let Some(conn) = writer.conn.take()
            && let Err(error) = conn.close().await
        {
            tracing::warn!(%error, "the database did not close well");
        }
    }
}

/// The file as an address: one for all connections, so that what a driver decodes or folds in it leads each of them to the
/// same file. Nothing is left in it to fold: an address takes `..` by its letters, a disk by its folders.
fn address(path: &Path) -> anyhow::Result<String> {
    let path = std::path::absolute(path)?;
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { bail!("this is a folder") };
    let path = folder.canonicalize()?.join(name);
    let path = path.to_str().context("its name and its folders' must be UTF-8")?;
    let mut address = "sqlite://".to_owned();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            write!(address, "%{byte:02X}")?;
        }
    }
    Ok(address)
}

/// Gives the whole file its own name. A link, as it never takes the place of another file; a disk that has none renames.
fn named(part: &Path, to: &Path) -> anyhow::Result<()> {
    match std::fs::hard_link(part, to) {
        Ok(()) => std::fs::remove_file(part)?,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Err(error.into()),
        Err(_) => std::fs::rename(part, to)?,
    }
    // The name is on disk when its folder is.
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok(std::fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?)
}

/// Migrations that the file has had; `None`: nobody ever made its tables.
async fn steps(conn: &mut SqliteConnection) -> Result<Option<Vec<i64>>, sqlx::Error> {
    let sql = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'";
    let known: i64 = sqlx::query_scalar(sql).fetch_one(&mut *conn).await?;
    if known == 0 {
        return Ok(None);
    }
    let sql = "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version";
    sqlx::query_scalar(sql).fetch_all(conn).await.map(Some)
}

async fn connect(options: &AnyConnectOptions) -> Result<Connection, sqlx::Error> {
    let mut conn = options.connect().await?;
    conn.execute(sqlx::raw_sql(PRAGMAS)).await?;
    Ok(conn)
}

async fn commit(mut writer: OwnedMutexGuard<Writer>) {
    writer.commit().await;
}

impl Writer {
    fn conn(&mut self) -> Result<&mut Connection, sqlx::Error> {
        self.conn.as_mut().ok_or(sqlx::Error::PoolClosed)
    }

    async fn run(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        self.conn()?.execute(sqlx::raw_sql(sql)).await.map(|_| ())
    }

    /// Takes back what a dropped work left.
    async fn settle(&mut self) {
        let settled = match std::mem::replace(&mut self.under_way, UnderWay::Nothing) {
            UnderWay::Nothing => Ok(()),
            // One more does no harm; none would.
            UnderWay::Savepoint => self.run("SAVEPOINT work").await,
            UnderWay::Work => self.run("ROLLBACK TO work").await,
        };
        if let Err(error) = settled {
            self.give_up(None, &error).await;
        }
    }

    async fn commit(&mut self) {
        self.settle().await;
        if self.group.is_none() {
            return;
        }
        match self.run("COMMIT").await {
            Ok(()) => {
                if let Some(group) = self.group.take() {
                    group.send_replace(Group::Committed);
                }
            }
            Err(error) => self.give_up(None, &error).await,
        }
    }

    /// Fails all works of the transaction; `kind`: what the one met that broke it, where that is known better.
    async fn give_up(&mut self, kind: Option<FailureKind>, error: &sqlx::Error) {
        let kind = kind.or_else(|| error.failure()).unwrap_or(FailureKind::Broken);
        tracing::error!(%error, ?kind, "a transaction failed");
        // It may be gone already; then this has nothing to do.
        let _ = self.run("ROLLBACK").await;
        if let Some(group) = self.group.take() {
            group.send_replace(Group::Failed(SharedFailure { kind, why: error.to_string().into() }));
        }
    }
}

fn parse_version(text: &str) -> Option<(u32, u32, u32)> {
    let mut parts = text.split('.').map(str::parse::<u32>);
    Some((parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(parse_version("3.51.3").unwrap() >= VERSION_MIN);
        assert!(parse_version("3.100.0").unwrap() >= VERSION_MIN);
        assert!(parse_version("3.51.2").unwrap() < VERSION_MIN);
        assert_eq!(parse_version("odd"), None);
    }

    async fn open(dir: &tempfile::TempDir) -> Sqlite {
        sqlx::any::install_default_drivers();
        let sqlite = Sqlite::open(&dir.path().join("t.db"), Opening::Make).await.unwrap();
        sqlite
            .transact("test", async |conn| {
                conn.execute(sqlx::raw_sql("CREATE TABLE numbers (n INTEGER PRIMARY KEY)")).await.map(|_| ())
            })
            .await
            .unwrap();
        sqlite
    }

    async fn insert(conn: &mut Connection, number: i64) -> Result<(), sqlx::Error> {
        sqlx::query("INSERT INTO numbers (n) VALUES ($1)").bind(number).execute(conn).await.map(|_| ())
    }

    async fn numbers(sqlite: &Sqlite) -> Vec<i64> {
        let mut conn = sqlite.read().await.unwrap();
        sqlx::query_scalar("SELECT n FROM numbers ORDER BY n").fetch_all(&mut *conn).await.unwrap()
    }

    #[tokio::test]
    async fn works_that_wait_share_a_commit_and_a_failed_one_leaves_the_others_alone() {
        let dir = tempfile::tempdir().unwrap();
        let sqlite = open(&dir).await;
        let works = (0..100).map(|number| {
            let sqlite = sqlite.clone();
            tokio::spawn(async move {
                sqlite
                    .transact("test", async |conn| {
                        insert(conn, number).await?;
                        if number % 3 == 0 { Err(sqlx::Error::RowNotFound) } else { Ok(()) }
                    })
                    .await
                    .is_ok()
            })
        });
        let mut kept = Vec::new();
        for (number, work) in (0..100).zip(works.collect::<Vec<_>>()) {
            if work.await.unwrap() {
                kept.push(number);
            }
        }
        assert_eq!(kept.len(), 66);
        assert_eq!(numbers(&sqlite).await, kept);
    }

    /// SQLite's own limit on pages is met as a full disk is. A work that shares the transaction is lost with it or not;
    /// none is told that something broke.
    #[tokio::test]
    async fn works_that_meet_a_full_disk_are_told_so_and_what_was_answered_stays() {
        let dir = tempfile::tempdir().unwrap();
        let sqlite = open(&dir).await;
        sqlite.transact("test", async |conn| insert(conn, 1).await).await.unwrap();
        sqlite
            .transact("test", async |conn| {
                conn.execute(sqlx::raw_sql("CREATE TABLE texts (t TEXT)")).await?;
                conn.execute(sqlx::raw_sql("PRAGMA max_page_count = 1")).await.map(|_| ())
            })
            .await
            .unwrap();
        let works = (2..40).map(|number| {
            let sqlite = sqlite.clone();
            tokio::spawn(async move {
                sqlite
                    .transact("test", async |conn| {
                        insert(conn, number).await?;
                        let large = "x".repeat(if number % 2 == 0 { 100_000 } else { 0 });
                        sqlx::query("INSERT INTO texts (t) VALUES ($1)").bind(large).execute(conn).await?;
                        Ok::<_, sqlx::Error>(())
                    })
                    .await
            })
        });
        let (mut kept, mut full) = (vec![1], 0);
        for (number, work) in (2..40).zip(works.collect::<Vec<_>>()) {
            match work.await.unwrap() {
                Ok(()) => kept.push(number),
                Err(error) => {
                    assert_eq!(error.failure(), Some(FailureKind::Full), "{number}: {error}");
                    full += 1;
                }
            }
        }
        assert!(full >= 19, "{full}");
        assert_eq!(numbers(&sqlite).await, kept);
    }

    #[tokio::test]
    async fn a_work_dropped_half_done_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let sqlite = open(&dir).await;
        let inserted = tokio::sync::Notify::new();
        let half = sqlite.transact("test", async |conn| {
            insert(conn, 1).await?;
            inserted.notify_one();
            std::future::pending::<Result<(), sqlx::Error>>().await
        });
        tokio::select! {
            done = half => panic!("it does not end by itself: {done:?}"),
            () = inserted.notified() => {}
        }
        sqlite.transact("test", async |conn| insert(conn, 2).await).await.unwrap();
        assert_eq!(numbers(&sqlite).await, [2]);
    }

    #[tokio::test]
    async fn readers_can_not_write_and_a_closed_database_answers_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let sqlite = open(&dir).await;
        assert!(insert(&mut sqlite.read().await.unwrap(), 1).await.is_err());
        sqlite.close().await;
        assert!(sqlite.transact("test", async |conn| insert(conn, 2).await).await.is_err());
    }
}
