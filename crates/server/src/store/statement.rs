//! A statement whose number of values is only known when it runs.

use super::Connection;
use sqlx::{
    Any, AssertSqlSafe, Encode, Executor as _, Type,
    any::{AnyArguments, AnyQueryResult, AnyRow},
    error::BoxDynError,
    query::Query,
};
use std::fmt::Write as _;

/// A statement with more values is not kept prepared.
const VALUES_KEPT_MAX: usize = 500;

/// Text and values that grow together: each value is pushed where its `$n` stands, so that no value can become text.
#[derive(Default)]
pub struct Statement {
    sql: String,
    values: AnyArguments,
    count: usize,
    failed: Option<BoxDynError>,
}

impl Statement {
    /// Begins with fixed text.
    #[must_use]
    pub fn new(sql: &'static str) -> Statement {
        Statement { sql: sql.to_owned(), ..Statement::default() }
    }

    /// Adds fixed text.
    pub fn push(&mut self, sql: &'static str) -> &mut Statement {
        self.sql.push_str(sql);
        self
    }

    /// Adds a value.
    pub fn push_bind<'v, T>(&mut self, value: T) -> &mut Statement
    where
        T: Encode<'v, Any> + Type<Any>,
    {
        self.count += 1;
        // Writing to a String does not fail.
        let _ = write!(self.sql, "${}", self.count);
        if let Err(error) = sqlx::Arguments::add(&mut self.values, value) {
            self.failed.get_or_insert(error);
        }
        self
    }

    /// Adds `(…),(…)`: one bracket for each of `rows`, with what `write` pushes, values divided by commas.
    pub fn push_rows<R>(
        &mut self,
        rows: impl IntoIterator<Item = R>,
        mut write: impl FnMut(&mut RowOf<'_>, R),
    ) -> &mut Statement {
        for (number, row) in rows.into_iter().enumerate() {
            self.push(if number == 0 { "(" } else { ",(" });
            write(&mut RowOf { statement: self, begun: false }, row);
            self.push(")");
        }
        self
    }

    /// Runs it; answers what it did.
    ///
    /// # Errors
    /// The database's.
    pub async fn execute(self, conn: &mut Connection) -> Result<AnyQueryResult, sqlx::Error> {
        conn.execute(self.query()?).await
    }

    /// Runs it; answers its rows.
    ///
    /// # Errors
    /// The database's.
    pub async fn fetch_all(self, conn: &mut Connection) -> Result<Vec<AnyRow>, sqlx::Error> {
        conn.fetch_all(self.query()?).await
    }

    /// Runs it; answers its first row.
    ///
    /// # Errors
    /// The database's.
    pub async fn fetch_optional(self, conn: &mut Connection) -> Result<Option<AnyRow>, sqlx::Error> {
        conn.fetch_optional(self.query()?).await
    }

    /// Values so far.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Takes the text out; the values stay, and those of the next text are numbered on.
    pub(super) fn take_sql(&mut self) -> String {
        std::mem::take(&mut self.sql)
    }

    /// Puts texts back that were taken out.
    pub(super) fn set_sql(&mut self, sql: String) {
        self.sql = sql;
    }

    pub(super) fn query(self) -> Result<Query<'static, Any, AnyArguments>, sqlx::Error> {
        match self.failed {
            Some(error) => Err(sqlx::Error::Encode(error)),
            // Its text is pushed as `&'static str` and as `$n` alone. One with many values hardly comes again.
            None => Ok(sqlx::query_with(AssertSqlSafe(self.sql), self.values)
                .persistent(self.count <= VALUES_KEPT_MAX)),
        }
    }
}

/// One bracket of [`Statement::push_rows`].
pub struct RowOf<'a> {
    statement: &'a mut Statement,
    begun: bool,
}

impl RowOf<'_> {
    /// Adds a value.
    pub fn push_bind<'v, T>(&mut self, value: T) -> &mut Self
    where
        T: Encode<'v, Any> + Type<Any>,
    {
        if self.begun {
            self.statement.push(",");
        }
        self.begun = true;
        self.statement.push_bind(value);
        self
    }
}
