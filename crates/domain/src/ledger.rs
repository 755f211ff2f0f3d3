//! Points as dated lots, and the double entry that moves them.
//!
//! Invariants, asserted on every posting, in release too: entries sum to zero; a lot changes by exactly what its entries
//! say; no part of a lot is negative; its parts together are never more than was granted. Points are spent in the order
//! ([`Lot::ends_at`], [`Lot::id`]): what ends first is spent first, what never ends comes last.
//!
//! What happens to points of a lot that ended:
//! * available: can't be held from that very moment, whether or not [`expire`] has run, which takes them;
//! * held before: stay held, because the member began in time; [`post`] spends them, [`void`] lets them expire at once;
//! * pending: stay pending, promised to nobody; once granted they can't be spent, and [`expire`] takes them;
//! * expired before their lot's end, by a wrong clock: [`put_right`] gives them back;
//! * given back by [`refund`]: come back and expire in the same posting, so that history shows both.
//!
//! A hold that is cancelled and one whose time is over both end by [`void`]. That each hold is resolved once is decided by
//! [`crate::redemption::State::step`]; here, taking more from a lot than it holds is a bug and stops the operation.

mod summary;

pub use self::summary::{Ending, MONTHS_MAX, Summary, summary};

use crate::points::{LotId, Points};
use jiff::Timestamp;
use std::{cmp::Ordering, collections::HashMap};

/// Most points that one lot may be granted in all: nine million such lots can be added up without overflow.
pub const POINTS_MAX: Points = Points(1_000_000_000_000);

/// Points with one origin and one end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// Id; breaks ties in the spend order.
    pub id: LotId,
    /// When the points were earned.
    pub earned_at: Timestamp,
    /// First moment at which they can't be spent; `None`: never ends.
    pub ends_at: Option<Timestamp>,
    /// All that was ever put in.
    pub granted: Points,
    /// Earned but not granted yet.
    pub pending: Points,
    /// Can be spent.
    pub available: Points,
    /// Held for redemptions.
    pub held: Points,
}

impl Lot {
    /// True from the moment the lot ends.
    #[must_use]
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.ends_at.is_some_and(|end| end <= now)
    }

    /// What can be held of it at `now`.
    #[must_use]
    pub fn spendable(&self, now: Timestamp) -> Points {
        if self.has_ended(now) { Points::ZERO } else { self.available }
    }

    /// What is to be granted of it, as seen at `now`: nothing once it has ended.
    #[must_use]
    pub fn promised(&self, now: Timestamp) -> Points {
        if self.has_ended(now) { Points::ZERO } else { self.pending }
    }

    /// Which lot is spent first.
    #[must_use]
    pub fn spend_order(&self, other: &Lot) -> Ordering {
        let end = |lot: &Lot| lot.ends_at.unwrap_or(Timestamp::MAX);
        end(self).cmp(&end(other)).then_with(|| self.id.cmp(&other.id))
    }
}

/// A side of an entry. The member's points are the three accounts of each lot; the others are the programme's.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Account {
    /// Where points come from: its balance is minus all that was ever issued.
    Issued,
    /// Earned, not granted yet.
    Pending(LotId),
    /// Can be spent.
    Available(LotId),
    /// Held for a redemption.
    Held(LotId),
    /// Spent on rewards.
    Spent,
    /// Lost by ending.
    Expired,
}

/// One end of a move: an account before it is known of which lot.
#[derive(Clone, Copy)]
enum Side {
    Issued,
    Pending,
    Available,
    Held,
    Spent,
    Expired,
}

impl Side {
    fn account(self, lot: &LotId) -> Account {
        match self {
            Side::Issued => Account::Issued,
            Side::Pending => Account::Pending(lot.clone()),
            Side::Available => Account::Available(lot.clone()),
            Side::Held => Account::Held(lot.clone()),
            Side::Spent => Account::Spent,
            Side::Expired => Account::Expired,
        }
    }

    fn part(self, lot: &mut Lot) -> Option<&mut Points> {
        match self {
            Side::Pending => Some(&mut lot.pending),
            Side::Available => Some(&mut lot.available),
            Side::Held => Some(&mut lot.held),
            Side::Issued | Side::Spent | Side::Expired => None,
        }
    }
}

/// Points that came to an account, or left it when negative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whose.
    pub account: Account,
    /// How many.
    pub points: Points,
}

/// One lot's part of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Which lot.
    pub lot: LotId,
    /// How many points of it; above zero.
    pub points: Points,
}

