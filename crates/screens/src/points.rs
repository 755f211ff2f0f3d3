//! Sums of points that a member compares with each other: what is shown adds up.

use tukar_wire::{Balance, Ending, PaidBy, Quote};

/// Points that are about to be lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Soon {
    /// All that end within the programme's window.
    pub points: i64,
    /// Those of them that end first.
    pub first: Ending,
}

impl Soon {
    /// True when all of them end at one moment.
    #[must_use]
    pub fn at_once(&self) -> bool {
        self.first.points == self.points
    }
}

/// What a balance warns of; `None`: nothing ends within the window.
#[must_use]
pub fn about_to_be_lost(balance: &Balance) -> Option<Soon> {
    let all = balance.about_to_be_lost.clone()?;
    let first = balance.next_ending.clone().filter(|first| first.at == all.at && first.points <= all.points);
    Some(Soon { points: all.points, first: first.unwrap_or(all) })
}

/// The lots that pay for a redemption, as they are listed: the rows, then one line for the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paying<'a> {
    /// Shown one by one, in spend order.
    pub rows: &'a [PaidBy],
    /// Lots that the last line stands for; 0: there is no such line.
    pub more: u64,
    /// Points that they pay.
    pub more_points: i64,
}

/// The first `rows_max` paying lots of a quote and what the others pay together: rows and rest add up to all that is paid.
/// One lot more is shown where the line for the rest would stand for it alone.
#[must_use]
pub fn paying(quote: &Quote, rows_max: usize) -> Paying<'_> {
    let told = quote.paid_by.len();
    let alone = told == rows_max.saturating_add(1) && quote.paid_by_more == 0;
    let (rows, rest) = quote.paid_by.split_at(if alone { told } else { rows_max.min(told) });
    Paying {
        rows,
        more: quote.paid_by_more.saturating_add(rest.len() as u64),
        more_points: rest.iter().fold(quote.paid_by_more_points, |sum, lot| sum.saturating_add(lot.points)),
    }
}
