//! Time left, as pure functions of two moments of the server's clock.

use tukar_wire::Moment;

/// Whole seconds from `now` to `at`, rounded up; 0 when it is past.
#[must_use]
pub fn seconds_until(at: Moment, now: Moment) -> i64 {
    let ms = at.ms_since(now).max(0);
    ms / 1_000 + i64::from(ms % 1_000 > 0)
}

/// `4:31`, or `1:02:03` from an hour on.
#[must_use]
pub fn clock_text(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{rest:02}") } else { format!("{minutes}:{rest:02}") }
}

/// A countdown is read out only now and then: a change of this value is worth saying, others are not.
#[must_use]
pub fn spoken_step(seconds: i64) -> i64 {
    match seconds {
        ..=0 => 0,
        1..=10 => 10,
        11..=30 => 30,
        _ => (seconds + 59) / 60 * 60,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_reads_as_a_clock() {
        for (seconds, text) in [
            (-5, "0:00"),
            (0, "0:00"),
            (9, "0:09"),
            (271, "4:31"),
            (3_599, "59:59"),
            (3_600, "1:00:00"),
            (3_723, "1:02:03"),
        ] {
            assert_eq!(clock_text(seconds), text);
        }
    }

    #[test]
    fn a_countdown_is_not_read_out_every_second() {
        let said: std::collections::BTreeSet<i64> = (0..=300).map(spoken_step).collect();
        assert_eq!(said.into_iter().collect::<Vec<_>>(), [0, 10, 30, 60, 120, 180, 240, 300]);
    }
}
