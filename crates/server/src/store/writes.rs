//! Statements that change rows, gathered while a transaction decides and then sent together: each way to the database and
//! back costs more than what most statements do there.
//!
//! Invariants: all of them run, or the transaction fails; a statement that changes another number of rows than it was said
//! to fails it too. No row may be changed twice, and no statement may rest on what another of the same gathering wrote:
//! PostgreSQL runs them side by side, as parts of one statement. Keys between tables are checked after all of them.

use super::{Connection, Statement, postgres};
use futures_util::TryStreamExt as _;
use sqlx::{Either, Executor as _, Row as _};
use std::fmt::Write as _;

/// Values that one sending holds at most, and a little: below the limits of both engines (32,766 and 65,535).
const VALUES_MAX: usize = 20_000;

/// What was gathered.
#[must_use = "nothing is written before they run"]
#[derive(Default)]
pub struct Writes {
    sendings: Vec<Sending>,
}

/// Statements that share their values.
#[derive(Default)]
struct Sending {
    parts: Vec<Part>,
    statement: Statement,
}

struct Part {
    sql: String,
    /// `None`: any number.
    rows: Option<u64>,
}

impl Writes {
    /// None yet.
    pub fn new() -> Writes {
        Writes::default()
    }

    /// Adds a statement that changes exactly `rows` rows; `write` pushes its text and its values.
    pub fn add(&mut self, rows: usize, write: impl FnOnce(&mut Statement)) {
        self.push(Some(rows as u64), write);
    }

    /// Adds a statement that changes any number of rows.
    pub fn add_any(&mut self, write: impl FnOnce(&mut Statement)) {
        self.push(None, write);
    }

    fn push(&mut self, rows: Option<u64>, write: impl FnOnce(&mut Statement)) {
        if self.sendings.last().is_none_or(|last| last.statement.count() >= VALUES_MAX) {
            self.sendings.push(Sending::default());
        }
        let Some(sending) = self.sendings.last_mut() else { return };
        write(&mut sending.statement);
        sending.parts.push(Part { sql: sending.statement.take_sql(), rows });
    }

    /// Sends them all, in their order.
    ///
    /// # Errors
    /// The database's; also when a statement changed another number of rows than it was to.
    pub async fn run(self, conn: &mut Connection) -> Result<(), sqlx::Error> {
        for sending in self.sendings {
            sending.run(conn).await?;
        }
        Ok(())
    }
}

impl Sending {
    async fn run(self, conn: &mut Connection) -> Result<(), sqlx::Error> {
        let Sending { parts, mut statement } = self;
        let rows: Vec<Option<u64>> = parts.iter().map(|part| part.rows).collect();
        let changed: Vec<u64> = if parts.len() > 1 && conn.backend_name() == postgres::BACKEND {
            statement.set_sql(as_one(&parts));
            let row = conn.fetch_one(statement.query()?).await?;
            (0..parts.len())
                .map(|part| row.try_get::<i64, _>(part).map(i64::cast_unsigned))
                .collect::<Result<_, _>>()?
        } else {
            statement.set_sql(parts.into_iter().map(|part| part.sql).collect::<Vec<_>>().join(";"));
            let done = conn.fetch_many(statement.query()?).try_filter_map(async |done| {
                Ok(match done {
                    Either::Left(done) => Some(done.rows_affected()),
                    Either::Right(_) => None,
                })
            });
            done.try_collect().await?
        };
        let fits = |(changed, rows): (&u64, &Option<u64>)| rows.is_none_or(|rows| rows == *changed);
        let fit = changed.len() == rows.len() && changed.iter().zip(&rows).all(fits);
        if fit { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
    }
}

/// The parts as one statement of PostgreSQL, which answers how many rows each of them changed.
fn as_one(parts: &[Part]) -> String {
    let mut sql = String::new();
    for (number, part) in parts.iter().enumerate() {
        let begin = if number == 0 { "WITH" } else { "," };
        // Writing to a String does not fail.
        let _ = write!(sql, "{begin} w{number} AS ({} RETURNING 1)", part.sql);
    }
    for number in 0..parts.len() {
        let begin = if number == 0 { " SELECT" } else { "," };
        let _ = write!(sql, "{begin} (SELECT COUNT(*) FROM w{number})");
    }
    sql
}
