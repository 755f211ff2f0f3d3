//! Poolers before PostgreSQL, as PgBouncer: what a connection of ours is on the other side.
//!
//! Invariant: where a pooler lends a session for one transaction at a time, no setting, prepared statement or lock outlives
//! its transaction. Each transaction begins with its own settings, and forgets the statements that others of this program
//! left in the session, whose names it may use again; sqlx keeps none for the next one (`statement-cache-capacity=0`).

use anyhow::{Context as _, anyhow};
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};
use std::time::Duration;
use tokio::time::timeout;

/// How long a second connection may take to find out about poolers: one that can't be had is no shared session.
const SECOND_WITHIN: Duration = Duration::from_secs(3);
/// Times that two connections ask which session they are.
const LOOKS: usize = 3;

/// What a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pooling {
    /// A session of the database: there is no pooler, or it lends whole sessions.
    Session,
    /// A session that others have between this one's transactions.
    Transaction,
}

macro_rules! settings {
    ($set:literal) => {
        concat!(
            $set,
            " synchronous_commit = on; ",
            $set,
            " lock_timeout = '10s'; ",
            $set,
            " statement_timeout = '20s'; ",
            $set,
            " idle_in_transaction_session_timeout = '20s'"
        )
    };
}

impl Pooling {
    /// What is said on a new connection. A server that hangs gives its locks back. A statement sees what was committed last,
    /// also where the database's own default is another. What is committed is on disk before it is answered.
    pub(super) fn on_connect(self) -> Option<&'static str> {
        match self {
            Pooling::Session => Some(concat!(
                settings!("SET"),
                "; SET default_transaction_isolation = 'read committed'; SET application_name = 'tukar'"
            )),
            Pooling::Transaction => None,
        }
    }

    /// How a transaction begins where it does not begin as any other; what changes rows and what reads them.
    pub(super) fn begin(self) -> Option<&'static str> {
        match self {
            Pooling::Session => None,
            Pooling::Transaction => Some(concat!(
                "BEGIN ISOLATION LEVEL READ COMMITTED; ",
                settings!("SET LOCAL"),
                "; DEALLOCATE ALL"
            )),
        }
    }

    /// How a reading of one moment begins.
    pub(super) fn begin_moment(self) -> &'static str {
        match self {
            Pooling::Session => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Pooling::Transaction => concat!(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ",
                settings!("SET LOCAL"),
                "; DEALLOCATE ALL"
            ),
        }
    }

    /// The address with what sqlx has to know.
    pub(super) fn address(self, url: &str) -> String {
        match self {
            Pooling::Session => url.to_owned(),
            Pooling::Transaction => {
                let mark = if url.contains('?') { '&' } else { '?' };
                format!("{url}{mark}statement-cache-capacity=0")
            }
        }
    }

    /// Finds out: a pooler that lends by transaction gives two connections one session, or one connection another one than
    /// before. Sessions of the database tell themselves apart by their process.
    ///
    /// # Errors
    /// The first connection's.
    pub(super) async fn detect(first: &mut PgConnection, url: &str) -> anyhow::Result<Pooling> {
        let second = timeout(SECOND_WITHIN, PgConnection::connect(url)).await;
        let Ok(Ok(mut second)) = second else { return Ok(Pooling::Session) };
        let mut pooling = Pooling::Session;
        for _ in 0..LOOKS {
            let before = process_of(first).await?;
            let Ok(Ok(others)) = timeout(SECOND_WITHIN, process_of(&mut second)).await else { break };
            if others == before || process_of(first).await? != before {
                pooling = Pooling::Transaction;
                break;
            }
        }
        // Leaving politely is all that could fail.
        let _ = timeout(SECOND_WITHIN, second.close()).await;
        Ok(pooling)
    }
}

async fn process_of(conn: &mut PgConnection) -> anyhow::Result<i32> {
    let row =
        conn.fetch_one(sqlx::raw_sql("SELECT pg_backend_pid()")).await.context("asking for the session")?;
    Ok(row.try_get(0)?)
}

/// What an operator has to know of a connection that was refused.
pub(super) fn explained(error: sqlx::Error) -> anyhow::Error {
    if error.to_string().contains("extra_float_digits") {
        return anyhow!(error).context(
            "the pooler refuses a start-up parameter that every connection of this program sends: put \
             `ignore_startup_parameters = extra_float_digits` into pgbouncer.ini",
        );
    }
    error.into()
}