/// What a command does: entries to append, and the lots as they stand afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posting {
    /// Sum to zero.
    pub entries: Vec<Entry>,
    /// Only the changed ones.
    pub lots: Vec<Lot>,
}

impl Posting {
    /// Change to what the member can spend.
    #[must_use]
    pub fn available_change(&self) -> Points {
        self.sum(|account| matches!(account, Account::Available(_)))
    }

    /// Points that ended with this posting.
    #[must_use]
    pub fn expired(&self) -> Points {
        self.sum(|account| *account == Account::Expired)
    }

    fn sum(&self, of: impl Fn(&Account) -> bool) -> Points {
        self.entries.iter().filter(|entry| of(&entry.account)).map(|entry| entry.points).sum()
    }

    /// Moves `points` of `lot`: the entries and the lot change together, so they can't disagree.
    fn shift(&mut self, lot: &mut Lot, (from, to): (Side, Side), points: Points) {
        assert!(points >= Points::ZERO, "a posting moves points forward");
        if !points.is_positive() {
            return;
        }
        if let Some(part) = from.part(lot) {
            assert!(*part >= points, "no more is taken from a lot than is there");
            *part -= points;
        } else if matches!(from, Side::Issued) {
            lot.granted += points;
        }
        if let Some(part) = to.part(lot) {
            *part += points;
        }
        self.entries.push(Entry { account: from.account(&lot.id), points: -points });
        self.entries.push(Entry { account: to.account(&lot.id), points });
    }

    fn of_one(lot: &mut Lot, sides: (Side, Side), points: Points) -> Posting {
        let mut posting = Posting::default();
        posting.shift(lot, sides, points);
        posting.lots.push(lot.clone());
        posting.checked()
    }

    /// Asserts the invariants of the module.
    fn checked(self) -> Posting {
        let total: Points = self.entries.iter().map(|entry| entry.points).sum();
        assert_eq!(total, Points::ZERO, "entries sum to zero");
        for lot in &self.lots {
            let parts = [lot.pending, lot.available, lot.held];
            assert!(parts.iter().all(|part| *part >= Points::ZERO), "no part of a lot is negative");
            assert!(parts.into_iter().sum::<Points>() <= lot.granted, "a lot holds no more than was granted");
        }
        self
    }
}

/// Why a command on the ledger was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerRefusal {
    /// A number of points that is not above zero; a correction by nothing.
    #[error("points must be above zero")]
    NotPositive,
    /// More than a lot may hold.
    #[error("a lot holds at most {max} points")]
    TooMany {
        /// [`POINTS_MAX`].
        max: Points,
    },
    /// Too few points can be spent.
    #[error("{missing} points are missing")]
    Short {
        /// How many.
        missing: Points,
    },
    /// The lot has ended: it can be neither extended nor put right, and a new one can't begin so.
    #[error("the lot has ended")]
    LotEnded,
    /// The new end is not later than the old one.
    #[error("an extension must be later than the end it replaces")]
    NotLater,
    /// More would be given back than the lot gave.
    #[error("more would be given back than was paid")]
    MoreThanPaid,
}

/// What is put into a new lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earning {
    /// Id of the new lot.
    pub id: LotId,
    /// How many.
    pub points: Points,
    /// When they were earned.
    pub earned_at: Timestamp,
    /// From [`crate::calendar::ends_at`].
    pub ends_at: Option<Timestamp>,
    /// True: earned but not granted yet.
    pub pending: bool,
}

/// A new lot.
///
/// # Errors
/// [`LedgerRefusal::NotPositive`], [`LedgerRefusal::TooMany`]; [`LedgerRefusal::LotEnded`] when the points would end before
/// or as they are earned, as by a fixed date that is over: that is a wrong policy, not a loss to book.
pub fn earn(earning: Earning) -> Result<Posting, LedgerRefusal> {
    if !earning.points.is_positive() {
        return Err(LedgerRefusal::NotPositive);
    }
    if earning.points > POINTS_MAX {
        return Err(LedgerRefusal::TooMany { max: POINTS_MAX });
    }
    if earning.ends_at.is_some_and(|end| end <= earning.earned_at) {
        return Err(LedgerRefusal::LotEnded);
    }
    let mut lot = Lot {
        id: earning.id,
        earned_at: earning.earned_at,
        ends_at: earning.ends_at,
        granted: Points::ZERO,
        pending: Points::ZERO,
        available: Points::ZERO,
        held: Points::ZERO,
    };
    let to = if earning.pending { Side::Pending } else { Side::Available };
    Ok(Posting::of_one(&mut lot, (Side::Issued, to), earning.points))
}

