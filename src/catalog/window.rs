//! Which cards of a long list stand in the page: a pure function of where the list is and what is focused.
//!
//! The cards lie in the flow of a grid, each row as high as its longest card; what is not shown is stood in for by up to
//! three spaces, as high as those rows were when they were seen. The row with the
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
    /// Width of the list: cards wrap their text by it.
    pub width: f64,
    /// Cards in a row; at least 1.
    pub columns: usize,
    /// Cards in the whole list.
    pub count: usize,
}

/// How high rows are, the gap below each included, CSS pixels. A row is as high as its longest card, which is known only once
/// it has stood in the page; until then it counts as high as most.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heights {
    usual: f64,
    /// By row; 0: not measured.
    known: Vec<f32>,
    measured: usize,
}

impl Heights {
    /// No row is known; each counts as `usual`.
    #[must_use]
    pub fn usual(usual: f64) -> Heights {
        Heights { usual: if usual > 0.0 { usual } else { 1.0 }, known: Vec::new(), measured: 0 }
    }

    /// Rows are others now, and as high as those before them were.
    pub fn reset(&mut self) {
        self.known.clear();
        self.measured = 0;
    }

    /// What most rows count as.
    #[must_use]
    pub fn of_most(&self) -> f64 {
        if self.usual > 0.0 { self.usual } else { 1.0 }
    }

    /// Takes what was measured. The first rows of all say how high those are that nobody has seen yet. `true`: some row is
    /// not as high as it was counted, so that other rows may be seen.
    pub fn learn(&mut self, rows: &[(usize, f64)]) -> bool {
        let off = rows.iter().any(|(row, height)| *height > 0.0 && (self.of(*row) - height).abs() > 1.0);
        let real: Vec<(usize, f64)> = rows.iter().copied().filter(|(_, height)| *height > 0.0).collect();
        if self.measured == 0 && !real.is_empty() {
            #[expect(clippy::cast_precision_loss, reason = "a screen has some rows")]
            let count = real.len() as f64;
            self.usual = real.iter().map(|(_, height)| height).sum::<f64>() / count;
        }
        for (row, height) in real {
            if self.known.len() <= row {
                self.known.resize(row + 1, 0.0);
            }
            self.measured += usize::from(self.known[row] == 0.0);
            #[expect(clippy::cast_possible_truncation, reason = "a row is some hundred pixels high")]
            let height = height as f32;
            self.known[row] = height;
        }
        off
    }

    fn of(&self, row: usize) -> f64 {
        match self.known.get(row) {
            Some(known) if *known > 0.0 => f64::from(*known),
            _ => self.of_most(),
        }
    }

    /// Height of rows `first..end`.
    #[must_use]
    pub fn span(&self, first: usize, end: usize) -> f64 {
        (first..end).map(|row| self.of(row)).sum()
    }

    /// The row at `y` from the list's top, of `rows`.
    fn at(&self, y: f64, rows: usize) -> usize {
        let mut below = 0.0;
        for row in 0..rows {
            below += self.of(row);
            if below > y {
                return row;
            }
        }
        rows.saturating_sub(1)
    }
}

/// A part of the list, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Rows that are not in the page.
    Space {
        /// Which space: 0 before the first part with cards, then 1, 2.
        at: u8,
        /// First row.
        first: usize,
        /// One past the last row.
        end: usize,
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
pub fn parts(place: &Place, heights: &Heights, focused: Option<usize>) -> Vec<Part> {
    let columns = place.columns.max(1);
    let rows = place.count.div_ceil(columns);
    if rows == 0 {
        return Vec::new();
    }
    let (first, end) = seen_rows(place, heights, rows);
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
            parts.push(Part::Space { at, first: done, end: first });
        }
        parts.push(Part::Cards { first: first * columns, end: (end * columns).min(place.count) });
        done = end;
    }
    if rows > done {
        parts.push(Part::Space { at: 2, first: done, end: rows });
    }
    parts
}

