//! A member's points at a moment: what can be spent, and what ends when.
//!
//! Invariants: only what can still be spent counts as available or ending, and only what can be spent once granted as pending; what each month loses adds up to all that ends.

use super::Lot;
use crate::{calendar::month_of_end, points::Points};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

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
    /// Earned, not granted yet, in lots that have not ended.
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
    let window = SignedDuration::from_hours(24 * i64::from(window_days));
    // A window beyond the calendar takes in every end.
    let horizon = now.checked_add(window).unwrap_or(Timestamp::MAX);
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
        pending: lots.iter().map(|lot| lot.promised(now)).sum(),
        next_ending: gather(&ending[..with_the_first]),
        about_to_be_lost: gather(&ending[..within]),
        months,
    }
}
