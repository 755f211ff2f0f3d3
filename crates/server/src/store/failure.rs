//! What went wrong in the database, in the three ways that callers tell apart.

/// Why a transaction did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// It met another transaction; run again, it may go through.
    Conflict,
    /// The database takes no more now; nothing was begun.
    Busy,
    /// The line to the database broke. Before a commit was asked for, nothing happened; after, it is not known.
    Lost,
    /// Anything else: the statement, the disk.
    Broken,
}

/// An error that may come from the database.
pub trait Failure {
    /// What the database said; `None`: this error is the caller's own.
    fn failure(&self) -> Option<FailureKind>;
}

impl Failure for sqlx::Error {
    fn failure(&self) -> Option<FailureKind> {
        Some(match self {
            sqlx::Error::PoolTimedOut => FailureKind::Busy,
            sqlx::Error::Database(error) => match error.code().as_deref() {
                // PostgreSQL: serialization failure, deadlock. A duplicate key: the row came while this looked.
                Some("40001" | "40P01" | "23505") => FailureKind::Conflict,
                // PostgreSQL: too many connections, cannot connect now, lock or statement waited too long;
                // SQLite: busy, locked.
                Some("53300" | "57P03" | "55P03" | "57014" | "5" | "6") => FailureKind::Busy,
                // PostgreSQL: it shuts down, or an operator ended the connection.
                Some("57P01" | "57P02") => FailureKind::Lost,
                _ => FailureKind::Broken,
            },
            sqlx::Error::Io(_) => FailureKind::Lost,
            _ => FailureKind::Broken,
        })
    }
}
