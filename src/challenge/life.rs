//! What can be done about a one-time code right now, as pure decisions over the server's clock: time left, tries left, when
//! another can be asked for, how long a challenge is kept for a reload.

use crate::ui::countdown::seconds_until;
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

/// How long after its code has ended a challenge is worth coming back to: another code can be asked for there.
const KEPT_AFTER_END_MS: i64 = 10 * 60_000;

/// True once nobody can be expected to come back to a code that ended at `ends_at`.
#[must_use]
pub fn is_stale(ends_at: Moment, now: Moment) -> bool {
    now.ms_since(ends_at) >= KEPT_AFTER_END_MS
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
    fn a_challenge_is_kept_for_ten_minutes_after_its_code_has_ended() {
        for (now, stale) in [(0, false), (899_999, false), (900_000, true), (i64::MAX / 2, true)] {
            assert_eq!(is_stale(Moment(300_000), Moment(now)), stale, "{now}");
        }
    }
}
