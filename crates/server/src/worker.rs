//! What is due without anybody asking: messages, holds that are over, lots that end, pending points.
//!
//! Invariants: messages never wait for the other work; what fails or panics for one member is passed over until the next
//! round, and neither the other members nor the other kinds of work wait for it. By a clock that is doubted ([`trust`])
//! nothing is done. The kinds of work take turns, each with a
//! bounded piece, and between two pieces it can stop. What a member reads of their own holds and lots that are over never
//! depends on this having run. Pending points become spendable with it, and pieces of limited stock that someone else held
//! too long come back.

mod messages;

use crate::{
    app::App,
    catalogue::Bilingual,
    clock::timestamp,
    metrics::Outcome,
    problem::ApiError,
    service::redeem,
    store::{
        Connection, Lock, Writes, challenges, identities, in_time,
        ledger::{self, Chain, LotRow, NewActivity},
        lock, members, outbox, redemptions,
    },
    trust,
};
use anyhow::anyhow;
use futures_util::FutureExt as _;
use jiff::Timestamp;
use std::{any::Any, collections::HashSet, panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};
use tokio_util::sync::CancellationToken;
use tukar_domain::ledger as books;
use tukar_wire::{ActivityKind, Moment};

/// Members that are looked up at once.
const MEMBERS_AT_ONCE: u32 = 50;
/// Members in a row for whom the database was busy or away: then it is not about them.
const BUSY_IN_A_ROW: u32 = 2;
/// Between rounds when nothing wakes the worker.
const ROUND_EVERY: Duration = Duration::from_secs(5);
/// How long a round goes on while more is due; then what was passed over is tried again, and what is old is forgotten.
const ROUND_MAX: Duration = ROUND_EVERY;
/// Rounds until what is old is forgotten again.
const ROUNDS_PER_TIDY: u32 = 12;

/// How long forgetting what is old may take: after a long stop there is much.
const TIDY_MAX: Duration = Duration::from_secs(300);

/// A kind of work that is done member by member.
#[derive(Clone, Copy, Debug)]
enum Sweep {
    /// Holds that are over.
    TimeOut,
    /// Pending points.
    Grant,
    /// Lots that end.
    Expire,
}

impl Sweep {
    /// In this order each finds what the ones before it left to do.
    const ALL: [Sweep; 3] = [Sweep::TimeOut, Sweep::Grant, Sweep::Expire];

    async fn find(
        self,
        conn: &mut Connection,
        (now, limit): (Moment, u32),
    ) -> Result<Vec<String>, sqlx::Error> {
        match self {
            Sweep::TimeOut => redemptions::find_members_overdue(conn, now, limit).await,
            Sweep::Grant => ledger::find_members_to_grant(conn, now, limit).await,
            Sweep::Expire => ledger::find_members_to_expire(conn, now, limit).await,
        }
    }

    /// Does what is due of one member; `false`: there was nothing.
    async fn take(self, app: &App, member_id: &str, now: Moment) -> Result<bool, ApiError> {
        match self {
            Sweep::TimeOut => redeem::time_out_overdue(app, member_id, now).await.map(|()| true),
            Sweep::Grant => grant_pending(app, member_id, now).await,
            Sweep::Expire => expire_lots(app, member_id, now).await,
        }
    }
}

/// Runs rounds until `stop`. Messages have rounds of their own, and what wakes them is a message.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    tokio::join!(send_until(&app, &stop), sweep_until(&app, &stop));
}

async fn send_until(app: &App, stop: &CancellationToken) {
    let mut round = interval_at(Instant::now() + ROUND_EVERY, ROUND_EVERY);
    while !stop.is_cancelled() {
        // What failed is told, and tried again in the next round.
        let _ = messages::send_all(app, stop).await;
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.wake.notified() => sleep(messages::GATHER).await,
            _ = round.tick() => {}
        }
    }
}

async fn sweep_until(app: &App, stop: &CancellationToken) {
    let mut round = interval_at(Instant::now() + ROUND_EVERY, ROUND_EVERY);
    round.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut rounds = 0_u32;
    while !stop.is_cancelled() {
        // As above.
        let _ = sweep_all(app, (stop, ROUND_MAX), rounds.is_multiple_of(ROUNDS_PER_TIDY)).await;
        rounds = rounds.wrapping_add(1);
        tokio::select! {
            () = stop.cancelled() => {}
            _ = round.tick() => {}
        }
    }
}

