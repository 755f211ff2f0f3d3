//! Whether this server can serve members: the database answers, and takes what is written.
//!
//! Invariants: however often it is asked, the database is tried once a second at most, for five seconds at most; the answer
//! and the log tell the reason by a word, without an address, a file or a key; the log tells each change once.

use crate::{
    app::App,
    store::{Failure as _, FailureKind},
};
use std::{fmt, time::Duration};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

/// How long the database may take.
const WITHIN: Duration = Duration::from_secs(5);
/// How long an answer counts.
const KEPT: Duration = Duration::from_secs(1);

/// What stands in the way of serving members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReady {
    /// The database did not answer in time.
    DatabaseSilent,
    /// No connection to the database.
    DatabaseAway,
    /// The database can be read, not written: a replica, a read-only session, a file of another account.
    DatabaseReadOnly,
    /// No room on the database's disk.
    DatabaseFull,
    /// The database takes no more now.
    DatabaseBusy,
    /// The database failed otherwise; the log says how.
    DatabaseFailed,
}

impl NotReady {
    /// The stable word for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            NotReady::DatabaseSilent => "database-silent",
            NotReady::DatabaseAway => "database-away",
            NotReady::DatabaseReadOnly => "database-read-only",
            NotReady::DatabaseFull => "database-full",
            NotReady::DatabaseBusy => "database-busy",
            NotReady::DatabaseFailed => "database-failed",
        }
    }

    fn of(error: &sqlx::Error) -> NotReady {
        match error.failure() {
            Some(FailureKind::Lost) => NotReady::DatabaseAway,
            Some(FailureKind::ReadOnly) => NotReady::DatabaseReadOnly,
            Some(FailureKind::Full) => NotReady::DatabaseFull,
            Some(FailureKind::Busy | FailureKind::Conflict) => NotReady::DatabaseBusy,
            Some(FailureKind::Text | FailureKind::Broken) | None => NotReady::DatabaseFailed,
        }
    }
}

impl fmt::Display for NotReady {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            NotReady::DatabaseSilent => "the database does not answer in time",
            NotReady::DatabaseAway => "there is no connection to the database",
            NotReady::DatabaseReadOnly => "the database can be read but not written",
            NotReady::DatabaseFull => "there is no room on the database's disk",
            NotReady::DatabaseBusy => "the database takes no more now",
            NotReady::DatabaseFailed => "the database failed; the log says how",
        };
        write!(f, "{}: {what}", self.word())
    }
}

/// What was found last.
#[derive(Debug, Default)]
pub struct Readiness(Mutex<Option<Kept>>);

#[derive(Clone, Copy, Debug)]
struct Kept {
    at: Instant,
    found: Result<(), NotReady>,
}

/// Tries the database, unless that was done just now.
///
/// # Errors
/// What stands in the way.
pub async fn look(app: &App) -> Result<(), NotReady> {
    // Held while it tries: who asks meanwhile gets the same answer.
    let mut kept = app.readiness.0.lock().await;
    if let Some(kept) = *kept
        && kept.at.elapsed() < KEPT
    {
        return kept.found;
    }
    let (found, error) = match timeout(WITHIN, app.store.try_writing(app.clock.now())).await {
        Ok(Ok(())) => (Ok(()), None),
        Ok(Err(error)) => (Err(NotReady::of(&error)), Some(error)),
        Err(_) => (Err(NotReady::DatabaseSilent), None),
    };
    let before = kept.map(|kept| kept.found);
    match found {
        Err(why) if before != Some(found) => {
            let error = error.map(|error| error.to_string()).unwrap_or_default();
            tracing::error!(why = why.word(), error, "not ready");
        }
        Ok(()) if before.is_some_and(|before| before.is_err()) => tracing::info!("ready again"),
        _ => {}
    }
    *kept = Some(Kept { at: Instant::now(), found });
    found
}