/// Rows that can be seen and those kept ready. One row's worth of [`CARDS_MAX`] is left for the focused card's.
fn seen_rows(place: &Place, heights: &Heights, rows: usize) -> (usize, usize) {
    let rows_max = (CARDS_MAX / place.columns.max(1)).saturating_sub(1).max(1);
    let top = if place.above.is_finite() { place.above.max(0.0) } else { 0.0 };
    let bottom = place.above + place.viewport;
    let above = heights.at(top, rows);
    let below = if bottom.is_nan() { above } else { heights.at(bottom.max(0.0), rows) };
    let first = above.saturating_sub(ROWS_AHEAD);
    let end = below.saturating_add(ROWS_AHEAD + 1).min(rows);
    if end - first <= rows_max {
        return (first, end);
    }
    // Too many for the bound: what can be seen comes before what is kept ready.
    (above, above.saturating_add(rows_max).min(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(above: f64) -> Place {
        Place { above, viewport: 800.0, width: 900.0, columns: 3, count: 10_000 }
    }

    fn even() -> Heights {
        Heights::usual(200.0)
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

    /// Height of the list as it stands in the page.
    fn height(parts: &[Part], heights: &Heights, columns: usize) -> f64 {
        parts
            .iter()
            .map(|part| match part {
                Part::Cards { first, end } => heights.span(first / columns, end.div_ceil(columns)),
                Part::Space { first, end, .. } => heights.span(*first, *end),
            })
            .sum()
    }

    #[test]
    fn the_list_starts_with_its_first_cards() {
        assert_eq!(
            parts(&place(-300.0), &even(), None),
            [Part::Cards { first: 0, end: 15 }, Part::Space { at: 2, first: 5, end: 3_334 }]
        );
    }

    /// Rows of many heights, some of them not known.
    fn uneven() -> Heights {
        let mut heights = Heights::usual(200.0);
        let rows: Vec<(usize, f64)> = (0..4_000)
            .filter(|row| row % 7 != 3)
            .map(|row| (row, 150.0 + f64::from(row as u16 % 11) * 37.0))
            .collect();
        heights.learn(&rows);
        heights
    }

    #[test]
    fn what_can_be_seen_is_always_there_within_the_bound_and_the_height_never_changes() {
        for heights in [even(), uneven()] {
            for columns in 1..=7 {
                let rows = 10_000_usize.div_ceil(columns);
                for step in 0..400 {
                    for focused in [None, Some(0), Some(4_321), Some(9_999)] {
                        let place = Place { columns, ..place(f64::from(step) * 4_987.0 - 900.0) };
                        let parts = parts(&place, &heights, focused);
                        let cards = cards(&parts);
                        assert!(cards.len() <= CARDS_MAX, "{} cards", cards.len());
                        assert!(cards.is_sorted());
                        assert!((height(&parts, &heights, columns) - heights.span(0, rows)).abs() < 1.0);
                        for y in [0.0, 400.0, 799.0] {
                            let row = heights.at((place.above + y).max(0.0), rows);
                            assert!(cards.contains(&(row * columns)), "row {row} of {place:?}");
                        }
                        assert!(focused.is_none_or(|at| cards.contains(&at)));
                    }
                }
            }
        }
    }

    #[test]
    fn rows_that_nobody_has_seen_count_as_high_as_the_first_ones_were() {
        let mut heights = Heights::usual(100.0);
        assert!(heights.learn(&[(0, 300.0), (1, 500.0), (2, 0.0)]));
        assert!(!heights.learn(&[(0, 300.4), (1, 499.6), (2, 0.0)]));
        heights.learn(&[(0, 300.0), (1, 500.0)]);
        assert_eq!((heights.span(0, 2), heights.of_most()), (800.0, 400.0));
        heights.learn(&[(9, 900.0)]);
        assert_eq!(
            (heights.of_most(), heights.span(8, 11)),
            (400.0, 1_700.0),
            "later rows move nothing above them"
        );
        heights.reset();
        assert_eq!(heights.span(0, 2), 800.0);
    }

    #[test]
    fn a_space_keeps_its_name_while_one_scrolls() {
        let far = parts(&place(100_000.0), &even(), Some(0));
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
        assert_eq!(parts(&Place::default(), &Heights::default(), Some(3)), []);
        let none = Place { columns: 0, count: 5, ..Place::default() };
        assert!(!cards(&parts(&none, &Heights::usual(0.0), Some(99))).is_empty());
        let lost = Place { above: f64::NAN, viewport: f64::INFINITY, columns: 2, count: 7, width: 0.0 };
        assert!(!cards(&parts(&lost, &Heights::usual(10.0), None)).is_empty());
        let huge = Place { viewport: 1e9, ..place(0.0) };
        assert!(cards(&parts(&huge, &even(), Some(9_000))).len() <= CARDS_MAX);
    }

    #[test]
    fn a_short_list_stands_whole() {
        let short = Place { count: 7, ..place(0.0) };
        assert_eq!(parts(&short, &even(), None), [Part::Cards { first: 0, end: 7 }]);
    }
}
