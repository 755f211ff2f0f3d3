//! What a reward is worth, and what a point is worth when it is spent on it. Whole numbers only.

use crate::points::Points;

/// Worth of a reward in rupiah.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// Everybody who redeems it gets this much, as with airtime.
    Exact(i64),
    /// At most this much: what a discount saves depends on what is bought.
    AtMost(i64),
}

impl Worth {
    /// Whether the worth of a kind of reward is a maximum where the catalogue does not say.
    #[must_use]
    pub fn is_maximum_by_default(kind: &str) -> bool {
        kind == "discount"
    }

    /// The amount, whatever it says.
    #[must_use]
    pub fn rupiah(self) -> i64 {
        match self {
            Worth::Exact(rupiah) | Worth::AtMost(rupiah) => rupiah,
        }
    }

    /// Worth of one point in hundredths of a rupiah, half up. `None` for a maximum, which nobody may compare with a worth
    /// that everybody gets; without points; and where it is beyond all numbers.
    #[must_use]
    pub fn rupiah_hundredths_per_point(self, points: Points) -> Option<i64> {
        let Worth::Exact(rupiah) = self else { return None };
        if !points.is_positive() || rupiah < 0 {
            return None;
        }
        let hundredths = i128::from(rupiah) * 100;
        let points = i128::from(points.0);
        i64::try_from((hundredths * 2 + points) / (points * 2)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worth_of_a_point_is_rounded_half_up() {
        for (worth, points, hundredths) in [
            (50_000, 10_000, Some(500)),
            (10_000, 3_000, Some(333)),
            (2_500, 800, Some(313)),
            (1, 200, Some(1)),
            (1, 201, Some(0)),
            (0, 10, Some(0)),
            (10, 0, None),
            (-1, 10, None),
            (i64::MAX, 1, None),
        ] {
            let value = Worth::Exact(worth).rupiah_hundredths_per_point(Points(points));
            assert_eq!(value, hundredths, "{worth}/{points}");
        }
    }

    #[test]
    fn a_discount_that_saves_at_most_so_much_has_no_worth_per_point() {
        assert_eq!(Worth::AtMost(100_000).rupiah_hundredths_per_point(Points(2_800)), None);
        assert!(Worth::is_maximum_by_default("discount") && !Worth::is_maximum_by_default("voucher"));
    }
}
