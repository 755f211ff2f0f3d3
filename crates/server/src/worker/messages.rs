//! Messages that are due: claimed, sent side by side, and what became of each written as it comes.
//!
//! Invariants: no message waits for another one that is slow, as long as its channel has room. A message is claimed for a
//! while first, so that of several servers one sends it, and taken out only after it was sent: it may go twice and never
//! gets lost. It is given up when its provider refuses it for good, or when its own time is over, and never after a number
//! of tries. One whose code has ended is not begun.

use super::{ROUND_EVERY, caught, said, told};
use crate::{
    app::App,
    metrics::Outcome,
    problem::ApiError,
    senders::{SendError, Sender},
    store::{
        in_time,
        outbox::{self, Class, OutboxRow},
    },
};
use futures_util::FutureExt as _;
use std::{collections::HashMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{
    task::{JoinError, JoinSet},
    time::{Instant, sleep, timeout_at},
};
use tokio_util::sync::CancellationToken;
use tukar_wire::Channel;

/// Messages of one channel that may be on their way at once.
const SENT_AT_ONCE: usize = 64;
/// … of these, to contacts without an account: they never take all the room, however slow the provider is.
const STRANGERS_AT_ONCE: usize = 16;
/// … and of one lane: a domain or an operator that is slow leaves room to the others.
const LANE_AT_ONCE: usize = 48;
/// How long a claimed message is this server's.
const CLAIM_MS: i64 = 150_000;
/// How long after the claim was asked for a message may be on its way. What is left of the claim is for writing down what
/// became of it.
const SENDING_MAX: Duration = Duration::from_secs(130);
/// Messages that come, or end, within so long are claimed or written down together: one commit costs as much as many.
pub(super) const GATHER: Duration = Duration::from_millis(5);
/// Until a message is tried a second time; each time after that twice as long.
const AGAIN_MS: i64 = 2_000;
/// Between two tries at most, for a message that lives for minutes; one that lives for longer may wait a tenth of that.
const AGAIN_MAX_MS: i64 = 30_000;
/// Between two tries at most, whatever a message is.
const AGAIN_EVER_MS: i64 = 300_000;

/// What became of a message.
struct Sent {
    row: OutboxRow,
    result: Result<(), SendError>,
}

/// Messages that were begun.
#[derive(Default)]
struct OnTheWay {
    sends: JoinSet<Sent>,
    ways: HashMap<String, Way>,
}

/// What of a message on its way takes room from others.
struct Way {
    channel: Channel,
    is_strangers: bool,
    lane: String,
}

impl Way {
    fn of(row: &OutboxRow) -> Way {
        let is_strangers = row.class == Class::Stranger;
        Way { channel: row.message.channel, is_strangers, lane: row.lane.clone() }
    }
}

impl OnTheWay {
    fn count(&self, which: impl Fn(&Way) -> bool) -> usize {
        self.ways.values().filter(|way| which(way)).count()
    }

    /// How many more may be begun on a channel.
    fn room(&self, channel: Channel) -> usize {
        SENT_AT_ONCE.saturating_sub(self.count(|way| way.channel == channel))
    }

    /// Those of `due`, in their order, that have room on a channel; the others wait.
    fn fit(&self, channel: Channel, due: Vec<OutboxRow>) -> Vec<OutboxRow> {
        let mut strangers =
            STRANGERS_AT_ONCE.saturating_sub(self.count(|way| way.channel == channel && way.is_strangers));
        let mut lanes: HashMap<String, usize> = HashMap::new();
        for way in self.ways.values().filter(|way| way.channel == channel) {
            *lanes.entry(way.lane.clone()).or_default() += 1;
        }
        // Where the clock was moved, the claim of one that is still on its way is over.
        let waiting = due.into_iter().filter(|row| !self.ways.contains_key(&row.id));
        let fits = waiting.filter(|row| {
            let in_lane = lanes.entry(row.lane.clone()).or_default();
            let is_strangers = row.class == Class::Stranger;
            if *in_lane >= LANE_AT_ONCE || (is_strangers && strangers == 0) {
                return false;
            }
            *in_lane += 1;
            strangers -= usize::from(is_strangers);
            true
        });
        fits.take(self.room(channel)).collect()
    }

    /// Takes those along that have ended beside the first.
    fn take(&mut self, first: Option<Result<Sent, JoinError>>) -> Vec<Sent> {
        let more = std::iter::from_fn(|| self.sends.try_join_next());
        let sent: Vec<_> = first.into_iter().chain(more).flatten().collect();
        for Sent { row, .. } in &sent {
            self.ways.remove(&row.id);
        }
        sent
    }
}

/// Sends what is due, and what becomes due meanwhile, until nothing is on its way. From `stop` on nothing more is begun.
///
/// # Errors
/// The first that failed in the database; the rest was done all the same.
pub(super) async fn send_all(app: &App, stop: &CancellationToken) -> Result<(), ApiError> {
    let _alone = app.sending.lock().await;
    let (mut on_the_way, mut done) = (OnTheWay::default(), Ok(()));
    loop {
        let mut found = 0;
        if !stop.is_cancelled() {
            let begun = told("messages", caught(begin(app, &mut on_the_way)).await);
            found = *begun.as_ref().unwrap_or(&0);
            done = done.and(begun.map(|_| ()));
        }
        if on_the_way.sends.is_empty() {
            if found == 0 {
                return done;
            }
            continue;
        }
        tokio::select! {
            first = on_the_way.sends.join_next() => {
                if !on_the_way.sends.is_empty() {
                    sleep(GATHER).await;
                }
                let sent = on_the_way.take(first);
                done = done.and(told("messages", caught(write_down(app, &sent)).await));
            }
            () = app.wake.notified() => sleep(GATHER).await,
            () = sleep(ROUND_EVERY) => {}
        }
    }
}

/// Begins what is due, in the order of the outbox, as far as its channel has room. Returns how many were found.
async fn begin(app: &App, on_the_way: &mut OnTheWay) -> Result<usize, ApiError> {
    // Read here: whoever sent before may have taken long.
    let (now, asked) = (app.clock.now(), Instant::now());
    let mut rows = Vec::new();
    for channel in [Channel::Sms, Channel::Email] {
        if on_the_way.room(channel) > 0 {
            let due = in_time(async {
                outbox::load_due(&mut *app.store.read().await?, channel, now, SENT_AT_ONCE).await
            });
            rows.extend(on_the_way.fit(channel, due.await?));
        }
    }
    if rows.is_empty() {
        return Ok(0);
    }
    rows.sort_by_key(|row| row.class);
    let until = now.plus_ms(CLAIM_MS);
    let claimed = app
        .store
        .transact("worker.claim", async |conn| outbox::claim(conn, &rows, (now, until)).await)
        .await?;
    let (found, now) = (rows.len(), app.clock.now());
    for row in rows {
        if claimed.contains(&row.id) && row.ends_at > now {
            on_the_way.ways.insert(row.id.clone(), Way::of(&row));
            on_the_way.sends.spawn(send(Arc::clone(&app.senders), row, asked + SENDING_MAX));
        }
    }
    Ok(found)
}

/// Sends one message. A sender that panics or takes longer than the claim fails for this message alone.
async fn send(senders: Arc<dyn Sender>, row: OutboxRow, deadline: Instant) -> Sent {
    let sending = timeout_at(deadline, senders.send(&row.message));
    let result = match AssertUnwindSafe(sending).catch_unwind().await {
        Ok(Ok(sent)) => sent,
        Ok(Err(_)) => Err(SendError::Later("no answer in time".to_owned())),
        Err(panic) => Err(SendError::Later(format!("a bug: {}", said(&*panic)))),
    };
    Sent { row, result }
}

/// How long a message waits for its next try.
fn again_ms(row: &OutboxRow) -> i64 {
    let most = (row.ends_at.ms_since(row.made_at) / 10).clamp(AGAIN_MAX_MS, AGAIN_EVER_MS);
    // More doublings than there are to the longest wait would run over.
    (AGAIN_MS << row.tries.min(10)).min(most)
}

/// Takes out what was sent or refused, and puts the rest off from now.
async fn write_down(app: &App, sent: &[Sent]) -> Result<(), ApiError> {
    for Sent { row, result } in sent {
        let outcome = match result {
            Ok(()) => Outcome::Sent,
            Err(error @ SendError::Refused(_)) => {
                tracing::error!(message = row.id, %error, "a message was given up");
                Outcome::Refused
            }
            Err(error) => {
                tracing::warn!(message = row.id, %error, "a message is put off");
                Outcome::Later
            }
        };
        app.metrics.count_message(row.message.channel, outcome);
    }
    let now = app.clock.now();
    app.store
        .transact("worker.sent", async |conn| {
            let mut done = Vec::new();
            for Sent { row, result } in sent {
                match result {
                    Ok(()) | Err(SendError::Refused(_)) => done.push(row.id.as_str()),
                    Err(SendError::Later(_) | SendError::NoSender(_)) => {
                        outbox::put_off(conn, &row.id, now.plus_ms(again_ms(row))).await?;
                    }
                }
            }
            Ok::<_, ApiError>(outbox::delete(conn, &done).await?)
        })
        .await
}
