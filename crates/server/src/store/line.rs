//! A connection that was lent by a pool, and its way back.
//!
//! The pool asks each connection that comes back whether it lives, and keeps its place until that answers. A line that
//! went silent (its machine lost power, a network was cut: nobody says goodbye) answers after a quarter of an hour, when
//! the operating system gives it up, or never; a pool of such lines lends nothing until then. So the way back has a limit.

use sqlx::{Any, AnyConnection, Executor as _, pool::PoolConnection};
use std::{
    io,
    ops::{Deref, DerefMut},
    time::Duration,
};
use tokio::{runtime::Handle, time::timeout};

/// How long a line may take to say that it lives: longer than a statement may take that its visitor left behind.
const ALIVE_WITHIN: Duration = Duration::from_secs(25);

/// How long reading may take that no request waits for, before its line is taken for gone.
const READ_MAX: Duration = Duration::from_secs(30);

/// Reads, for as long as a line may be silent. What a request reads ends with the request.
///
/// # Errors
/// The reading's own; that nothing came in time.
pub async fn in_time<T, E: From<sqlx::Error>>(reading: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    timeout(READ_MAX, reading).await.unwrap_or_else(|_| Err(silent().into()))
}

/// What is told of a line that says nothing.
pub(crate) fn silent() -> sqlx::Error {
    sqlx::Error::Io(io::ErrorKind::TimedOut.into())
}

/// A connection, given back when it is dropped.
#[derive(Debug)]
pub struct Line {
    /// `None`: it went another way.
    conn: Option<PoolConnection<Any>>,
    /// Nobody else may go on with it as it is.
    half_done: bool,
    /// A transaction is open on it that only reads, and ends with the lending.
    reads: bool,
}

impl Line {
    /// A connection that a pool lends from now on.
    pub(super) fn lent(conn: PoolConnection<Any>) -> Line {
        Line { conn: Some(conn), half_done: false, reads: false }
    }

    /// Begins a transaction that only reads; it ends when the line is given back.
    ///
    /// # Errors
    /// The database's.
    pub(super) async fn begin(&mut self, begin: &'static str) -> Result<(), sqlx::Error> {
        self.half_done = true;
        self.execute(sqlx::raw_sql(begin)).await?;
        self.half_done = false;
        self.reads = true;
        Ok(())
    }

    /// Closes it without a word to the other end; the pool may open another one in its place.
    pub(super) fn cut(self) {
        drop(self.detached());
    }

    /// The connection alone: the pool may open another one in its place.
    pub(super) fn detached(mut self) -> Option<AnyConnection> {
        self.conn.take().map(PoolConnection::detach)
    }
}

impl Deref for Line {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        self.conn.as_ref().expect("a line has its connection until it ends")
    }
}

impl DerefMut for Line {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        self.conn.as_mut().expect("a line has its connection until it ends")
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let Some(mut conn) = self.conn.take() else { return };
        match Handle::try_current() {
            Ok(runtime) if !self.half_done => {
                // What is not back in time is closed, and its place given up.
                let reads = self.reads;
                runtime.spawn(timeout(ALIVE_WITHIN, async move {
                    if reads && conn.execute(sqlx::raw_sql("ROLLBACK")).await.is_err() {
                        drop(conn.detach());
                        return;
                    }
                    conn.return_to_pool().await;
                }));
            }
            _ => drop(conn.detach()),
        }
    }
}
