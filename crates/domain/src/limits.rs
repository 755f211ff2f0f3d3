//! Limits on messages with codes: how the budget of an hour is shared, who is refused, whose message is dropped, and when
//! there is room again. `docs/LIMITS.md` gives the reasons.
//!
//! Invariants: contacts without an account never use more than their share, so that they take nothing from members; a
//! refusal at sign-in never depends on whether the contact that asks has an account.

use jiff::{SignedDuration, Timestamp};

/// Messages to contacts without an account: a tenth of the budget.
const STRANGERS_SHARE: u32 = 10;
/// Messages that only live sessions may use: a fifth of the budget.
const SESSIONS_SHARE: u32 = 5;
/// Of the strangers' share, what goes to one domain: a quarter.
const DOMAIN_SHARE: u32 = 4;
/// Of the strangers' share, what one network asks for: a twentieth.
const NETWORK_SHARE: u32 = 20;
/// Asks, known or unknown, for each message of the budget: what the database has to keep is bounded.
const ASKS_PER_MESSAGE: u32 = 50;
/// A partner's budget that one network may ask for: a tenth, and at least [`PARTNER_NETWORK_MIN`].
const PARTNER_NETWORK_SHARE: u32 = 10;
/// So many members behind one address may sign in on a partner's pages within an hour, however small its budget.
const PARTNER_NETWORK_MIN: u32 = 20;
/// A full budget refuses from a threshold drawn between this part below the budget and the budget.
const THRESHOLD_BLUR: u32 = 20;
/// Networks of 64 bits that one of 48 bits may ask as much as.
pub const WIDE_NETWORK_TIMES: u32 = 4;

/// Codes asked for at one contact from one network, within ten minutes.
pub const ASKS_OF_A_NETWORK_PER_TEN_MINUTES_MAX: usize = 4;
/// Codes asked for at one contact from one network, within a day.
pub const ASKS_OF_A_NETWORK_PER_DAY_MAX: usize = 7;

/// How a budget of messages within an hour is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shares {
    /// The whole budget.
    pub all: u32,
    /// Sign-ins of members.
    pub members: u32,
    /// Contacts without an account.
    pub strangers: u32,
    /// … of one domain.
    pub strangers_of_domain: u32,
    /// … that one network asks for.
    pub strangers_of_network: u32,
    /// Asks at sign-in, whatever comes of them.
    pub asks: u32,
}

impl Shares {
    /// Shares of a budget. Each is at least one.
    #[must_use]
    pub fn of(per_hour: u32) -> Shares {
        let strangers = (per_hour / STRANGERS_SHARE).max(1);
        let members = per_hour.saturating_sub(per_hour / SESSIONS_SHARE).saturating_sub(strangers).max(1);
        Shares {
            all: per_hour,
            members,
            strangers,
            strangers_of_domain: (strangers / DOMAIN_SHARE).max(1),
            strangers_of_network: (strangers / NETWORK_SHARE).max(1),
            asks: per_hour.saturating_mul(ASKS_PER_MESSAGE),
        }
    }
}

/// Asks on a partner's pages that one network may make within an hour, of a budget of so many messages.
#[must_use]
pub fn partner_asks_of_network(codes_per_hour: u32) -> u32 {
    (codes_per_hour / PARTNER_NETWORK_SHARE).max(PARTNER_NETWORK_MIN).min(codes_per_hour)
}

/// What was counted of one budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// All messages within an hour.
    pub all: u64,
    /// Messages of members' sign-ins within an hour.
    pub members: u64,
    /// Messages to contacts without an account within an hour.
    pub strangers: u64,
}

impl Used {
    /// A budget that strangers' messages have room in.
    #[must_use]
    pub fn has_room_for_strangers(self, shares: Shares) -> bool {
        self.strangers < u64::from(shares.strangers) && self.all < u64::from(shares.all)
    }

    /// The counter at which a sign-in is refused, whoever asks. `chance` is any random number: near its end the budget
    /// refuses from a threshold that no single message can be seen in.
    ///
    /// # Errors
    /// [`Full`]: which counter, and from how many messages on it refuses.
    pub fn decide_sign_in(self, shares: Shares, chance: u32) -> Result<(), Full> {
        if self.all >= u64::from(shares.all) {
            return Err(Full { counter: Counter::All, max: shares.all });
        }
        let max = shares.members - chance % (shares.members / THRESHOLD_BLUR + 1);
        if self.members >= u64::from(max) {
            return Err(Full { counter: Counter::Members, max });
        }
        Ok(())
    }
}

/// A counter of a budget that refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// All messages.
    All,
    /// Members' sign-ins.
    Members,
}

/// A counter has no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{counter:?} is at {max}")]
pub struct Full {
    /// Which.
    pub counter: Counter,
    /// From so many on it refuses.
    pub max: u32,
}

/// What was counted within one minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinuteCount {
    /// Minutes since 1970.
    pub minute: i64,
    /// How many.
    pub times: u64,
}

