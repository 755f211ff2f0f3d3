//! The chart of what ends when: every month from the first to the last that has points, as a pure decision.

use tukar_wire::MonthEnding;

/// Bars shown: a year and the month that runs, as most points live a year. What ends later is gathered in the last one.
pub const BARS_MAX: usize = 13;

/// One bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// As `2026-11`.
    pub month: String,
    /// Points; 0 in a month in which none end.
    pub points: i64,
    /// Length in percent of the longest; a small one is at least 2, so that it can be seen.
    pub percent: i64,
    /// True when it also gathers all later months.
    pub and_later: bool,
    /// True when some of its points are about to be lost.
    pub soon: bool,
}

/// The bars of these months, in order; a month without points between two others has a bar of its own. `soon`: the first
/// month holds points that are about to be lost.
#[must_use]
pub fn bars(months: &[MonthEnding], soon: bool) -> Vec<Bar> {
    let all = without_gaps(months);
    let cut = if all.len() > BARS_MAX { BARS_MAX - 1 } else { all.len() };
    let (first, rest) = all.split_at(cut);
    let mut bars: Vec<Bar> = first.iter().map(|month| bar(month, month.points, false)).collect();
    if let Some(next) = rest.first() {
        let points = rest.iter().fold(0_i64, |sum, month| sum.saturating_add(month.points));
        bars.push(bar(next, points, true));
    }
    let longest = bars.iter().map(|bar| bar.points).max().unwrap_or(0).max(1);
    for bar in bars.iter_mut().filter(|bar| bar.points > 0) {
        bar.percent = (bar.points.saturating_mul(100) / longest).max(2);
    }
    if let Some(bar) = bars.first_mut() {
        bar.soon = soon;
    }
    bars
}

fn bar(month: &MonthEnding, points: i64, and_later: bool) -> Bar {
    Bar { month: month.month.clone(), points, percent: 0, and_later, soon: false }
}

/// Months at most, however far apart the first and the last are: all later ones are gathered in one bar anyway.
const MONTHS_MAX: usize = 1_200;

/// The months, and those between them with 0 points. What can't be read as a month stays as it is.
fn without_gaps(months: &[MonthEnding]) -> Vec<MonthEnding> {
    let mut all: Vec<MonthEnding> = Vec::with_capacity(months.len());
    for month in months {
        let before = all.last().map(|before| before.month.clone());
        let mut next = before.as_deref().and_then(month_after);
        while let Some(between) = next.filter(|between| *between < month.month && all.len() < MONTHS_MAX) {
            next = month_after(&between);
            all.push(MonthEnding { month: between, points: 0 });
        }
        all.push(month.clone());
    }
    all
}

/// `2027-01` for `2026-12`.
fn month_after(month: &str) -> Option<String> {
    let (year, number) = month.split_once('-')?;
    let (year, number) = (year.parse::<u32>().ok()?, number.parse::<u32>().ok()?);
    let (year, number) = if number >= 12 { (year + 1, 1) } else { (year, number + 1) };
    Some(format!("{year:04}-{number:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(points: &[(&str, i64)]) -> Vec<MonthEnding> {
        points
            .iter()
            .map(|(month, points)| MonthEnding { month: (*month).to_owned(), points: *points })
            .collect()
    }

    fn told(bars: &[Bar]) -> Vec<(&str, i64)> {
        bars.iter().map(|bar| (bar.month.as_str(), bar.points)).collect()
    }

    #[test]
    fn the_highest_month_fills_the_length_and_a_small_one_is_seen() {
        let bars = bars(&months(&[("2027-01", 1_000), ("2027-02", 500), ("2027-03", 1)]), false);
        assert_eq!(bars.iter().map(|bar| bar.percent).collect::<Vec<_>>(), [100, 50, 2]);
    }

    #[test]
    fn a_month_in_which_nothing_ends_is_not_skipped() {
        let bars = bars(&months(&[("2026-11", 300), ("2027-02", 500)]), false);
        assert_eq!(told(&bars), [("2026-11", 300), ("2026-12", 0), ("2027-01", 0), ("2027-02", 500)]);
        assert_eq!(bars[1].percent, 0);
    }

    #[test]
    fn what_ends_late_is_gathered_in_the_last_bar() {
        let bars =
            bars(&months(&[("2026-11", 10), ("2027-05", 20), ("2027-06", 30), ("2031-01", 40)]), false);
        assert_eq!(bars.len(), BARS_MAX);
        let last = bars.last().map(|bar| (bar.month.as_str(), bar.points, bar.and_later));
        assert_eq!(last, Some(("2027-11", 40, true)));
    }

    #[test]
    fn only_points_about_to_be_lost_are_marked() {
        let some = months(&[("2026-11", 10), ("2026-12", 20)]);
        let soon = |soon| bars(&some, soon).iter().map(|bar| bar.soon).collect::<Vec<_>>();
        assert_eq!(soon(true), [true, false]);
        assert_eq!(soon(false), [false, false]);
    }

    #[test]
    fn odd_months_break_nothing() {
        assert_eq!(bars(&[], true), []);
        assert_eq!(told(&bars(&months(&[("x", 1), ("y", 2)]), false)), [("x", 1), ("y", 2)]);
        assert_eq!(bars(&months(&[("0001-01", 1), ("9999-12", 2)]), false).len(), BARS_MAX);
    }
}