/// Does all that is due now. A member whose rows can't be worked with is passed over.
///
/// # Errors
/// The first kind of work that failed as a whole; the others were done all the same.
pub async fn run_due(app: &App) -> Result<(), ApiError> {
    let never = CancellationToken::new();
    let sent = messages::send_all(app, &never).await;
    sent.and(sweep_all(app, (&never, Duration::MAX), true).await)
}

/// Takes a piece of each kind of work in turn, until none is left, `max` is over, or it is to `stop`.
async fn sweep_all(
    app: &App,
    (stop, max): (&CancellationToken, Duration),
    tidies: bool,
) -> Result<(), ApiError> {
    let (begun, mut done) = (Instant::now(), Ok(()));
    let mut turns = Sweep::ALL.map(Turn::new);
    let mut more = true;
    while more && begun.elapsed() < max {
        more = false;
        for turn in &mut turns {
            if stop.is_cancelled() {
                return done;
            }
            // What failed as a whole has no other turn in this round.
            if !turn.failed {
                let taken = told("members", caught(turn.take(app)).await);
                turn.failed = taken.is_err();
                more |= *taken.as_ref().unwrap_or(&false);
                done = done.and(taken.map(|_| ()));
            }
        }
    }
    if tidies && may_decide(app).await.unwrap_or(false) {
        done = done.and(told("tidying", caught(tidy(app, app.clock.now())).await));
    }
    done
}

/// Whether anything may be decided by the time: not while the clock is doubted, which is told elsewhere.
async fn may_decide(app: &App) -> Result<bool, ApiError> {
    match trust::admit(app).await {
        Err(ApiError::Paused { .. }) => Ok(false),
        admitted => admitted.map(|()| true),
    }
}

/// A kind of work within a round.
struct Turn {
    sweep: Sweep,
    /// Members who are not tried again in this round.
    passed: HashSet<String>,
    failed: bool,
}

impl Turn {
    fn new(sweep: Sweep) -> Turn {
        Turn { sweep, passed: HashSet::new(), failed: false }
    }

    /// Takes some members; `false`: none is due but those that were passed over.
    async fn take(&mut self, app: &App) -> Result<bool, ApiError> {
        if !may_decide(app).await? {
            return Ok(false);
        }
        let (now, mut busy) = (app.clock.now(), 0);
        // Those passed over are found again, and take nobody's place.
        let limit = MEMBERS_AT_ONCE.saturating_add(u32::try_from(self.passed.len()).unwrap_or(u32::MAX));
        let found = in_time(async { self.sweep.find(&mut *app.store.read().await?, (now, limit)).await });
        let found = found.await?;
        let due: Vec<_> = found.into_iter().filter(|member_id| !self.passed.contains(member_id)).collect();
        let any = !due.is_empty();
        for member_id in due {
            let done = caught(self.sweep.take(app, &member_id, now)).await;
            busy = if matches!(done, Err(ApiError::Busy | ApiError::Lost(_))) { busy + 1 } else { 0 };
            match done {
                Ok(true) => {}
                Err(error) if busy >= BUSY_IN_A_ROW => return Err(error),
                Ok(false) => {
                    self.passed.insert(member_id);
                }
                Err(error) => {
                    tracing::error!(
                        sweep = ?self.sweep,
                        error = words(&error),
                        "a member is passed over; `tukar-server audit` tells whose books are in disorder"
                    );
                    self.passed.insert(member_id);
                }
            }
        }
        Ok(any)
    }
}

/// A panic ends what panicked and nothing else.
async fn caught<T>(work: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    let done = AssertUnwindSafe(work).catch_unwind().await;
    done.unwrap_or_else(|panic| Err(ApiError::Broken(anyhow!("a bug: {}", said(&*panic)))))
}

/// What an assert says. A text that was made up as it panicked may hold a member's data.
fn said(panic: &(dyn Any + Send)) -> &'static str {
    panic.downcast_ref::<&'static str>().copied().unwrap_or("no words")
}

fn told<T>(work: &str, done: Result<T, ApiError>) -> Result<T, ApiError> {
    if let Err(error) = &done {
        tracing::error!(work, error = words(error), "a round of the worker failed");
    }
    done
}

