//! What a price was agreed on, and what a point is worth. Whole numbers only.

use crate::points::Points;

/// What a member agrees to when they ask for a code: the points of one piece and the version of the terms.
///
/// The word changes whenever either does, so a redemption that names an old word is refused as "price changed". A
/// promotion counts by the price it makes: one that begins or ends without changing the price voids no agreement.
#[must_use]
pub fn version(points_each: Points, terms_version: i64) -> String {
    format!("p{points_each}-t{terms_version}")
}

/// Worth of one point in hundredths of a rupiah, half up; `None` without points or when it is beyond all numbers.
#[must_use]
pub fn rupiah_hundredths_per_point(worth_rupiah: i64, points: Points) -> Option<i64> {
    if !points.is_positive() || worth_rupiah < 0 {
        return None;
    }
    let hundredths = i128::from(worth_rupiah) * 100;
    let points = i128::from(points.0);
    i64::try_from((hundredths * 2 + points) / (points * 2)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worth_of_a_point_is_rounded_half_up() {
        for (worth, points, hundredths) in [
            (50_000, 10_000, Some(500)),
            (10_000, 3_000, Some(333)),
            (1, 200, Some(1)),
            (1, 201, Some(0)),
            (0, 10, Some(0)),
            (10, 0, None),
            (-1, 10, None),
            (i64::MAX, 1, None),
        ] {
            assert_eq!(rupiah_hundredths_per_point(worth, Points(points)), hundredths, "{worth}/{points}");
        }
    }

    #[test]
    fn another_price_or_other_terms_are_another_version() {
        assert_ne!(version(Points(1), 1), version(Points(1), 2));
        assert_ne!(version(Points(1), 1), version(Points(2), 1));
        assert_ne!(version(Points(1), 11), version(Points(11), 1));
    }
}
