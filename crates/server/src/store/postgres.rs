//! PostgreSQL: several servers on one database.
//!
//! Invariants: a transaction locks what it decides on ([`super::lock`]) before it reads it, and each of its statements
//! sees what was committed last, so that two servers decide one after the other, as two works of SQLite's writer do. A
//! transaction that met another all the same is run again from its begin.

use super::{
    Connection, Failure, FailureKind, Line,
    line::silent,
    pooling::{Pooling, explained},
    tables::{self, Opening},
};
use anyhow::Context as _;
use sqlx::{
    AnyPool, Connection as _, Executor as _, PgConnection,
    any::{AnyConnectOptions, AnyPoolOptions},
    migrate::Migrator,
};
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Semaphore, time::timeout};

/// What a connection says it is.
pub(super) const BACKEND: &str = "PostgreSQL";
/// Connections of one server that change rows.
const WRITERS_MAX: u32 = 16;
/// Connections of one server that read: their own, so that no read waits behind transactions that wait for a lock.
const READERS_MAX: u32 = 8;
/// Times a transaction is run.
const RUNS_MAX: u32 = 12;
/// How long a transaction waits for a connection.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// How long one run of a transaction may take before its line is taken for gone. A statement's limits ([`SETTINGS`]) are
/// shorter: few works have so many that wait so long.
pub(super) const WORK_MAX: Duration = Duration::from_secs(30);
/// How long a line that is tried before it is used may take to say that it lives.
const ALIVE_WITHIN: Duration = Duration::from_secs(3);
/// A line that was used so lately is not tried before it is used again.
const TRUSTED_FOR: Duration = Duration::from_millis(50);
static MIGRATIONS: Migrator = sqlx::migrate!("./migrations/postgres");
#[derive(Clone, Debug)]
pub(super) struct Postgres {
    writers: AnyPool,
    readers: AnyPool,
    pooling: Pooling,
    /// Places for lines in an endless commit.
    aside: Arc<Semaphore>,
}

impl Postgres {
    pub(super) async fn open(url: &str, opening: Opening) -> anyhow::Result<Postgres> {
        let first = timeout(WAIT_MAX, PgConnection::connect(url)).await.unwrap_or_else(|_| Err(silent()));
        let mut first = first.map_err(explained).context("connecting to PostgreSQL")?;
        let pooling = Pooling::detect(&mut first, url).await.context("connecting to PostgreSQL")?;
        if pooling == Pooling::Transaction {
            tracing::info!(
                "a pooler lends sessions of PostgreSQL by transaction: statements are not kept prepared"
            );
        }
        let address = pooling.address(url);
        let options: AnyConnectOptions = address.parse().context("--database is no address of PostgreSQL")?;
        prepare_tables(&mut first, opening).await?;
        first.close().await.context("connecting to PostgreSQL")?;
        let pool = move |most| {
            AnyPoolOptions::new().max_connections(most).acquire_timeout(WAIT_MAX).after_connect(
                move |conn, _| {
                    Box::pin(async move {
                        let Some(settings) = pooling.on_connect() else { return Ok(()) };
                        conn.execute(sqlx::raw_sql(settings)).await.map(|_| ())
                    })
                },
            )
        };
        // A transaction that finds its line broken runs again, on another; a read does not.
        let writers = pool(WRITERS_MAX).test_before_acquire(false).connect_with(options.clone());
        let readers = pool(READERS_MAX).test_before_acquire(false).before_acquire(|conn, state| {
            Box::pin(async move {
                let trusted = state.idle_for < TRUSTED_FOR;
                Ok(trusted || matches!(timeout(ALIVE_WITHIN, conn.ping()).await, Ok(Ok(()))))
            })
        });
        let writers = writers.await.context("connecting to PostgreSQL")?;
        let readers = readers.connect_with(options).await.context("connecting to PostgreSQL")?;
        let aside = Arc::new(Semaphore::new(WRITERS_MAX as usize));
        Ok(Postgres { writers, readers, pooling, aside })
    }

