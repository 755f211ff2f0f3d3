//! What went wrong in the database, in the ways that callers tell apart.

/// Why a transaction did not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// It met another transaction; run again, it may go through.
    Conflict,
    /// The database takes no more now: too many at once. Nothing was kept of what was begun, so the same may be asked again.
    Busy,
    /// No room on the database's disk. Nothing was kept.
    Full,
    /// The database can be read and not written: a replica, or a file of another account. Nothing was kept.
    ReadOnly,
    /// The line to the database broke before a commit was asked for, or none could be had: nothing happened.
    Lost,
    /// A text that the database can't hold, as one with a NUL in PostgreSQL. Whoever wrote it has to write another.
    Text,
    /// Anything else: the statement, the disk, a line that broke while it committed, so that nobody knows.
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
            sqlx::Error::Database(error) => error.code().as_deref().map_or(FailureKind::Broken, kind_of),
            sqlx::Error::Io(_) => FailureKind::Lost,
            sqlx::Error::AnyDriverError(error) => {
                error.downcast_ref::<SharedFailure>().map_or(FailureKind::Broken, |shared| shared.kind)
            }
            _ => FailureKind::Broken,
        })
    }
}

/// What a code of either engine means: five letters of PostgreSQL, a shorter number of SQLite.
fn kind_of(code: &str) -> FailureKind {
    match code {
        // Serialization failure, deadlock. A duplicate key: the row came while this looked.
        "40001" | "40P01" | "23505" => FailureKind::Conflict,
        "53100" => FailureKind::Full,
        "25006" => FailureKind::ReadOnly,
        // Out of memory, too many connections, cannot connect now, lock or statement waited too long.
        "53200" | "53300" | "57P03" | "55P03" | "57014" => FailureKind::Busy,
        // It shuts down, an operator ended the connection, or it was idle for too long; and what a pooler in between says when
        // its own line broke.
        "57P01" | "57P02" | "57P05" | "25P03" => FailureKind::Lost,
        _ if code.len() == 5 && code.starts_with("08") => FailureKind::Lost,
        // A character that is not in its repertoire.
        "22021" => FailureKind::Text,
        // SQLite's code is a number whose lower eight bits say what, and the others where.
        _ => match code.parse::<u32>().ok().filter(|_| code.len() < 5) {
            Some(SQLITE_IOERR_SHMSIZE) => FailureKind::Full,
            Some(number) => match number & 0xff {
                SQLITE_BUSY | SQLITE_LOCKED => FailureKind::Busy,
                SQLITE_FULL => FailureKind::Full,
                SQLITE_READONLY | SQLITE_CANTOPEN => FailureKind::ReadOnly,
                _ => FailureKind::Broken,
            },
            None => FailureKind::Broken,
        },
    }
}

// https://www.sqlite.org/rescode.html
const SQLITE_BUSY: u32 = 5;
const SQLITE_LOCKED: u32 = 6;
/// The file, or one beside it, is another account's.
const SQLITE_READONLY: u32 = 8;
/// The same of a file that can't even be opened.
const SQLITE_CANTOPEN: u32 = 14;
/// No room on the disk.
const SQLITE_FULL: u32 = 13;
/// The index beside the log could not grow: SQLite has no other word for no room there.
const SQLITE_IOERR_SHMSIZE: u32 = 4874;

/// Why a transaction that several works share failed, told to each of them.
#[derive(Clone, Debug, thiserror::Error)]
#[error("a transaction that several works share failed: {why}")]
pub(super) struct SharedFailure {
    /// Its kind.
    pub(super) kind: FailureKind,
    /// What the database said.
    pub(super) why: std::sync::Arc<str>,
}

impl From<SharedFailure> for sqlx::Error {
    fn from(failure: SharedFailure) -> Self {
        sqlx::Error::AnyDriverError(Box::new(failure))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_is_not_busy_and_busy_is_not_broken() {
        for (codes, kind) in [
            (&["40001", "40P01", "23505"][..], FailureKind::Conflict),
            // SQLite's with and without where it happened: a snapshot, a table that is shared.
            (&["53200", "53300", "55P03", "5", "517", "6", "262"], FailureKind::Busy),
            (&["53100", "13", "4874"], FailureKind::Full),
            (&["25006", "8", "1032", "14"], FailureKind::ReadOnly),
            (&["57P01", "57P05", "25P03", "08006", "08P01"], FailureKind::Lost),
            (&["22021"], FailureKind::Text),
            // SQLite: a write, a sync, a corrupt file, a key that is there. PostgreSQL: a wrong statement, a failed disk.
            (&["778", "1034", "11", "1555", "42601", "58030", ""], FailureKind::Broken),
        ] {
            for code in codes {
                assert_eq!(kind_of(code), kind, "{code}");
            }
        }
    }

    #[test]
    fn a_failure_that_works_share_keeps_its_kind() {
        for kind in [
            FailureKind::Conflict,
            FailureKind::Busy,
            FailureKind::Full,
            FailureKind::Lost,
            FailureKind::Broken,
        ] {
            let error = sqlx::Error::from(SharedFailure { kind, why: "no room".into() });
            assert_eq!(error.failure(), Some(kind));
        }
    }
}
