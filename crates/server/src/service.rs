//! Use cases: each opens one transaction, loads what the domain needs, lets it decide, and writes what came of it.

pub mod addresses;
pub mod caps;
pub mod codes;
pub mod identity;
pub mod points;
pub mod redeem;
pub mod reversal;
pub mod sign_in;
pub mod vouchers;

use crate::{
    app::App,
    problem::ApiError,
    store::{
        Connection,
        members::{MemberRow, SessionRow},
    },
};
use std::{
    future::Future,
    sync::{Arc, Weak},
    time::Duration,
};
use tokio::time::Instant;
use tukar_domain::access::{self, Act};

/// Runs `work` in its own task, so that a visitor who goes away does not cut a commit in half. A work that may wait long
/// for its turn asks the [`Visitor`] once it has it: what nobody waits for any more is not begun.
///
/// # Errors
/// The work's own; `Broken` when it panicked.
pub async fn to_the_end<T, F>(
    app: &Arc<App>,
    work: impl FnOnce(Arc<App>, Visitor) -> F,
) -> Result<T, ApiError>
where
    T: Send + 'static,
    F: Future<Output = Result<T, ApiError>> + Send + 'static,
{
    // Dropped with this future, which the connection drops when the visitor goes or the request's time is over.
    let waiting = Arc::new(());
    let visitor = Visitor { waiting: Arc::downgrade(&waiting), since: Instant::now() };
    let work = work(Arc::clone(app), visitor);
    tokio::spawn(work).await.map_err(|error| ApiError::Broken(error.into()))?
}

/// Refuses what a member may not do in the state of their account ([`access`]). Every use case for a member asks it first.
///
/// # Errors
/// [`ApiError::NotEligible`] with the state as its reason.
pub fn allow(member: &MemberRow, act: Act) -> Result<(), ApiError> {
    access::decide(member.state, act)
        .map_err(|reason| ApiError::NotEligible { reasons: vec![points::reason_to_wire(reason)] })
}

/// Whoever asked, seen from a work that outlives the request.
#[derive(Clone, Debug)]
pub struct Visitor {
    waiting: Weak<()>,
    since: Instant,
}

/// What was read of a session this long ago may no longer be so.
pub const WAITED_LONG: Duration = Duration::from_millis(100);

impl Visitor {
    /// To be asked with the lock in hand on what the work decides, before it decides. Else a request that was given up, asked
    /// again and refused would still take effect when its turn came late.
    ///
    /// # Errors
    /// [`ApiError::Busy`], which nobody reads, once the visitor has gone.
    pub fn still_waits(&self) -> Result<(), ApiError> {
        if self.waiting.strong_count() > 0 {
            return Ok(());
        }
        tracing::debug!("a request was given up before its turn came");
        Err(ApiError::Busy)
    }

    /// The member whose session it is. Who waited long for their turn is looked up again: they may have signed out, or have
    /// been stopped, meanwhile.
    ///
    /// # Errors
    /// [`ApiError::NotSignedIn`] once the session has ended; the database's.
    pub async fn member(
        &self,
        (app, conn): (&App, &mut Connection),
        session: &SessionRow,
    ) -> Result<MemberRow, ApiError> {
        if self.since.elapsed() < WAITED_LONG {
            return Ok(session.member.clone());
        }
        Ok(sign_in::load_alive(app, conn, (&session.token_hash, app.clock.now())).await?.member)
    }
}
