//! Rows in SQLite (one file, one server) or PostgreSQL (several servers), behind the same few verbs.
//!
//! Invariants: what changes rows is one named transaction, all or nothing, and nobody is answered before it is on disk.
//! Each statement is written once and runs on both engines: values are `$1`, `$2`, …, moments and points are 64-bit
//! integers, and what differs between the engines lives in this module and in the two folders of migrations, not in its
//! children.
//! A closure may run twice, so it neither sends nor reads a clock.

pub mod audit;
pub mod challenges;
pub mod code_key;
pub mod counts;
pub mod figures;
pub mod identities;
pub mod ledger;
pub mod members;
pub mod outbox;
pub mod partners;
pub mod redemptions;
pub mod rewards;
pub mod vouchers;

mod failure;
mod line;
mod postgres;
mod sqlite;
mod statement;
mod tables;
mod writes;

pub use failure::{Failure, FailureKind};
pub(crate) use line::silent;
pub use line::{Line, in_time};
pub use statement::Statement;
pub use writes::Writes;

use anyhow::Context as _;
use postgres::Postgres;
use sqlite::Sqlite;
use sqlx::Executor as _;
use std::{path::Path, time::Duration};
use tables::Opening;

/// A connection of either engine.
pub type Connection = sqlx::AnyConnection;

/// Where rows are kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// A file of this machine.
    Sqlite(std::path::PathBuf),
    /// `postgres://user:password@host/name`.
    Postgres(String),
}

/// What names no engine of ours is refused, and never told: it may hold a password.
impl std::str::FromStr for Database {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let starts = |start: &str| text.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start));
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Database::Postgres(text.to_owned()));
        }
        let schemes = ["postgres:", "postgresql:", "sqlite:", "file:", "mysql:", "mariadb:", "jdbc:"];
        if text.contains("://") || text.contains("password=") || schemes.into_iter().any(starts) {
            return Err(
                "a database is a file of SQLite, by its name alone, or postgres://USER:PASSWORD@HOST/NAME",
            );
        }
        Ok(Database::Sqlite(text.into()))
    }
}

impl From<std::path::PathBuf> for Database {
    fn from(path: std::path::PathBuf) -> Self {
        Database::Sqlite(path)
    }
}

/// A password stays out of logs.
impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Database::Sqlite(path) => write!(f, "{}", path.display()),
            Database::Postgres(url) => {
                let place = url.rsplit_once('@').map_or("…", |(_, place)| place);
                write!(f, "postgres://{}", place.split('?').next().unwrap_or_default())
            }
        }
    }
}

/// The database.
#[derive(Clone, Debug)]
pub struct Store {
    engine: Engine,
}

#[derive(Clone, Debug)]
enum Engine {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Store {
    /// Opens the database for who serves or fills it: a SQLite file is made where none is, and tables are brought up to
    /// date.
    ///
    /// # Errors
    /// A database that can't be reached or that a newer program has changed, a migration that fails, an engine that is too
    /// old.
    pub async fn open(database: &Database) -> anyhow::Result<Store> {
        Store::open_as(database, Opening::Make).await
    }

    /// Opens the database for who looks at it or changes rows beside a server: it makes no file and changes no table, so
    /// that another program's server goes on.
    ///
    /// # Errors
    /// A database that is not there or can't be reached, whose tables are older or newer than this program, or an engine
    /// that is too old.
    pub async fn open_existing(database: &Database) -> anyhow::Result<Store> {
        Store::open_as(database, Opening::Find).await
    }

    async fn open_as(database: &Database, opening: Opening) -> anyhow::Result<Store> {
        sqlx::any::install_default_drivers();
        let engine = match database {
            Database::Sqlite(path) => Engine::Sqlite(Sqlite::open(path, opening).await?),
            Database::Postgres(url) => {
                let opened = Postgres::open(url, opening).await;
                Engine::Postgres(opened.with_context(|| format!("opening the database {database:?}"))?)
            }
        };
        Ok(Store { engine })
    }