/// Pending points become available; in a lot that ended meanwhile they can't be spent, and [`expire`] takes them.
#[must_use]
pub fn grant(mut lot: Lot) -> Posting {
    let pending = lot.pending;
    Posting::of_one(&mut lot, (Side::Pending, Side::Available), pending)
}

/// Which lots would pay `points` at `now`, in spend order. `lots` may come in any order.
///
/// # Errors
/// [`LedgerRefusal::NotPositive`], [`LedgerRefusal::Short`].
pub fn preview(lots: &[Lot], points: Points, now: Timestamp) -> Result<Vec<Share>, LedgerRefusal> {
    if !points.is_positive() {
        return Err(LedgerRefusal::NotPositive);
    }
    let mut usable: Vec<&Lot> = lots.iter().filter(|lot| lot.spendable(now).is_positive()).collect();
    usable.sort_unstable_by(|a, b| a.spend_order(b));
    let mut left = points;
    let mut shares = Vec::new();
    for lot in usable {
        if !left.is_positive() {
            break;
        }
        let part = left.min(lot.available);
        shares.push(Share { lot: lot.id.clone(), points: part });
        left -= part;
    }
    if left.is_positive() { Err(LedgerRefusal::Short { missing: left }) } else { Ok(shares) }
}

/// Holds `points`, earliest end first, over as many lots as it takes.
///
/// # Errors
/// As [`preview`].
pub fn hold(lots: &[Lot], points: Points, now: Timestamp) -> Result<(Posting, Vec<Share>), LedgerRefusal> {
    let shares = preview(lots, points, now)?;
    let posting =
        apply(lots, &shares, |posting, lot, part| posting.shift(lot, (Side::Available, Side::Held), part));
    Ok((posting, shares))
}

/// Spends what was held. `lots` holds at least the lots of the shares.
#[must_use]
pub fn post(lots: &[Lot], shares: &[Share]) -> Posting {
    apply(lots, shares, |posting, lot, part| posting.shift(lot, (Side::Held, Side::Spent), part))
}

/// Lets go of what was held: back into its own lots; what belongs to a lot that ended meanwhile expires.
#[must_use]
pub fn void(lots: &[Lot], shares: &[Share], now: Timestamp) -> Posting {
    apply(lots, shares, |posting, lot, part| {
        let to = if lot.has_ended(now) { Side::Expired } else { Side::Available };
        posting.shift(lot, (Side::Held, to), part);
    })
}

/// Ends what is available in lots that have ended. Held points stay held.
#[must_use]
pub fn expire(lots: &[Lot], now: Timestamp) -> Posting {
    let mut posting = Posting::default();
    for lot in lots.iter().filter(|lot| lot.has_ended(now) && lot.available.is_positive()) {
        let mut lot = lot.clone();
        let all = lot.available;
        posting.shift(&mut lot, (Side::Available, Side::Expired), all);
        posting.lots.push(lot);
    }
    posting.checked()
}

/// Gives back what was spent, to its own lots and ends. Points of a lot that ended meanwhile come back and expire in the
/// same posting, so history shows both; the rule is told before the member confirms.
///
/// # Errors
/// [`LedgerRefusal::MoreThanPaid`] when `back` asks for more than `paid` took from a lot; [`LedgerRefusal::NotPositive`].
pub fn refund(
    lots: &[Lot],
    paid: &[Share],
    back: &[Share],
    now: Timestamp,
) -> Result<Posting, LedgerRefusal> {
    let mut open: HashMap<&LotId, Points> = HashMap::new();
    for share in paid {
        *open.entry(&share.lot).or_default() += share.points;
    }
    for share in back {
        if !share.points.is_positive() {
            return Err(LedgerRefusal::NotPositive);
        }
        let left = open.get_mut(&share.lot).ok_or(LedgerRefusal::MoreThanPaid)?;
        if share.points > *left {
            return Err(LedgerRefusal::MoreThanPaid);
        }
        *left -= share.points;
    }
    Ok(apply(lots, back, |posting, lot, part| {
        posting.shift(lot, (Side::Spent, Side::Available), part);
        if lot.has_ended(now) {
            posting.shift(lot, (Side::Available, Side::Expired), part);
        }
    }))
}

