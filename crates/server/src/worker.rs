//! What is due without anybody asking: messages, holds that are over, lots that end, pending points.
//!
//! Each kind of work takes a bounded piece at a time. What a member reads of their own never depends on this
//! having run; pieces of limited stock that someone else held too long come back with it.

use crate::{
    app::App,
    catalogue::Bilingual,
    clock::timestamp,
    problem::ApiError,
    senders::SendError,
    service::redeem,
    store::{
        Connection, Lock, Writes, challenges, identities,
        ledger::{self, Chain, LotRow, NewActivity},
        lock, members, outbox, redemptions,
    },
};
use futures_util::future::join_all;
use jiff::Timestamp;
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tukar_domain::ledger as books;
use tukar_wire::{ActivityKind, Moment};

/// Pieces of each kind of work that one round takes.
const PER_ROUND: u32 = 50;
/// Messages that are claimed and sent together.
const SENT_AT_ONCE: u32 = 64;
/// How long a claimed message is this server's: longer than a sender waits.
const CLAIM_MS: i64 = 150_000;
/// Tries of one message.
const TRIES_MAX: u32 = 6;
/// Between rounds when nothing wakes the worker.
const ROUND_EVERY: Duration = Duration::from_secs(5);
/// Rounds until what is old is forgotten again.
const ROUNDS_PER_TIDY: u32 = 12;

/// Runs rounds until `stop`. What wakes it is a message, so that between the rounds it only looks for messages.
pub async fn run(app: Arc<App>, stop: CancellationToken) {
    let mut round = tokio::time::interval_at(Instant::now() + ROUND_EVERY, ROUND_EVERY);
    let (mut rounds, mut whole) = (0_u32, true);
    while !stop.is_cancelled() {
        let done = if whole {
            let tidies = rounds.is_multiple_of(ROUNDS_PER_TIDY);
            rounds = rounds.wrapping_add(1);
            do_due(&app, tidies).await
        } else {
            send_all(&app).await
        };
        if let Err(error) = done {
            let cause = error.cause().unwrap_or_else(|| error.to_string());
            tracing::error!(error = cause, "a round of the worker failed");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = app.wake.notified() => whole = false,
            _ = round.tick() => whole = true,
        }
    }
}

/// Does all that is due now, round by round, until a round finds nothing more.
///
/// # Errors
/// The first failure; what was done before it stays done.
pub async fn run_due(app: &App) -> Result<(), ApiError> {
    do_due(app, true).await
}

async fn send_all(app: &App) -> Result<(), ApiError> {
    while send_due(app, app.clock.now()).await? > 0 {}
    Ok(())
}

async fn do_due(app: &App, tidies: bool) -> Result<(), ApiError> {
    loop {
        let now = app.clock.now();
        let mut done = time_holds_out(app, now).await?;
        done += expire_lots(app, now).await?;
        done += grant_pending(app, now).await?;
        done += send_due(app, now).await?;
        if done == 0 {
            return if tidies { tidy(app, now).await } else { Ok(()) };
        }
    }
}

async fn time_holds_out(app: &App, now: Moment) -> Result<usize, ApiError> {
    let rows = {
        let mut conn = app.store.read().await?;
        redemptions::load_overdue(&mut conn, (now, PER_ROUND), None).await?
    };
    for row in &rows {
        redeem::time_out_overdue(app, &row.member_id, now).await?;
    }
    Ok(rows.len())
}

async fn expire_lots(app: &App, now: Moment) -> Result<usize, ApiError> {
    let members = {
        let mut conn = app.store.read().await?;
        ledger::find_members_to_expire(&mut conn, now, PER_ROUND).await?
    };
    for member_id in &members {
        app.store
            .transact("worker.expire", async |conn| {
                lock(conn, Lock::Member(member_id)).await?;
                let rows = ledger::load_lots(conn, member_id).await?;
                let (mut chain, mut writes) = (ledger::load_chain(conn, member_id).await?, Writes::new());
                let ends = |row: &LotRow| row.lot.ends_at.filter(|at| *at <= timestamp(now));
                // In spend order: lots that end together stand together, and are told as one.
                for rows in rows.chunk_by(|a, b| ends(a) == ends(b)) {
                    let Some(end) = ends(&rows[0]) else { continue };
                    expire_together(conn, (&mut chain, &mut writes), (member_id, rows), end).await?;
                }
                Ok::<_, ApiError>(writes.run(conn).await?)
            })
            .await?;
    }
    Ok(members.len())
}