/// The minute in which a window begins that ends at `now`: counts of this minute and of later ones are in it, so that none
/// is forgotten early and some count for up to a minute longer.
#[must_use]
pub fn first_minute(now: Timestamp, window: SignedDuration) -> i64 {
    (now - window).as_millisecond().div_euclid(60_000)
}

/// When a counter of a window that refuses from `max` on has room, if nothing more is counted; `None`: it has room.
#[must_use]
pub fn room_at(
    counts: &[MinuteCount],
    max: u32,
    now: Timestamp,
    window: SignedDuration,
) -> Option<Timestamp> {
    let first = first_minute(now, window);
    let mut recent: Vec<MinuteCount> =
        counts.iter().copied().filter(|count| count.minute >= first && count.times > 0).collect();
    recent.sort_unstable_by_key(|count| count.minute);
    let mut left: u64 = recent.iter().map(|count| count.times).sum();
    let mut ends = None;
    for count in recent {
        if left < u64::from(max) {
            break;
        }
        left -= count.times;
        ends = Some(count.minute + 1);
    }
    ends.map(|minute| Timestamp::from_millisecond(minute * 60_000).unwrap_or(Timestamp::MAX) + window)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000_020 + second).unwrap()
    }

    #[test]
    fn shares_leave_a_fifth_to_live_sessions_and_most_of_the_rest_to_members() {
        let shares = Shares::of(20_000);
        assert_eq!((shares.members, shares.strangers), (14_000, 2_000));
        assert_eq!((shares.strangers_of_domain, shares.strangers_of_network), (500, 100));
        for per_hour in 1..2_000 {
            let Shares { all, members, strangers, .. } = Shares::of(per_hour);
            assert!(members >= 1 && strangers >= 1);
            assert!(per_hour < 3 || members + strangers + per_hour / 5 <= all, "{per_hour}");
        }
    }

    #[test]
    fn strangers_that_used_up_their_share_take_nothing_from_members() {
        let shares = Shares::of(20_000);
        let used = Used { all: 2_000, members: 0, strangers: 2_000 };
        assert!(!used.has_room_for_strangers(shares));
        for chance in [0, 1, 699, 700, u32::MAX] {
            assert_eq!(used.decide_sign_in(shares, chance), Ok(()));
        }
    }

    #[test]
    fn a_nearly_full_budget_refuses_by_chance_and_a_full_one_always() {
        let shares = Shares::of(20_000);
        let refused = |members: u64| {
            let used = Used { all: members, members, strangers: 0 };
            (0..1_000).filter(|chance| used.decide_sign_in(shares, chance * 7_919).is_err()).count()
        };
        assert_eq!(refused(13_299), 0);
        assert!((400..600).contains(&refused(13_650)), "{}", refused(13_650));
        assert_eq!(refused(14_000), 1_000);
        // One message more or less is not seen.
        assert!(refused(13_651).abs_diff(refused(13_650)) <= 2);
    }

    #[test]
    fn one_network_asks_for_a_part_of_a_partners_budget() {
        assert_eq!([2, 100, 2_000].map(partner_asks_of_network), [2, 20, 200]);
    }

    #[test]
    fn the_moment_to_come_back_is_when_enough_minutes_have_left_the_window() {
        let minute = at(0).as_second() / 60;
        let counts = [
            MinuteCount { minute: minute - 60, times: 2 },
            MinuteCount { minute: minute - 30, times: 5 },
            MinuteCount { minute, times: 1 },
        ];
        let now = at(5);
        assert_eq!(room_at(&counts, 9, now, HOUR), None);
        assert_eq!(room_at(&counts, 8, now, HOUR), Some(at(60)));
        assert_eq!(room_at(&counts, 6, now, HOUR), Some(at(31 * 60)));
        // Minutes in pieces, and in any order, are the same.
        let pieces = [counts[2], counts[1], counts[0], MinuteCount { minute: minute - 90, times: 100 }];
        assert_eq!(room_at(&pieces, 6, now, HOUR), Some(at(31 * 60)));
    }

    proptest! {
        #[test]
        fn who_comes_back_when_told_has_room_and_a_moment_earlier_has_none(
            minutes in prop::collection::vec((0..70i64, 1..5u64), 0..40), max in 1..60u32, second in 0..60i64,
        ) {
            let now = at(3_600 + second);
            let begin = at(0).as_second() / 60;
            let counts: Vec<_> = minutes
                .into_iter()
                .map(|(minute, times)| MinuteCount { minute: begin + minute, times })
                .filter(|count| count.minute * 60 <= now.as_second())
                .collect();
            if let Some(room) = room_at(&counts, max, now, HOUR) {
                prop_assert!(room > now);
                prop_assert_eq!(room_at(&counts, max, room, HOUR), None);
                let before = room - SignedDuration::from_millis(1);
                prop_assert!(room_at(&counts, max, before, HOUR).is_some());
            }
        }
    }
}