    pub(super) async fn read(&self) -> Result<Line, sqlx::Error> {
        let mut line = self.lend().await?;
        if let Some(begin) = self.pooling.begin() {
            line.begin(begin).await?;
        }
        Ok(line)
    }

    /// A connection that reads one moment, from now on.
    pub(super) async fn read_moment(&self) -> Result<Line, sqlx::Error> {
        let mut line = self.lend().await?;
        line.begin(self.pooling.begin_moment()).await?;
        Ok(line)
    }

    async fn lend(&self) -> Result<Line, sqlx::Error> {
        self.readers.acquire().await.map(Line::lent).map_err(not_begun)
    }

    /// Forgets the statements that a long transaction has prepared so far, where the session keeps each of them.
    pub(super) async fn forget_statements(&self, conn: &mut Connection) -> Result<(), sqlx::Error> {
        match self.pooling {
            Pooling::Session => Ok(()),
            Pooling::Transaction => conn.execute(sqlx::raw_sql("DEALLOCATE ALL")).await.map(|_| ()),
        }
    }

    pub(super) async fn clock_ms(&self) -> Result<i64, sqlx::Error> {
        let sql = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
        sqlx::query_scalar(sql).fetch_one(&mut *self.read().await?).await
    }

    pub(super) async fn transact<T, E, F>(
        &self,
        (name, most): (&'static str, Duration),
        work: F,
    ) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut Connection) -> Result<T, E> + Clone,
        E: From<sqlx::Error> + Failure,
    {
        let mut run = 1;
        loop {
            match self.run_once(most, work.clone()).await {
                Err((error, again)) if run < RUNS_MAX && again => {
                    tracing::debug!(name, run, kind = ?error.failure(), "a transaction runs again");
                    // Runs spread by themselves: each waits for the other's lock, which ends at no fixed time.
                    tokio::time::sleep(Duration::from_millis(1 << run.min(7))).await;
                    run += 1;
                }
                Err((error, _)) => return Err(error),
                Ok(value) => return Ok(value),
            }
        }
    }

    /// An error comes with whether nothing has happened and the transaction may be run again.
    async fn run_once<T, E, F>(&self, most: Duration, work: F) -> Result<T, (E, bool)>
    where
        F: AsyncFnOnce(&mut Connection) -> Result<T, E>,
        E: From<sqlx::Error> + Failure,
    {
        let mut line = match self.writers.acquire().await {
            Ok(conn) => Line::lent(conn),
            Err(error) => {
                // What stands in every line's way, as a wrong password, stands in the next one's.
                let again = may_run_again(&error);
                return Err((E::from(not_begun(error)), again));
            }
        };
        let commits = AtomicBool::new(false);
        match timeout(most, run_on(&mut line, self.pooling, work, &commits)).await {
            Ok(result) => result,
            Err(_) => {
                // Not run again: the next line may be as silent.
                if commits.into_inner() {
                    self.set_aside(line);
                    return Err(unknown(&silent()));
                }
                line.cut();
                self.close_idle();
                Err((E::from(silent()), false))
            }
        }
    }

    /// A line that commits for too long may have gone silent, or waits for a replica that has: then the database keeps its
    /// own end for as long. So no more of them are replaced than the pool has; further ones keep their place in it.
    fn set_aside(&self, mut line: Line) {
        let place = Arc::clone(&self.aside).try_acquire_owned();
        tokio::spawn(async move {
            if place.is_err() {
                let _ = line.ping().await;
            } else if let Some(mut conn) = line.detached() {
                let _ = conn.ping().await;
            }
            drop(place);
        });
    }

    /// Closes the lines that nobody uses: where one went silent, so may they have.
    fn close_idle(&self) {
        for pool in [&self.writers, &self.readers] {
            while let Some(conn) = pool.try_acquire() {
                Line::lent(conn).cut();
            }
        }
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
    }
}

