//! What the code step tells, as pure decisions over the server's clock: time left, tries left, when to send again.

use tukar_wire::{Channel, CodeState, Moment};

/// What can be done about the code right now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeNow {
    /// Whether and how long the code can be typed.
    pub life: Life,
    /// Whether a new code can be asked for.
    pub resend: Resend,
    /// The other way, when there is one.
    pub other: Option<Channel>,
}

/// Life of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It can be typed for this long.
    Running {
        /// Seconds left, rounded up, at least 1.
        seconds: i64,
        /// Tries left.
        tries: u32,
    },
    /// Too many wrong tries: it is dead.
    Locked,
    /// Its time is over.
    Over,
}

/// Asking for a new code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resend {
    /// Now.
    Ready,
    /// In this many seconds, rounded up.
    In(i64),
}

/// Looks at a code at `now`, the server's clock.
#[must_use]
pub fn look(code: &CodeState, now: Moment) -> CodeNow {
    let left = seconds_until(code.ends_at, now);
    let life = match (code.tries_left, left) {
        (0, _) => Life::Locked,
        (_, 0) => Life::Over,
        (tries, seconds) => Life::Running { seconds, tries },
    };
    let resend = match seconds_until(code.resend_at, now) {
        0 => Resend::Ready,
        seconds => Resend::In(seconds),
    };
    let other = code.channels.iter().copied().find(|channel| *channel != code.channel);
    CodeNow { life, resend, other }
}

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

    fn code(tries_left: u32) -> CodeState {
        CodeState {
            channel: Channel::Sms,
            sent_to: "0812••••678".into(),
            ends_at: Moment(300_000),
            resend_at: Moment(30_000),
            tries_left,
            channels: vec![Channel::Sms, Channel::Email],
        }
    }

    #[test]
    fn a_code_runs_locks_and_ends() {
        for (tries, now, life) in [
            (5, 0, Life::Running { seconds: 300, tries: 5 }),
            (1, 299_001, Life::Running { seconds: 1, tries: 1 }),
            (5, 300_000, Life::Over),
            (5, 900_000, Life::Over),
            (0, 0, Life::Locked),
            (0, 300_000, Life::Locked),
        ] {
            assert_eq!(look(&code(tries), Moment(now)).life, life, "{tries} at {now}");
        }
    }

    #[test]
    fn a_new_code_can_be_asked_for_from_its_moment_on() {
        for (now, resend) in
            [(0, Resend::In(30)), (29_999, Resend::In(1)), (30_000, Resend::Ready), (31_000, Resend::Ready)]
        {
            assert_eq!(look(&code(5), Moment(now)).resend, resend, "{now}");
        }
    }

    #[test]
    fn the_other_way_is_the_one_that_was_not_used() {
        assert_eq!(look(&code(5), Moment(0)).other, Some(Channel::Email));
        let only = CodeState { channels: vec![Channel::Sms], ..code(5) };
        assert_eq!(look(&only, Moment(0)).other, None);
    }

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
