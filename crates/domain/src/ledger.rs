//! Points as dated lots, and the double entry that moves them.
//!
//! Invariants, asserted on every posting, in release too: entries sum to zero; no part of a lot is negative; available
//! and held of a lot together are never more than was granted (a correction grants anew). Points are spent in the order
//! ([`Lot::ends_at`], [`Lot::id`]): what ends first is spent first, what never ends comes last.
//!
//! A lot that ended: its available points can't be held from that very moment, whether or not [`expire`] has run. What
//! was held before stays held, because the member began in time. If that hold is voided, those points expire at once.

use crate::{
    calendar::month_of_end,
    points::{LotId, Points},
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::{cmp::Ordering, collections::HashMap};

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

    fn shift(&mut self, from: Account, to: Account, points: Points) {
        assert!(points >= Points::ZERO, "a posting moves points forward");
        if points.is_positive() {
            self.entries.push(Entry { account: from, points: -points });
            self.entries.push(Entry { account: to, points });
        }
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
    /// A number of points that is not above zero.
    #[error("points must be above zero")]
    NotPositive,
    /// Too few points can be spent.
    #[error("{missing} points are missing")]
    Short {
        /// How many.
        missing: Points,
    },
    /// The lot has ended: it can be neither extended nor put right.
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
/// [`LedgerRefusal::NotPositive`].
pub fn earn(earning: Earning) -> Result<Posting, LedgerRefusal> {
    if !earning.points.is_positive() {
        return Err(LedgerRefusal::NotPositive);
    }
    let mut posting = Posting::default();
    let side = if earning.pending { Account::Pending } else { Account::Available };
    posting.shift(Account::Issued, side(earning.id.clone()), earning.points);
    let (pending, available) =
        if earning.pending { (earning.points, Points::ZERO) } else { (Points::ZERO, earning.points) };
    posting.lots.push(Lot {
        id: earning.id,
        earned_at: earning.earned_at,
        ends_at: earning.ends_at,
        granted: earning.points,
        pending,
        available,
        held: Points::ZERO,
    });
    Ok(posting.checked())
}

/// Pending points become available.
#[must_use]
pub fn grant(mut lot: Lot) -> Posting {
    let mut posting = Posting::default();
    posting.shift(Account::Pending(lot.id.clone()), Account::Available(lot.id.clone()), lot.pending);
    lot.available += lot.pending;
    lot.pending = Points::ZERO;
    posting.lots.push(lot);
    posting.checked()
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
    let posting = apply(lots, &shares, |posting, lot, part| {
        posting.shift(Account::Available(lot.id.clone()), Account::Held(lot.id.clone()), part);
        lot.available -= part;
        lot.held += part;
    });
    Ok((posting, shares))
}

/// Spends what was held. `lots` holds at least the lots of the shares.
#[must_use]
pub fn post(lots: &[Lot], shares: &[Share]) -> Posting {
    apply(lots, shares, |posting, lot, part| {
        posting.shift(Account::Held(lot.id.clone()), Account::Spent, part);
        lot.held -= part;
    })
}

/// Lets go of what was held: back into its own lots; what belongs to a lot that ended meanwhile expires.
#[must_use]
pub fn void(lots: &[Lot], shares: &[Share], now: Timestamp) -> Posting {
    apply(lots, shares, |posting, lot, part| {
        lot.held -= part;
        if lot.has_ended(now) {
            posting.shift(Account::Held(lot.id.clone()), Account::Expired, part);
        } else {
            posting.shift(Account::Held(lot.id.clone()), Account::Available(lot.id.clone()), part);
            lot.available += part;
        }
    })
}

/// Ends what is available in lots that have ended. Held points stay held.
#[must_use]
pub fn expire(lots: &[Lot], now: Timestamp) -> Posting {
    let mut posting = Posting::default();
    for lot in lots.iter().filter(|lot| lot.has_ended(now) && lot.available.is_positive()) {
        let mut lot = lot.clone();
        posting.shift(Account::Available(lot.id.clone()), Account::Expired, lot.available);
        lot.available = Points::ZERO;
        posting.lots.push(lot);
    }
    posting.checked()
}

/// Gives back what was spent, to its own lots and ends. Points of a lot that ended meanwhile come back and expire in the
/// same posting, so history shows both; the rule is told before the member confirms.
///
/// # Errors
/// [`LedgerRefusal::MoreThanPaid`] when `back` asks for more than `paid` took from a lot.
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
        let left = open.get_mut(&share.lot).ok_or(LedgerRefusal::MoreThanPaid)?;
        if share.points > *left {
            return Err(LedgerRefusal::MoreThanPaid);
        }
        *left -= share.points;
    }
    Ok(apply(lots, back, |posting, lot, part| {
        posting.shift(Account::Spent, Account::Available(lot.id.clone()), part);
        if lot.has_ended(now) {
            posting.shift(Account::Available(lot.id.clone()), Account::Expired, part);
        } else {
            lot.available += part;
        }
    }))
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

/// Puts a lot right by `change` points, up or down; never below zero.
///
/// # Errors
/// [`LedgerRefusal::LotEnded`], [`LedgerRefusal::Short`] when less is available than is to be taken.
pub fn correct(mut lot: Lot, change: Points, now: Timestamp) -> Result<Posting, LedgerRefusal> {
    if lot.has_ended(now) {
        return Err(LedgerRefusal::LotEnded);
    }
    if lot.available + change < Points::ZERO {
        return Err(LedgerRefusal::Short { missing: -(lot.available + change) });
    }
    let mut posting = Posting::default();
    let available = Account::Available(lot.id.clone());
    if change.is_positive() {
        posting.shift(Account::Issued, available, change);
        lot.granted += change;
    } else {
        posting.shift(available, Account::Issued, -change);
    }
    lot.available += change;
    posting.lots.push(lot);
    Ok(posting.checked())
}

/// Points that end at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// How many.
    pub points: Points,
    /// When.
    pub at: Timestamp,
}