    /// A connection that reads. It sees what was committed before each of its statements.
    ///
    /// # Errors
    /// The database's.
    pub async fn read(&self) -> Result<Line, sqlx::Error> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.read().await,
            Engine::Postgres(postgres) => postgres.read().await,
        }
    }

    /// Runs `work` as one transaction: all of it, or nothing when it answers an error. What it decides is only true once
    /// this returns. It runs again from its begin when it met another transaction (PostgreSQL), so that it neither sends
    /// nor reads a clock. A run of half a minute is given up (PostgreSQL): its line is taken for gone.
    ///
    /// # Errors
    /// The work's own, and the database's turned into it.
    pub async fn transact<T, E, F>(&self, name: &'static str, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut Connection) -> Result<T, E> + Clone,
        E: From<sqlx::Error> + Failure,
    {
        self.transact_within(postgres::WORK_MAX, name, work).await
    }

    /// As [`Store::transact`], for what nobody waits for at a page: a run may take so long (PostgreSQL).
    ///
    /// # Errors
    /// The work's own, and the database's turned into it.
    pub async fn transact_within<T, E, F>(&self, most: Duration, name: &'static str, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut Connection) -> Result<T, E> + Clone,
        E: From<sqlx::Error> + Failure,
    {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.transact(name, work).await,
            Engine::Postgres(postgres) => postgres.transact((name, most), work).await,
        }
    }

    /// Runs `work` on one moment of the database: what is committed meanwhile it does not see. It reads only.
    ///
    /// # Errors
    /// The work's own, and the database's turned into it.
    pub async fn read_moment<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut Connection) -> Result<T, E>,
        E: From<sqlx::Error>,
    {
        let begin = match &self.engine {
            Engine::Sqlite(_) => "BEGIN",
            Engine::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        let mut line = self.read().await?;
        // Given back with its transaction open, it would show that moment to all who read on it later.
        line.set_half_done(true);
        line.execute(begin).await?;
        let result = work(&mut line).await;
        line.execute("ROLLBACK").await?;
        line.set_half_done(false);
        result
    }

    /// What the database's machine takes for now, milliseconds since 1970; `None` where that is this machine.
    ///
    /// # Errors
    /// The database's.
    pub async fn clock_ms(&self) -> Result<Option<i64>, sqlx::Error> {
        match &self.engine {
            Engine::Sqlite(_) => Ok(None),
            Engine::Postgres(postgres) => postgres.clock_ms().await.map(Some),
        }
    }

    /// Copies the database into a new file while it is in use; the copy holds one moment.
    ///
    /// # Errors
    /// A file that exists or can't be written; PostgreSQL, which has its own tools for it.
    pub async fn back_up(&self, to: &Path) -> anyhow::Result<()> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.back_up(to).await,
            Engine::Postgres(_) => anyhow::bail!("PostgreSQL is backed up with its own tools, as pg_dump"),
        }
    }

    /// Waits for what is under way and closes the database.
    pub async fn close(&self) {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
            Engine::Postgres(postgres) => postgres.close().await,
        }
    }
}

/// Whose state a transaction is about to decide on.
#[derive(Clone, Copy, Debug)]
pub enum Lock<'a> {
    /// A member's points, redemptions, codes and sessions.
    Member(&'a str),
    /// What the limits of a destination or of a network count.
    Subject(&'a str),
    /// A challenge whose member is not known yet.
    Challenge(&'a str),
    /// A partner's keys and links, to change them.
    Partner(&'a str),
    /// The same, to rely on them; so may others at the same time.
    PartnerAsItIs(&'a str),
    /// The catalogue as a whole, and the programme's texts.
    Catalogue,
}

/// Waits until no other transaction decides on the same thing; held until this one ends. What is read after this is
/// what was committed last. SQLite has one writer, so there it is nothing.
///
/// # Errors
/// The database's.
pub async fn lock(conn: &mut Connection, on: Lock<'_>) -> Result<(), sqlx::Error> {
    if conn.backend_name() == postgres::BACKEND {
        let key = match on {
            Lock::Member(id) => format!("member {id}"),
            Lock::Subject(subject) => format!("subject {subject}"),
            Lock::Challenge(id) => format!("challenge {id}"),
            Lock::Partner(id) | Lock::PartnerAsItIs(id) => format!("partner {id}"),
            Lock::Catalogue => "catalogue".to_owned(),
        };
        let sql = match on {
            Lock::PartnerAsItIs(_) => "SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))",
            _ => "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
        };
        conn.execute(sqlx::query(sql).bind(key)).await?;
    }
    Ok(())
}
