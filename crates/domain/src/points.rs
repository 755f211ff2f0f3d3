//! Whole points and the ids of what they belong to.
//!
//! Invariants: arithmetic on points never wraps (an overflow is a bug and stops the operation, in release too).

use std::{fmt, iter::Sum, ops};

/// A number of points. May be negative as a difference; what a lot holds never is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Points(pub i64);

impl Points {
    /// No points.
    pub const ZERO: Points = Points(0);

    /// True above zero.
    #[must_use]
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// `quantity` times as many; `None` on overflow, which a request can provoke.
    #[must_use]
    pub fn checked_times(self, quantity: u32) -> Option<Points> {
        self.0.checked_mul(i64::from(quantity)).map(Points)
    }
}

impl ops::Add for Points {
    type Output = Points;
    fn add(self, other: Points) -> Points {
        Points(self.0.checked_add(other.0).expect("points overflow"))
    }
}

impl ops::Sub for Points {
    type Output = Points;
    fn sub(self, other: Points) -> Points {
        Points(self.0.checked_sub(other.0).expect("points overflow"))
    }
}

impl ops::Neg for Points {
    type Output = Points;
    fn neg(self) -> Points {
        Points(self.0.checked_neg().expect("points overflow"))
    }
}

impl ops::AddAssign for Points {
    fn add_assign(&mut self, other: Points) {
        *self = *self + other;
    }
}

impl ops::SubAssign for Points {
    fn sub_assign(&mut self, other: Points) {
        *self = *self - other;
    }
}

impl Sum for Points {
    fn sum<I: Iterator<Item = Points>>(points: I) -> Points {
        points.fold(Points::ZERO, ops::Add::add)
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub String);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $name(text.to_owned())
            }
        }
    )*};
}

ids! {
    /// A member of the programme.
    MemberId
    /// A lot of points.
    LotId
    /// A reward of the catalogue.
    RewardId
    /// A redemption: the attempt id that the browser made.
    RedemptionId
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::panic::catch_unwind;

    #[test]
    fn an_overflow_stops_the_operation() {
        assert!(catch_unwind(|| Points(i64::MAX) + Points(1)).is_err());
        assert!(catch_unwind(|| Points(i64::MIN) - Points(1)).is_err());
        assert!(catch_unwind(|| -Points(i64::MIN)).is_err());
        assert!(catch_unwind(|| [Points(i64::MAX), Points(1)].into_iter().sum::<Points>()).is_err());
        assert_eq!(Points(i64::MAX).checked_times(2), None);
        assert_eq!(Points(-1).checked_times(0), Some(Points::ZERO));
    }

    proptest! {
        #[test]
        fn points_add_up_as_whole_numbers(a in -1_000_000_000i64..1_000_000_000, b in -1_000_000_000i64..1_000_000_000) {
            prop_assert_eq!(Points(a) + Points(b), Points(a + b));
            prop_assert_eq!(Points(a) - Points(b), Points(a - b));
            prop_assert_eq!(-Points(a), Points(-a));
        }
    }
}