/// A member's points at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Can be spent.
    pub available: Points,
    /// Held for redemptions.
    pub held: Points,
    /// Earned, not granted yet.
    pub pending: Points,
    /// All that ends at the earliest end.
    pub next_ending: Option<Ending>,
    /// All that ends within the window; `at` is the earliest end.
    pub about_to_be_lost: Option<Ending>,
    /// Year, month and the points that end in it, in order; at most [`MONTHS_MAX`], the last one gathers the rest.
    pub months: Vec<(i16, i8, Points)>,
}

/// Most months of a [`Summary`].
pub const MONTHS_MAX: usize = 36;

/// Sums up lots at `now`. `window_days` says how far ahead points count as about to be lost.
#[must_use]
pub fn summary(lots: &[Lot], now: Timestamp, window_days: u32, zone: &TimeZone) -> Summary {
    let horizon = now + SignedDuration::from_hours(24 * i64::from(window_days));
    let mut ending: Vec<Ending> = lots
        .iter()
        .filter(|lot| lot.spendable(now).is_positive())
        .filter_map(|lot| lot.ends_at.map(|at| Ending { points: lot.available, at }))
        .collect();
    ending.sort_unstable_by_key(|end| end.at);
    let gather = |ends: &[Ending]| {
        ends.first().map(|first| Ending { points: ends.iter().map(|end| end.points).sum(), at: first.at })
    };
    let with_the_first = ending.iter().take_while(|end| end.at == ending[0].at).count();
    let within = ending.iter().take_while(|end| end.at <= horizon).count();
    let mut months: Vec<(i16, i8, Points)> = Vec::new();
    for end in &ending {
        let (year, month) = month_of_end(end.at, zone);
        let full = months.len() == MONTHS_MAX;
        match months.last_mut() {
            Some(last) if full || (last.0, last.1) == (year, month) => last.2 += end.points,
            _ => months.push((year, month, end.points)),
        }
    }
    Summary {
        available: lots.iter().map(|lot| lot.spendable(now)).sum(),
        held: lots.iter().map(|lot| lot.held).sum(),
        pending: lots.iter().map(|lot| lot.pending).sum(),
        next_ending: gather(&ending[..with_the_first]),
        about_to_be_lost: gather(&ending[..within]),
        months,
    }
}

/// Runs `move_part` over each share's lot. A share of a lot that is not there is a bug of the caller.
fn apply(lots: &[Lot], shares: &[Share], move_part: impl Fn(&mut Posting, &mut Lot, Points)) -> Posting {
    let by_id: HashMap<&LotId, &Lot> = lots.iter().map(|lot| (&lot.id, lot)).collect();
    let mut posting = Posting::default();
    for share in shares {
        assert!(share.points.is_positive(), "a share is above zero");
        let mut lot = (*by_id.get(&share.lot).expect("the lot of a share is loaded with it")).clone();
        move_part(&mut posting, &mut lot, share.points);
        posting.lots.push(lot);
    }
    posting.checked()
}

#[cfg(test)]
mod tests;
