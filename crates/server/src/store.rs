//! Rows in SQLite: one writer, several readers.
//!
//! Invariants: every write is one `BEGIN IMMEDIATE` transaction on the one writing connection, so that writers queue here
//! and never meet "busy"; WAL with synchronous=FULL, so that what was answered is on disk; the file is refused under a
//! SQLite older than 3.51.3, which can lose rows when it resets the WAL.

pub mod challenges;
pub mod ledger;
pub mod members;
pub mod outbox;
pub mod partners;
pub mod redemptions;
pub mod rewards;
pub mod vouchers;

use anyhow::{Context, bail};
use sqlx::{
    Connection, SqliteConnection, SqlitePool,
    pool::PoolConnection,
    sqlite::{Sqlite, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, time::Duration};

/// Connections that read.
const READERS_MAX: u32 = 8;
/// Oldest SQLite that may hold points.
const SQLITE_MIN: (u32, u32, u32) = (3, 51, 3);

/// The database.
#[derive(Clone, Debug)]
pub struct Store {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Store {
    /// Opens the file, making it and bringing its tables up to date where needed.
    ///
    /// # Errors
    /// A file that can't be opened, a migration that fails, a SQLite that is too old.
    pub async fn open(path: &Path) -> anyhow::Result<Store> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let context = || format!("opening the database {}", path.display());
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options.clone())
            .await
            .with_context(context)?;
        let (version,): (String,) = sqlx::query_as("SELECT sqlite_version()").fetch_one(&writer).await?;
        if parse_version(&version).is_none_or(|version| version < SQLITE_MIN) {
            bail!("SQLite {version} is too old to hold points: 3.51.3 or newer is needed");
        }
        sqlx::migrate!("./migrations/sqlite").run(&writer).await.with_context(context)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options.read_only(true))
            .await
            .with_context(context)?;
        Ok(Store { writer, readers })
    }

    /// A connection that reads. It sees what was committed before each of its statements.
    ///
    /// # Errors
    /// The database's.
    pub async fn read(&self) -> Result<PoolConnection<Sqlite>, sqlx::Error> {
        self.readers.acquire().await
    }

    /// Runs `work` as one transaction on the writing connection: all of it, or nothing when it answers an error. `work`
    /// neither sends nor reads a clock: what it decides is only true once this returns.
    ///
    /// # Errors
    /// The work's own, and the database's turned into it.
    pub async fn transact<T, E, F>(&self, name: &'static str, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut SqliteConnection) -> Result<T, E>,
        E: From<sqlx::Error>,
    {
        let mut connection = self.writer.acquire().await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        match work(&mut transaction).await {
            Ok(value) => {
                transaction.commit().await?;
                Ok(value)
            }
            Err(error) => {
                transaction.rollback().await?;
                tracing::debug!(name, "a transaction was rolled back");
                Err(error)
            }
        }
    }

    /// Waits for what is under way and closes the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
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
        assert!(parse_version("3.51.3").unwrap() >= SQLITE_MIN);
        assert!(parse_version("3.100.0").unwrap() >= SQLITE_MIN);
        assert!(parse_version("3.51.2").unwrap() < SQLITE_MIN);
        assert_eq!(parse_version("odd"), None);
    }

    #[tokio::test]
    async fn a_failed_transaction_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("t.db")).await.unwrap();
        let insert = "INSERT INTO members (id, name, state, tier, phone, joined_at) VALUES ('m', 'n', 'verified', 't', '+1', 0)";
        let failed: Result<(), sqlx::Error> = store
            .transact("test", async |conn| {
                sqlx::query(insert).execute(conn).await?;
                Err(sqlx::Error::RowNotFound)
            })
            .await;
        assert!(failed.is_err());
        let mut reader = store.read().await.unwrap();
        let (count,): (i64,) =
            sqlx::query_as("SELECT COUNT(*) FROM members").fetch_one(&mut *reader).await.unwrap();
        assert_eq!(count, 0);
        assert!(sqlx::query(insert).execute(&mut *reader).await.is_err(), "readers can't write");
    }
}
