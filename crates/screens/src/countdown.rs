//! How long something still lasts, in the two units that matter: pure, over the server's clock.

use tukar_wire::Moment;

/// Time left, in the units worth telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// It is over.
    Over,
    /// Less than an hour: minutes and seconds.
    Minutes(i64, i64),
    /// Less than two days: hours and minutes.
    Hours(i64, i64),
    /// Less than ten days: days and hours.
    Days(i64, i64),
    /// Ten days and more: whole days.
    DaysOnly(i64),
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Time from `now` to `at`; seconds are rounded up, so that "0 s" is never shown while something is still there.
#[must_use]
pub fn left(at: Moment, now: Moment) -> Left {
    let ms = at.ms_since(now);
    if ms <= 0 {
        return Left::Over;
    }
    let seconds = ms.saturating_add(999) / 1_000;
    match seconds {
        0..HOUR => Left::Minutes(seconds / MINUTE, seconds % MINUTE),
        HOUR..172_800 => Left::Hours(seconds / HOUR, seconds % HOUR / MINUTE),
        172_800..864_000 => Left::Days(seconds / DAY, seconds % DAY / HOUR),
        _ => Left::DaysOnly(seconds / DAY),
    }
}

/// True when it is near enough that the member should act: within two days.
#[must_use]
pub fn is_near(at: Moment, now: Moment) -> bool {
    matches!(left(at, now), Left::Minutes(..) | Left::Hours(..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_units_that_matter_are_told() {
        for (seconds, told) in [
            (-1, Left::Over),
            (0, Left::Over),
            (1, Left::Minutes(0, 1)),
            (59, Left::Minutes(0, 59)),
            (3_599, Left::Minutes(59, 59)),
            (3_600, Left::Hours(1, 0)),
            (22_320, Left::Hours(6, 12)),
            (172_799, Left::Hours(47, 59)),
            (172_800, Left::Days(2, 0)),
            (863_999, Left::Days(9, 23)),
            (864_000, Left::DaysOnly(10)),
            (31_536_000, Left::DaysOnly(365)),
        ] {
            assert_eq!(left(Moment(seconds * 1_000), Moment(0)), told, "{seconds}");
        }
    }

    #[test]
    fn the_last_part_of_a_second_still_counts() {
        assert_eq!(left(Moment(1), Moment(0)), Left::Minutes(0, 1));
    }

    #[test]
    fn two_days_are_near() {
        assert!(is_near(Moment(DAY * 1_000), Moment(0)));
        assert!(!is_near(Moment(2 * DAY * 1_000), Moment(0)));
        assert!(!is_near(Moment(0), Moment(1)));
    }
}
