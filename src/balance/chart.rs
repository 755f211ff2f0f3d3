//! The chart of what ends when: bar heights as a pure decision.

use tukar_wire::MonthEnding;

/// Bars shown; what ends later is gathered in the last one.
pub const BARS_MAX: usize = 8;

/// One bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// As `2026-11`.
    pub month: String,
    /// Points.
    pub points: i64,
    /// Height in percent of the highest, at least 4, so that a small one can still be seen.
    pub percent: i64,
    /// True when it also gathers all later months.
    pub and_later: bool,
}

/// The bars of these months, in order.
#[must_use]
pub fn bars(months: &[MonthEnding]) -> Vec<Bar> {
    let cut = if months.len() > BARS_MAX { BARS_MAX - 1 } else { months.len() };
    let (first, rest) = months.split_at(cut);
    let mut bars: Vec<Bar> = first
        .iter()
        .map(|month| Bar { month: month.month.clone(), points: month.points, percent: 0, and_later: false })
        .collect();
    if let Some(next) = rest.first() {
        let points = rest.iter().fold(0_i64, |sum, month| sum.saturating_add(month.points));
        bars.push(Bar { month: next.month.clone(), points, percent: 0, and_later: true });
    }
    let highest = bars.iter().map(|bar| bar.points).max().unwrap_or(0).max(1);
    for bar in &mut bars {
        bar.percent = (bar.points.max(0).saturating_mul(100) / highest).max(4);
    }
    bars
}

/// Last two digits of the year, when bar `at` is the first of a year that the bar before it is not in.
#[must_use]
pub fn new_year(bars: &[Bar], at: usize) -> Option<&str> {
    let year = |at: usize| bars.get(at)?.month.get(..4);
    let before = year(at.checked_sub(1)?)?;
    year(at).filter(|year| *year != before)?.get(2..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(points: &[i64]) -> Vec<MonthEnding> {
        points
            .iter()
            .enumerate()
            .map(|(at, points)| MonthEnding { month: format!("2027-{:02}", at + 1), points: *points })
            .collect()
    }

    #[test]
    fn the_highest_month_fills_the_height_and_a_small_one_is_seen() {
        let bars = bars(&months(&[1_000, 500, 1]));
        assert_eq!(bars.iter().map(|bar| bar.percent).collect::<Vec<_>>(), [100, 50, 4]);
    }

    #[test]
    fn what_ends_late_is_gathered_in_the_last_bar() {
        let bars = bars(&months(&[10; 12]));
        assert_eq!(bars.len(), BARS_MAX);
        assert_eq!(
            bars.last().map(|bar| (bar.points, bar.and_later, bar.month.as_str())),
            Some((50, true, "2027-08"))
        );
    }

    #[test]
    fn no_months_no_bars() {
        assert_eq!(bars(&[]), []);
    }

    #[test]
    fn the_first_bar_of_a_new_year_names_it() {
        let mut bars = bars(&months(&[1, 1, 1]));
        bars[0].month = "2026-11".into();
        assert_eq!(
            [0, 1, 2].map(|at| new_year(&bars, at).map(str::to_owned)),
            [None, Some("27".to_owned()), None]
        );
    }
}
