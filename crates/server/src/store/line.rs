//! A connection that was lent by a pool, and its way back.
//!
//! The pool asks each connection that comes back whether it lives, and keeps its place until that answers. A line that
//! went silent (its machine lost power, a network was cut: nobody says goodbye) answers after a quarter of an hour, when
//! the operating system gives it up; a pool of such lines lends nothing until then. So who held one for long gives it back
//! with a limit.

use sqlx::{Any, AnyConnection, Connection as _, pool::PoolConnection};
use std::{
    io,
    ops::{Deref, DerefMut},
    time::Duration,
};
use tokio::{
    runtime::Handle,
    time::{Instant, timeout},
};

/// Who held a connection for longer may have been cut off in the middle of a statement that nobody answers.
const USUAL: Duration = Duration::from_secs(1);
/// How long a line may take to say that it lives.
const ALIVE_WITHIN: Duration = Duration::from_secs(5);

/// How long reading may take that no request waits for, before its line is taken for gone.
const READ_MAX: Duration = Duration::from_secs(30);

/// Reads, for as long as a line may be silent. What a request reads ends with the request.
///
/// # Errors
/// The reading's own; that nothing came in time.
pub async fn in_time<T>(reading: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    timeout(READ_MAX, reading).await.unwrap_or_else(|_| Err(silent()))
}

/// What is told of a line that says nothing.
pub(super) fn silent() -> sqlx::Error {
    sqlx::Error::Io(io::ErrorKind::TimedOut.into())
}

/// A connection, given back when it is dropped.
#[derive(Debug)]
pub struct Line {
    /// `None`: it went another way.
    conn: Option<PoolConnection<Any>>,
    since: Instant,
}

impl Line {
    /// A connection that a pool lends from now on.
    pub(super) fn lent(conn: PoolConnection<Any>) -> Line {
        Line { conn: Some(conn), since: Instant::now() }
    }

    /// Closes it without a word to the other end; the pool may open another one in its place.
    pub(super) fn cut(mut self) {
        drop(self.conn.take().map(PoolConnection::detach));
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
        let Some(conn) = self.conn.take() else { return };
        if self.since.elapsed() > USUAL
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn(give_back(conn));
        }
    }
}

async fn give_back(mut conn: PoolConnection<Any>) {
    if !matches!(timeout(ALIVE_WITHIN, conn.ping()).await, Ok(Ok(()))) {
        tracing::warn!("a line to the database went silent and was closed");
        drop(conn.detach());
    }
}