/// Checks the tables, and brings them up to date where that is asked for: all in one transaction, under a lock that ends with
/// it, so that a pooler may stand between and no server finds another one's half.
async fn prepare_tables(conn: &mut PgConnection, opening: Opening) -> anyhow::Result<()> {
    let begin = "BEGIN ISOLATION LEVEL READ COMMITTED; DEALLOCATE ALL";
    let mut transaction = conn.begin_with(begin).await.context("looking for the tables")?;
    if opening == Opening::Make {
        let lock = "SELECT pg_advisory_xact_lock(hashtextextended('tables', 0))";
        transaction.execute(lock).await.context("waiting for another server that makes tables")?;
    }
    let found = steps(&mut transaction).await.context("looking for the tables")?;
    tables::check(&MIGRATIONS, found.as_deref(), opening)?;
    if opening == Opening::Make {
        let steps =
            Migrator { migrations: MIGRATIONS.migrations.clone(), locking: false, ..Migrator::DEFAULT };
        steps.run(&mut *transaction).await.context("bringing the tables up to date")?;
    }
    transaction.commit().await.context("bringing the tables up to date")
}

/// Migrations that the database has had; `None`: nobody ever made its tables.
async fn steps(conn: &mut PgConnection) -> Result<Option<Vec<i64>>, sqlx::Error> {
    let known: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .fetch_one(&mut *conn)
        .await?;
    if !known {
        return Ok(None);
    }
    let sql = "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version";
    sqlx::query_scalar(sql).fetch_all(conn).await.map(Some)
}

/// One transaction on this line; `commits` is set once its commit is asked for.
async fn run_on<T, E, F>(
    conn: &mut Connection,
    pooling: Pooling,
    work: F,
    commits: &AtomicBool,
) -> Result<T, (E, bool)>
where
    F: AsyncFnOnce(&mut Connection) -> Result<T, E>,
    E: From<sqlx::Error> + Failure,
{
    let begun = match pooling.begin() {
        Some(begin) => conn.begin_with(begin).await,
        None => conn.begin().await,
    };
    let mut transaction = begun.map_err(undone)?;
    match work(&mut transaction).await {
        Ok(value) => {
            commits.store(true, Ordering::Relaxed);
            match transaction.commit().await {
                Ok(()) => Ok(value),
                // Only a conflict tells that it was not committed.
                Err(error) => match error.failure() {
                    Some(FailureKind::Conflict) => Err((E::from(error), true)),
                    Some(FailureKind::Lost) => Err(unknown(&error)),
                    _ => Err((E::from(error), false)),
                },
            }
        }
        Err(error) => {
            let again = may_run_again(&error);
            // A line that broke has ended the transaction; the work's own error says more than this one.
            if let Err(failed) = transaction.rollback().await {
                tracing::debug!(%failed, "a transaction could not be rolled back");
            }
            Err((error, again))
        }
    }
}

/// No line could be had, for whatever reason: nothing was asked of the database.
fn not_begun(error: sqlx::Error) -> sqlx::Error {
    match error.failure() {
        Some(FailureKind::Busy | FailureKind::Full | FailureKind::Lost) => error,
        _ => sqlx::Error::Io(io::Error::other(error)),
    }
}

/// Nothing has happened yet.
fn undone<E: From<sqlx::Error> + Failure>(error: sqlx::Error) -> (E, bool) {
    let error = E::from(error);
    let again = may_run_again(&error);
    (error, again)
}

fn may_run_again(error: &impl Failure) -> bool {
    matches!(error.failure(), Some(FailureKind::Conflict | FailureKind::Lost))
}

/// A line that broke while it committed: broken, as nobody knows, and not [`FailureKind::Lost`].
fn unknown<E: From<sqlx::Error>>(error: &sqlx::Error) -> (E, bool) {
    (E::from(sqlx::Error::Protocol(format!("the line broke while it committed: {error}"))), false)
}
