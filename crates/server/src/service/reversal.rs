//! Reversing a mass expiry: points that expired before their lot's end come back into that lot.
//!
//! Invariants: what comes back is what expired of that lot and was not given back before, so that a second run finds
//! nothing; each member is one transaction under the member's lock, so that servers go on meanwhile; the posting is linked
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
    ledger::{self as books, Lot, Share},
};
use tukar_wire::{ActivityKind, Moment};

/// Members that are looked up at once.
const MEMBERS_AT_ONCE: i64 = 200;

/// Which lots' expiries are reversed.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Those that end after this…
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
    /// How many points.
    pub points: i64,
}

/// What a reversal comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    /// Members.
    pub members: u64,
    /// Lots.
    pub lots: u64,
    /// Points.
    pub points: i64,
    /// Points of lots that have ended by now and get no new end.
    pub points_left: i64,
}

/// What of one member is to come back.
#[derive(Debug, Default)]
struct Due {
    lots: Vec<Lot>,
    shares: Vec<Share>,
    left: Points,
}

impl Due {
    fn points(&self) -> Points {
        self.shares.iter().map(|share| share.points).sum()
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
        if due.shares.is_empty() {
            return;
        }
        let points = due.points().0;
        self.members += 1;
        self.lots += due.shares.len() as u64;
        self.points += points;
        tell(&GivenBack { member_id, points });
    }
}

async fn find_members(store: &Store, reversal: &Reversal, after: &str) -> Result<Vec<String>, ApiError> {
    let Window { since, until, .. } = reversal.window;
    let mut conn = store.read().await?;
    Ok(reversals::find_members(&mut conn, since, until, after, MEMBERS_AT_ONCE).await?)
}

async fn load_due(conn: &mut Connection, member_id: &str, reversal: &Reversal) -> Result<Due, sqlx::Error> {
    let Window { since, until, extend_to } = reversal.window;
    let expired = reversals::load_expired(conn, member_id).await?;
    let mut due = Due::default();
    for LotRow { mut lot, .. } in reversals::load_lots(conn, member_id, since, until).await? {
        let points = expired.get(&lot.id.0).copied().unwrap_or(Points::ZERO);
        if !points.is_positive() {
            continue;
        }
        if lot.has_ended(timestamp(reversal.at)) {
            let Some(end) = extend_to else {
                due.left += points;
                continue;
            };
            lot.ends_at = Some(timestamp(end));
        }
        due.shares.push(Share { lot: lot.id.clone(), points });
        due.lots.push(lot);
    }
    Ok(due)
}

async fn give_back(conn: &mut Connection, member_id: &str, reversal: &Reversal) -> Result<Due, ApiError> {
    lock(conn, Lock::Member(member_id)).await?;
    let due = load_due(conn, member_id, reversal).await?;
    if due.shares.is_empty() {
        return Ok(due);
    }
    let posting = books::reinstate(&due.lots, &due.shares);
    let (mut chain, mut writes) = (ledger::load_chain(conn, member_id).await?, Writes::new());
    let id = format!("reinstate-{}", reversal.id);
    chain.append(&mut writes, &id, &posting);
    let title = Bilingual {
        id: "Poin dikembalikan karena hangus terlalu cepat".to_owned(),
        en: "Points given back: they expired too early".to_owned(),
    };
    let activity = NewActivity {
        id,
        at: reversal.at,
        kind: ActivityKind::Corrected,
        points: posting.available_change(),
        title: &title,
        redemption_id: None,
    };
    reversals::date_history(&mut writes, member_id, reversal.at);
    ledger::insert_activity(&mut writes, member_id, &activity);
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
            lots: i64::try_from(due.shares.len()).unwrap_or(i64::MAX),
            points: due.points().0,
        },
    );
    writes.run(conn).await?;
    Ok(due)
}
