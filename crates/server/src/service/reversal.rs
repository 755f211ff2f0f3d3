//! Reversing a mass expiry: points that expired before their lot's end come back into that lot; and what was to be granted at a
//! moment that is still to come, and was granted by the same wrong clock, is pending until that moment again.
//!
//! Invariants: what comes back is what expired of that lot and was not given back before, so that a second run finds
//! nothing; nothing can be spent sooner for it; each member is one transaction under the member's lock, so that servers go on meanwhile; the posting is linked
//! into the member's books like any other, history shows it, and the reversal's row says who gave how much back and why.

use crate::{
    catalogue::Bilingual,
    clock::timestamp,
    problem::ApiError,
    store::{
        Connection, Lock, Store, Writes,
        ledger::{self, LotRow, NewActivity},
        lock,
        reversals::{self, ReversalRow},
    },
};
use tukar_domain::{
    Points,
    ledger::{self as books, TooEarly},
};
use tukar_wire::{ActivityKind, Moment};

/// Members that are looked up at once.
const MEMBERS_AT_ONCE: i64 = 200;

/// Which lots' expiries and grants are reversed.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Those that end, or are to be granted, after this…
    pub since: Moment,
    /// …and up to this.
    pub until: Moment,
    /// New end of those that have ended by now; `None`: their points stay expired.
    pub extend_to: Option<Moment>,
}

/// A reversal to make.
#[derive(Clone, Debug)]
pub struct Reversal {
    /// Its id.
    pub id: String,
    /// Which lots.
    pub window: Window,
    /// Why.
    pub reason: String,
    /// Now.
    pub at: Moment,
}

/// What one member gets back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenBack {
    /// Who.
    pub member_id: String,
    /// How many points that had expired.
    pub points: i64,
    /// How many points, of these and of those that could be spent, are pending again.
    pub pending: i64,
}

/// What a reversal comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// Members.
    pub members: u64,
    /// Lots.
    pub lots: u64,
    /// Points that had expired.
    pub points: i64,
    /// Points, of these and of those that could be spent, that are pending again.
    pub pending: i64,
    /// Points of lots that have ended by now and get no new end.
    pub points_left: i64,
}

/// What of one member is to come back.
#[derive(Debug, Default)]
struct Due {
    early: Vec<TooEarly>,
    left: Points,
}

impl Due {
    fn points(&self) -> Points {
        self.early.iter().map(|early| early.expired).sum()
    }

    fn pending_again(&self) -> Points {
        self.early.iter().map(TooEarly::pending_again).sum()
    }
}

/// What [`run`] would give back; `tell` hears of each member. Changes nothing.
///
/// # Errors
/// The database's.
pub async fn preview(
    store: &Store,
    reversal: &Reversal,
    mut tell: impl FnMut(&GivenBack),
) -> Result<Total, ApiError> {
    let mut total = Total::default();
    let mut after = String::new();
    loop {
        let members = find_members(store, reversal, &after).await?;
        let Some(last) = members.last() else { return Ok(total) };
        after.clone_from(last);
        for member_id in members {
            let due = load_due(&mut *store.read().await?, &member_id, reversal).await?;
            total.add(member_id, &due, &mut tell);
        }
    }
}

/// Gives it back; `tell` hears of each member once it is done.
///
/// # Errors
/// The database's; members before stay done, and a second run does the rest.
pub async fn run(
    store: &Store,
    reversal: &Reversal,
    mut tell: impl FnMut(&GivenBack),
) -> Result<Total, ApiError> {
    let mut total = Total::default();
    let mut after = String::new();
    loop {
        let members = find_members(store, reversal, &after).await?;
        let Some(last) = members.last() else { return Ok(total) };
        after.clone_from(last);
        for member_id in members {
            let due = store
                .transact("expiry.reverse", async |conn| give_back(conn, &member_id, reversal).await)
                .await?;
            total.add(member_id, &due, &mut tell);
        }
    }
}