/// What a clock that was ahead did to a lot before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooEarly {
    /// The lot, with the end that it is to have from now on.
    pub lot: Lot,
    /// What expired of it though it had not ended.
    pub expired: Points,
    /// Whether its points are to be granted later than now: then all that can be spent of it was granted too early.
    pub not_granted_yet: bool,
}

impl TooEarly {
    /// What becomes pending again.
    #[must_use]
    pub fn pending_again(&self) -> Points {
        if self.not_granted_yet { self.expired + self.lot.available } else { Points::ZERO }
    }
}

/// Gives back what expired too early, and makes pending again what was granted too early: in each lot the points are as the
/// right clock would have left them. What is held or spent stays so.
#[must_use]
pub fn put_right(early: &[TooEarly]) -> Posting {
    let mut posting = Posting::default();
    for of_lot in early {
        let mut lot = of_lot.lot.clone();
        if of_lot.not_granted_yet {
            let granted = lot.available;
            posting.shift(&mut lot, (Side::Available, Side::Pending), granted);
            posting.shift(&mut lot, (Side::Expired, Side::Pending), of_lot.expired);
        } else {
            posting.shift(&mut lot, (Side::Expired, Side::Available), of_lot.expired);
        }
        posting.lots.push(lot);
    }
    posting.checked()
}

/// A later end for a lot. No points move.
///
/// # Errors
/// [`LedgerRefusal::LotEnded`], [`LedgerRefusal::NotLater`].
pub fn extend(mut lot: Lot, until: Timestamp, now: Timestamp) -> Result<Lot, LedgerRefusal> {
    if lot.has_ended(now) {
        return Err(LedgerRefusal::LotEnded);
    }
    if lot.ends_at.is_none_or(|end| until <= end) {
        return Err(LedgerRefusal::NotLater);
    }
    lot.ends_at = Some(until);
    Ok(lot)
}

/// The lots that a member's activity keeps alive under [`crate::calendar::Expiry::Inactivity`], with the new end `until`:
/// those that have not ended and would end earlier. No points move; what never ends stays so.
#[must_use]
pub fn keep_alive(lots: &[Lot], until: Timestamp, now: Timestamp) -> Vec<Lot> {
    lots.iter().filter_map(|lot| extend(lot.clone(), until, now).ok()).collect()
}

/// Puts a lot right by `change` points, up or down; never below zero.
///
/// # Errors
/// [`LedgerRefusal::LotEnded`]; [`LedgerRefusal::NotPositive`] for no change; [`LedgerRefusal::TooMany`];
/// [`LedgerRefusal::Short`] when less is available than is to be taken.
pub fn correct(mut lot: Lot, change: Points, now: Timestamp) -> Result<Posting, LedgerRefusal> {
    if lot.has_ended(now) {
        return Err(LedgerRefusal::LotEnded);
    }
    if change == Points::ZERO {
        return Err(LedgerRefusal::NotPositive);
    }
    // The first bound keeps the sum of the second, and the sign below, away from overflow.
    if change > POINTS_MAX || change < -POINTS_MAX || lot.granted + change > POINTS_MAX {
        return Err(LedgerRefusal::TooMany { max: POINTS_MAX });
    }
    if change.is_positive() {
        return Ok(Posting::of_one(&mut lot, (Side::Issued, Side::Available), change));
    }
    if lot.available < -change {
        return Err(LedgerRefusal::Short { missing: -change - lot.available });
    }
    Ok(Posting::of_one(&mut lot, (Side::Available, Side::Issued), -change))
}

/// Runs `move_part` over each share's lot. A share of a lot that is not there is a bug of the caller.
fn apply(lots: &[Lot], shares: &[Share], move_part: impl Fn(&mut Posting, &mut Lot, Points)) -> Posting {
    let by_id: HashMap<&LotId, &Lot> = lots.iter().map(|lot| (&lot.id, lot)).collect();
    let mut posting = Posting::default();
    let mut changed: Vec<Lot> = Vec::with_capacity(shares.len());
    let mut places: HashMap<&LotId, usize> = HashMap::with_capacity(shares.len());
    for share in shares {
        assert!(share.points.is_positive(), "a share is above zero");
        let place = *places.entry(&share.lot).or_insert_with(|| {
            let lot = by_id.get(&share.lot).expect("the lot of a share is loaded with it");
            changed.push((*lot).clone());
            changed.len() - 1
        });
        move_part(&mut posting, &mut changed[place], share.points);
    }
    posting.lots = changed;
    posting.checked()
}

#[cfg(test)]
mod tests;
