//! Which cards of a long list stand in the page: a pure function of where the list is and what is focused.
//!
//! The cards lie in the flow of a grid; what is not shown is stood in for by up to three spaces. The row with the
//! focused card stays in the page wherever the visitor scrolls, so that focus is never lost.

/// Most cards in the page at once.
pub const CARDS_MAX: usize = 60;
/// Rows kept ready above and below what can be seen.
const ROWS_AHEAD: usize = 2;

/// Where the list is, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// From the list's top edge down to the viewport's top edge; negative while the list begins below it.
    pub above: f64,
    /// Height of the viewport.
    pub viewport: f64,
    /// Height of one row, the gap below it included; more than 0.
    pub row: f64,
    /// Cards in a row; at least 1.
    pub columns: usize,
    /// Cards in the whole list.
    pub count: usize,
}

/// A part of the list, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Rows that are not in the page.
    Space {
        /// Which space: 0 before the first part with cards, then 1, 2.
        at: u8,
        /// How many rows it stands for; at least 1.
        rows: usize,
    },
    /// Cards `first..end` of the list.
    Cards {
        /// First card.
        first: usize,
        /// One past the last card.
        end: usize,
    },
}

/// The parts of the list for `place`; `focused` is the place in the list of the card that has focus.
#[must_use]
pub fn parts(place: &Place, focused: Option<usize>) -> Vec<Part> {
    let columns = place.columns.max(1);
    let rows = place.count.div_ceil(columns);
    if rows == 0 {
        return Vec::new();
    }
    let (first, end) = seen_rows(place, rows, columns);
    let mut shown = vec![(first, end)];
    if let Some(row) = focused.map(|at| at / columns).filter(|row| *row < rows) {
        if row < first {
            shown.insert(0, (row, row + 1));
        } else if row >= end {
            shown.push((row, row + 1));
        }
    }
    let mut parts = Vec::with_capacity(5);
    let mut done = 0;
    for (at, (first, end)) in (0..).zip(shown) {
        if first > done {
            parts.push(Part::Space { at, rows: first - done });
        }
        parts.push(Part::Cards { first: first * columns, end: (end * columns).min(place.count) });
        done = end;
    }
    if rows > done {
        parts.push(Part::Space { at: 2, rows: rows - done });
    }
    parts
}

/// Rows that can be seen and those kept ready. One row's worth of [`CARDS_MAX`] is left for the focused card's.
fn seen_rows(place: &Place, rows: usize, columns: usize) -> (usize, usize) {
    let row = if place.row > 0.0 { place.row } else { 1.0 };
    let rows_max = (CARDS_MAX / columns).saturating_sub(1).max(1);
    let above = whole(place.above / row);
    let below = whole(((place.above + place.viewport) / row).ceil());
    let first = above.saturating_sub(ROWS_AHEAD).min(rows - 1);
    let end = below.saturating_add(ROWS_AHEAD).clamp(first + 1, rows.max(first + 1));
    if end - first <= rows_max {
        return (first, end);
    }
    // Too many for the bound: what can be seen comes before what is kept ready.
    let first = above.min(rows - 1);
    (first, first.saturating_add(rows_max).min(rows))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut to 0 and to a bound first")]
fn whole(rows: f64) -> usize {
    if rows.is_finite() { rows.clamp(0.0, 1_000_000.0) as usize } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(above: f64) -> Place {
        Place { above, viewport: 800.0, row: 200.0, columns: 3, count: 10_000 }
    }

    fn cards(parts: &[Part]) -> Vec<usize> {
        parts
            .iter()
            .flat_map(|part| match part {
                Part::Cards { first, end } => *first..*end,
                Part::Space { .. } => 0..0,
            })
            .collect()
    }

    fn rows(parts: &[Part], columns: usize) -> usize {
        parts
            .iter()
            .map(|part| match part {
                Part::Cards { first, end } => (end - first).div_ceil(columns),
                Part::Space { rows, .. } => *rows,
            })
            .sum()
    }

    #[test]
    fn the_list_starts_with_its_first_cards() {
        assert_eq!(
            parts(&place(-300.0), None),
            [Part::Cards { first: 0, end: 15 }, Part::Space { at: 2, rows: 3_329 }]
        );
    }

    #[test]
    fn what_can_be_seen_is_always_there_within_the_bound_and_the_height_never_changes() {
        for columns in 1..=7 {
            for step in 0..400 {
                for focused in [None, Some(0), Some(4_321), Some(9_999)] {
                    let place = Place { columns, ..place(f64::from(step) * 4_987.0 - 900.0) };
                    let parts = parts(&place, focused);
                    let cards = cards(&parts);
                    assert!(cards.len() <= CARDS_MAX, "{} cards", cards.len());
                    assert!(cards.is_sorted());
                    assert_eq!(rows(&parts, columns), 10_000_usize.div_ceil(columns));
                    let last = 10_000_usize.div_ceil(columns) - 1;
                    for y in [0.0, 400.0, 799.0] {
                        let row = whole((place.above + y) / place.row).min(last);
                        assert!(cards.contains(&(row * columns)), "row {row} of {place:?}");
                    }
                    assert!(focused.is_none_or(|at| cards.contains(&at)));
                }
            }
        }
    }

    #[test]
    fn a_space_keeps_its_name_while_one_scrolls() {
        let far = parts(&place(100_000.0), Some(0));
        assert!(matches!(
            far[..],
            [
                Part::Cards { first: 0, end: 3 },
                Part::Space { at: 1, .. },
                Part::Cards { .. },
                Part::Space { at: 2, .. }
            ]
        ));
    }

    #[test]
    fn odd_measures_break_nothing() {
        assert_eq!(parts(&Place::default(), Some(3)), []);
        let none = Place { row: 0.0, columns: 0, count: 5, ..Place::default() };
        assert_eq!(rows(&parts(&none, Some(99)), 1), 5);
        let lost = Place { above: f64::NAN, viewport: f64::INFINITY, row: 10.0, columns: 2, count: 7 };
        assert_eq!(rows(&parts(&lost, None), 2), 4);
        let huge = Place { viewport: 1e9, ..place(0.0) };
        assert!(cards(&parts(&huge, Some(9_000))).len() <= CARDS_MAX);
    }

    #[test]
    fn a_short_list_stands_whole() {
        let short = Place { count: 7, ..place(0.0) };
        assert_eq!(parts(&short, None), [Part::Cards { first: 0, end: 7 }]);
    }
}