impl Total {
    fn add(&mut self, member_id: String, due: &Due, tell: &mut impl FnMut(&GivenBack)) {
        self.points_left += due.left.0;
        if due.early.is_empty() {
            return;
        }
        let (points, pending) = (due.points().0, due.pending_again().0);
        self.members += 1;
        self.lots += due.early.len() as u64;
        self.points += points;
        self.pending += pending;
        tell(&GivenBack { member_id, points, pending });
    }
}

async fn find_members(store: &Store, reversal: &Reversal, after: &str) -> Result<Vec<String>, ApiError> {
    let Window { since, until, .. } = reversal.window;
    let mut conn = store.read().await?;
    Ok(reversals::find_members(&mut conn, (since, until), reversal.at, (after, MEMBERS_AT_ONCE)).await?)
}

async fn load_due(conn: &mut Connection, member_id: &str, reversal: &Reversal) -> Result<Due, sqlx::Error> {
    let Window { since, until, extend_to } = reversal.window;
    let expired = reversals::load_expired(conn, member_id).await?;
    let mut due = Due::default();
    for LotRow { mut lot, grant_at, .. } in
        reversals::load_lots(conn, member_id, (since, until), reversal.at).await?
    {
        let ends_within = lot.ends_at.is_some_and(|end| end > timestamp(since) && end <= timestamp(until));
        let expired = expired.get(&lot.id.0).copied().filter(|_| ends_within).unwrap_or(Points::ZERO);
        if lot.has_ended(timestamp(reversal.at)) && expired.is_positive() {
            let Some(end) = extend_to else {
                due.left += expired;
                continue;
            };
            lot.ends_at = Some(timestamp(end));
        }
        let not_granted_yet = grant_at.is_some_and(|at| at > reversal.at);
        let early = TooEarly { lot, expired, not_granted_yet };
        if expired.is_positive() || early.pending_again().is_positive() {
            due.early.push(early);
        }
    }
    Ok(due)
}

async fn give_back(conn: &mut Connection, member_id: &str, reversal: &Reversal) -> Result<Due, ApiError> {
    lock(conn, Lock::Member(member_id)).await?;
    let due = load_due(conn, member_id, reversal).await?;
    if due.early.is_empty() {
        return Ok(due);
    }
    let posting = books::put_right(&due.early);
    let (mut chain, mut writes) = (ledger::load_chain(conn, member_id).await?, Writes::new());
    let id = format!("reinstate-{}", reversal.id);
    chain.append(&mut writes, &id, &posting);
    reversals::date_history(&mut writes, member_id, reversal.at);
    for (id, points, title) in told(&due, id) {
        let (at, kind) = (reversal.at, ActivityKind::Corrected);
        let activity = NewActivity { id, at, kind, points, title: &title, redemption_id: None };
        ledger::insert_activity(&mut writes, member_id, &activity);
    }
    reversals::add(
        &mut writes,
        &ReversalRow {
            id: reversal.id.clone(),
            at: reversal.at,
            since: reversal.window.since,
            until: reversal.window.until,
            extend_to: reversal.window.extend_to,
            reason: reversal.reason.clone(),
            members: 1,
            lots: i64::try_from(due.early.len()).unwrap_or(i64::MAX),
            points: due.points().0,
        },
    );
    writes.run(conn).await?;
    Ok(due)
}

/// What history says of it: what can be spent again, and what is pending again. The latter changes what can be spent only where
/// it had not expired before, and is told all the same: the member saw it granted.
fn told(due: &Due, id: String) -> Vec<(String, Points, Bilingual)> {
    let back: Points =
        due.early.iter().filter(|early| !early.not_granted_yet).map(|early| early.expired).sum();
    let taken: Points =
        due.early.iter().filter(|early| early.not_granted_yet).map(|early| early.lot.available).sum();
    let mut told = Vec::new();
    if due.pending_again().is_positive() {
        let title = Bilingual {
            id: "Poin ditunda lagi karena masuk terlalu cepat".to_owned(),
            en: "Points pending again: they were granted too early".to_owned(),
        };
        told.push((format!("{id}-pending"), -taken, title));
    }
    if back.is_positive() {
        let title = Bilingual {
            id: "Poin dikembalikan karena hangus terlalu cepat".to_owned(),
            en: "Points refunded: they expired too early".to_owned(),
        };
        told.push((id, back, title));
    }
    told
}