fn words(error: &ApiError) -> String {
    error.cause().unwrap_or_else(|| error.to_string())
}

/// Ends what is available in a member's lots that have ended; `false`: there was nothing.
async fn expire_lots(app: &App, member_id: &str, now: Moment) -> Result<bool, ApiError> {
    app.store
        .transact("worker.expire", async |conn| {
            lock(conn, Lock::Member(member_id)).await?;
            let rows = ledger::load_lots(conn, member_id).await?;
            let (mut chain, mut writes) = (ledger::load_chain(conn, member_id).await?, Writes::new());
            let (mut any, ends) = (false, |row: &LotRow| row.lot.ends_at.filter(|at| *at <= timestamp(now)));
            // In spend order: lots that end together stand together, and are told as one.
            for rows in rows.chunk_by(|a, b| ends(a) == ends(b)) {
                let Some(end) = ends(&rows[0]) else { continue };
                any |= expire_together(conn, (&mut chain, &mut writes), (member_id, rows), end).await?;
            }
            writes.run(conn).await?;
            Ok(any)
        })
        .await
}

async fn expire_together(
    conn: &mut Connection,
    (chain, writes): (&mut Chain, &mut Writes),
    (member_id, rows): (&str, &[LotRow]),
    end: Timestamp,
) -> Result<bool, ApiError> {
    let lots: Vec<books::Lot> = rows.iter().map(|row| row.lot.clone()).collect();
    let posting = books::expire(&lots, end);
    let Some(first) = posting.lots.first() else { return Ok(false) };
    // A lot may end twice: once what was available, and again what came back into it from a hold.
    let id = format!("expire-{}-{}", first.id, ledger::count_entries(conn, (member_id, &first.id.0)).await?);
    chain.append(writes, &id, &posting);
    let several = Bilingual { id: "Poin hangus".to_owned(), en: "Points expired".to_owned() };
    let source = rows.iter().find(|row| row.lot.id == first.id).map(|row| &row.source);
    let activity = NewActivity {
        id,
        at: crate::clock::moment(end),
        kind: ActivityKind::Expired,
        points: posting.available_change(),
        title: source.filter(|_| posting.lots.len() == 1).unwrap_or(&several),
        redemption_id: None,
    };
    ledger::insert_activity(writes, member_id, &activity);
    Ok(true)
}

/// Grants a member's pending points whose time has come; `false`: there were none.
async fn grant_pending(app: &App, member_id: &str, now: Moment) -> Result<bool, ApiError> {
    app.store
        .transact("worker.grant", async |conn| {
            lock(conn, Lock::Member(member_id)).await?;
            let rows = ledger::load_lots_to_grant(conn, member_id, now).await?;
            let (mut chain, mut writes) = (ledger::load_chain(conn, member_id).await?, Writes::new());
            for row in &rows {
                let posting = books::grant(row.lot.clone());
                let id = grant_id(row, ledger::count_entries(conn, (member_id, &row.lot.id.0)).await?);
                chain.append(&mut writes, &id, &posting);
                let activity = NewActivity {
                    id,
                    at: now,
                    kind: ActivityKind::Earned,
                    points: posting.available_change(),
                    title: &row.source,
                    redemption_id: None,
                };
                ledger::insert_activity(&mut writes, member_id, &activity);
            }
            writes.run(conn).await?;
            Ok(!rows.is_empty())
        })
        .await
}

/// A lot is granted again when a wrong clock granted it first and that was put right.
fn grant_id(row: &LotRow, entries: i64) -> String {
    if entries <= 1 { format!("grant-{}", row.lot.id) } else { format!("grant-{}-{entries}", row.lot.id) }
}

async fn tidy(app: &App, now: Moment) -> Result<(), ApiError> {
    let late = app
        .store
        .transact_within(TIDY_MAX, "worker.tidy", async |conn| {
            let late = outbox::delete_ended(conn, now).await?;
            challenges::delete_old(conn, now).await?;
            identities::delete_ended(conn, now).await?;
            members::delete_ended_sessions(conn, now).await?;
            Ok::<_, ApiError>(late)
        })
        .await?;
    if !late.is_empty() {
        tracing::error!(late = late.len(), "messages ended before they could be sent");
    }
    for channel in late {
        app.metrics.count_message(channel, Outcome::Ended);
    }
    Ok(())
}