async fn expire_together(
    conn: &mut Connection,
    (chain, writes): (&mut Chain, &mut Writes),
    (member_id, rows): (&str, &[LotRow]),
    end: Timestamp,
) -> Result<(), ApiError> {
    let lots: Vec<books::Lot> = rows.iter().map(|row| row.lot.clone()).collect();
    let posting = books::expire(&lots, end);
    let Some(first) = posting.lots.first() else { return Ok(()) };
    // A lot may end twice: once what was available, and again what came back into it from a hold.
    let id = format!("expire-{}-{}", first.id, ledger::count_entries(conn, (member_id, &first.id.0)).await?);
    chain.append(writes, &id, &posting);
    let several = Bilingual { id: "Poin berakhir".to_owned(), en: "Points ended".to_owned() };
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
    Ok(())
}

async fn grant_pending(app: &App, now: Moment) -> Result<usize, ApiError> {
    let members = {
        let mut conn = app.store.read().await?;
        ledger::find_members_to_grant(&mut conn, now, PER_ROUND).await?
    };
    for member_id in &members {
        app.store
            .transact("worker.grant", async |conn| {
                lock(conn, Lock::Member(member_id)).await?;
                let rows = ledger::load_lots_to_grant(conn, member_id, now).await?;
                let (mut chain, mut writes) = (ledger::load_chain(conn, member_id).await?, Writes::new());
                for row in rows {
                    let posting = books::grant(row.lot.clone());
                    let id = format!("grant-{}", row.lot.id);
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
                Ok::<_, ApiError>(writes.run(conn).await?)
            })
            .await?;
    }
    Ok(members.len())
}

/// Sends what is due. A message is claimed for a while first, so that of several servers one sends it, and taken out only
/// after it was sent: it may go twice and never gets lost. One whose code has ended is never sent.
async fn send_due(app: &App, now: Moment) -> Result<usize, ApiError> {
    let _alone = app.sending.lock().await;
    let until = now.plus_ms(CLAIM_MS);
    let rows = {
        let mut conn = app.store.read().await?;
        outbox::load_due(&mut conn, now, SENT_AT_ONCE).await?
    };
    if rows.is_empty() {
        return Ok(0);
    }
    let claimed = app
        .store
        .transact("worker.claim", async |conn| outbox::claim(conn, &rows, (now, until)).await)
        .await?;
    let claimed: Vec<_> = rows.iter().filter(|row| claimed.contains(&row.id)).collect();
    let sent = join_all(claimed.iter().map(|row| app.senders.send(&row.message))).await;
    app.store
        .transact("worker.sent", async |conn| {
            let mut done = Vec::new();
            for (row, sent) in claimed.iter().zip(&sent) {
                match sent {
                    Ok(()) => done.push(row.id.as_str()),
                    Err(error @ SendError::Later(_)) if row.tries + 1 < TRIES_MAX => {
                        tracing::warn!(message = row.id, %error, "a message is put off");
                        outbox::put_off(conn, &row.id, now.plus_ms(2_000 << row.tries)).await?;
                    }
                    Err(error) => {
                        tracing::error!(message = row.id, %error, "a message was given up");
                        done.push(row.id.as_str());
                    }
                }
            }
            Ok::<_, ApiError>(outbox::delete(conn, &done).await?)
        })
        .await?;
    Ok(rows.len())
}

async fn tidy(app: &App, now: Moment) -> Result<(), ApiError> {
    app.store
        .transact("worker.tidy", async |conn| {
            let late = outbox::delete_ended(conn, now).await?;
            if late > 0 {
                tracing::warn!(late, "messages ended before they could be sent");
            }
            challenges::delete_old(conn, now).await?;
            identities::delete_ended(conn, now).await?;
            members::delete_ended_sessions(conn, now).await
        })
        .await?;
    Ok(())
}
