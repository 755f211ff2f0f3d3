//! One-time codes: how they are made, what they are bound to, how often they may be tried and sent.
//!
//! Numbers after OWASP ASVS 5.0 level 2. Invariants: a code is right at most once; a code that has ended or is locked is
//! never right; two different bindings never have the same bytes.

pub mod typed;

use crate::{limits, points::Points};
use jiff::{SignedDuration, Timestamp};
use rand::RngCore;
use typed::Reading;

/// Digits of a code.
pub const DIGITS: usize = 6;
/// A code lives for so many seconds.
pub const LIFE_SECONDS: i64 = 300;
/// Wrong tries until a code is locked.
pub const TRIES_MAX: u32 = 5;
/// Wrong tries of one member, or at one contact from one network, within an hour.
pub const WRONG_PER_HOUR_MAX: usize = 10;
/// Tries of each code at sign-in that are compared whatever was typed for that contact before: a stranger's failures must
/// not refuse the right code on the owner's own challenge. Two, because people mistype.
pub const TRIES_ALWAYS_COMPARED: u32 = 2;
/// Wrong codes in a row, over all codes, after which a live session's are compared no more: as NIST 800-63B asks. At sign-in
/// one try of each code still is ([`needs_recovery`]).
pub const WRONG_IN_A_ROW_MAX: u32 = 100;
/// Seconds to wait before the second, third, and every later code of a challenge.
pub const RESEND_WAIT_SECONDS: [i64; 3] = [30, 60, 120];
/// Codes to one destination within ten minutes.
pub const SENDS_PER_TEN_MINUTES_MAX: usize = 5;
/// Codes to one destination within a day.
pub const SENDS_PER_DAY_MAX: usize = 10;

/// Six digits, each as likely as any other: numbers beyond the last whole multiple of a million are thrown again.
#[must_use]
pub fn make(rng: &mut impl RngCore) -> String {
    const RANGE: u32 = 1_000_000;
    const ZONE: u32 = u32::MAX - u32::MAX % RANGE;
    loop {
        let number = rng.next_u32();
        if number < ZONE {
            return format!("{:06}", number % RANGE);
        }
    }
}

/// What was typed or pasted as six digits, as [`typed::read`] reads it; `None` when it is not a code.
#[must_use]
pub fn normalise(typed: &str) -> Option<String> {
    match typed::read(typed, DIGITS) {
        Reading::Code { digits, .. } => Some(digits),
        Reading::Part(_) | Reading::Unclear => None,
    }
}

/// All that a code for a redemption is bound to: another value of any of these makes the code wrong. Without `Debug`: a
/// member's contact may be in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Bound<'a> {
    /// The challenge.
    pub challenge: &'a str,
    /// The member; empty for a contact without an account.
    pub member: &'a str,
    /// On whose pages the widget sits; empty on the programme's own.
    pub partner: &'a str,
    /// What it is for.
    pub purpose: Purpose<'a>,
}

/// What a code is for.
#[derive(Clone, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// Opening a session.
    SignIn,
    /// Opening the claim locker.
    Locker,
    /// Spending held points.
    Redeem {
        /// The redemption.
        redemption: &'a str,
        /// The reward.
        reward: &'a str,
        /// Pieces.
        quantity: u32,
        /// Points in all.
        points: Points,
        /// The recipient as stored.
        recipient: &'a str,
        /// Version of price and terms.
        price_version: &'a str,
    },
}

impl Bound<'_> {
    /// The bytes that go into the HMAC together with the code: each field with its length before it.
    #[must_use]
    pub fn bytes(&self, code: &str) -> Vec<u8> {
        self.bytes_of(["tukar-code-2", code])
    }

    /// The same without a code: by their HMAC it is told that a field was changed since the code was sent, whatever is
    /// typed. It says nothing of the code.
    #[must_use]
    pub fn deal_bytes(&self) -> Vec<u8> {
        self.bytes_of(["tukar-deal-1", ""])
    }

    fn bytes_of(&self, begin: [&str; 2]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(160);
        let mut field = |text: &str| {
            bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        };
        begin.into_iter().for_each(&mut field);
        field(self.challenge);
        field(self.member);
        field(self.partner);
        match &self.purpose {
            Purpose::SignIn => field("sign-in"),
            Purpose::Locker => field("locker"),
            Purpose::Redeem { redemption, reward, quantity, points, recipient, price_version } => {
                field("redeem");
                field(redemption);
                field(reward);
                field(&quantity.to_string());
                field(&points.to_string());
                field(recipient);
                field(price_version);
            }
        }
        bytes
    }
}

/// A code as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeState {
    /// Waiting to be typed.
    Live {
        /// First moment at which it is over.
        ends_at: Timestamp,
        /// Wrong tries so far.
        wrong: u32,
    },
    /// Too many wrong tries.
    Locked,
    /// It was right once.
    Used,
}

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Try {
    /// It was the code, and is used up now.
    Right,
    /// It was not.
    Wrong {
        /// Tries left; zero: locked now.
        tries_left: u32,
    },
    /// The time is over.
    Ended,
    /// It was right before.
    Used,
    /// Too many wrong tries.
    Locked,
}

impl CodeState {
    /// A fresh code.
    #[must_use]
    pub fn fresh(now: Timestamp) -> CodeState {
        CodeState::Live { ends_at: now + SignedDuration::from_secs(LIFE_SECONDS), wrong: 0 }
    }

    /// Decides a try at `now`; `matches` says whether the HMAC is the stored one.
    #[must_use]
    pub fn check(self, matches: bool, now: Timestamp) -> (CodeState, Try) {
        match self {
            CodeState::Locked => (self, Try::Locked),
            CodeState::Used => (self, Try::Used),
            CodeState::Live { ends_at, .. } if now >= ends_at => (self, Try::Ended),
            CodeState::Live { .. } if matches => (CodeState::Used, Try::Right),
            CodeState::Live { ends_at, wrong } => {
                let wrong = wrong + 1;
                let tries_left = TRIES_MAX.saturating_sub(wrong);
                let state =
                    if tries_left == 0 { CodeState::Locked } else { CodeState::Live { ends_at, wrong } };
                (state, Try::Wrong { tries_left })
            }
        }
    }

    /// Tries left.
    #[must_use]
    pub fn tries_left(self) -> u32 {
        match self {
            CodeState::Live { wrong, .. } => TRIES_MAX.saturating_sub(wrong),
            CodeState::Locked | CodeState::Used => 0,
        }
    }
}

/// From when a challenge that has sent `sent` codes, the last at `last`, may send another.
#[must_use]
pub fn resend_at(sent: u32, last: Timestamp) -> Timestamp {
    let step = (sent.max(1) as usize - 1).min(RESEND_WAIT_SECONDS.len() - 1);
    last + SignedDuration::from_secs(RESEND_WAIT_SECONDS[step])
}

/// Refused for now; the same may succeed from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many; again at {again_at}")]
pub struct TooMany {
    /// First moment at which it may succeed.
    pub again_at: Timestamp,
}

/// May another code go to a destination that was sent codes at `sent_at` (any order)?
///
/// # Errors
/// [`TooMany`] with the moment from which both windows have room again.
pub fn decide_send(sent_at: &[Timestamp], now: Timestamp) -> Result<(), TooMany> {
    let ten_minutes = within(sent_at, now, SignedDuration::from_mins(10), SENDS_PER_TEN_MINUTES_MAX);
    let day = within(sent_at, now, SignedDuration::from_hours(24), SENDS_PER_DAY_MAX);
    later_of(ten_minutes, day)
}

/// May another code go to a destination for which the same network asked at `asked_at`? It has less than the destination has
/// in all, so that one network never uses up what the owner may ask for from another.
///
/// # Errors
/// [`TooMany`] with the moment from which both windows have room again.
pub fn decide_send_of_network(asked_at: &[Timestamp], now: Timestamp) -> Result<(), TooMany> {
    let minutes = SignedDuration::from_mins(10);
    let ten_minutes = within(asked_at, now, minutes, limits::ASKS_OF_A_NETWORK_PER_TEN_MINUTES_MAX);
    let day = within(asked_at, now, SignedDuration::from_hours(24), limits::ASKS_OF_A_NETWORK_PER_DAY_MAX);
    later_of(ten_minutes, day)
}

/// May a member who typed wrong codes at `wrong_at` try again?
///
/// # Errors
/// [`TooMany`] with the moment at which the oldest of the last hour's wrong tries is an hour old.
pub fn decide_try(wrong_at: &[Timestamp], now: Timestamp) -> Result<(), TooMany> {
    within(wrong_at, now, SignedDuration::from_hours(1), WRONG_PER_HOUR_MAX)
}

/// As [`decide_try`], at sign-in, where nobody knows who typed the wrong codes: the first tries of each code are compared
/// whatever was typed before.
///
/// # Errors
/// [`TooMany`] as [`decide_try`].
pub fn decide_try_at_sign_in(
    state: CodeState,
    wrong_at: &[Timestamp],
    now: Timestamp,
) -> Result<(), TooMany> {
    match state {
        CodeState::Live { wrong, .. } if wrong < TRIES_ALWAYS_COMPARED => Ok(()),
        _ => decide_try(wrong_at, now),
    }
}

/// Whether a try is refused after so many wrong codes in a row, until the programme's people help. At sign-in nobody knows who
/// typed the wrong ones: there the first try of each code is compared for ever, so that no stranger keeps the owner out.
#[must_use]
pub const fn needs_recovery(state: CodeState, in_a_row: u32, at_sign_in: bool) -> bool {
    in_a_row >= WRONG_IN_A_ROW_MAX && !(at_sign_in && matches!(state, CodeState::Live { wrong: 0, .. }))
}

fn later_of(one: Result<(), TooMany>, other: Result<(), TooMany>) -> Result<(), TooMany> {
    match (one, other) {
        (Err(one), Err(other)) => Err(TooMany { again_at: one.again_at.max(other.again_at) }),
        (one, other) => one.and(other),
    }
}

fn within(times: &[Timestamp], now: Timestamp, span: SignedDuration, max: usize) -> Result<(), TooMany> {
    let mut recent: Vec<Timestamp> = times.iter().copied().filter(|at| *at + span > now).collect();
    if recent.len() < max {
        return Ok(());
    }
    recent.sort_unstable();
    Err(TooMany { again_at: recent[recent.len() - max] + span })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::{RngCore, SeedableRng, rngs::StdRng};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    #[test]
    fn each_digit_is_as_likely_at_each_place() {
        let mut rng = StdRng::seed_from_u64(7);
        let mut counts = [[0u32; 10]; DIGITS];
        for _ in 0..60_000 {
            for (place, digit) in make(&mut rng).bytes().enumerate() {
                counts[place][usize::from(digit - b'0')] += 1;
            }
        }
        // 6,000 expected, standard deviation 73: six of them is never reached by chance.
        assert!(counts.iter().flatten().all(|count| (5_560..6_440).contains(count)), "{counts:?}");
    }

    #[test]
    fn what_was_typed_is_read_kindly() {
        for (typed, code) in [
            ("123456", Some("123456")),
            (" 123 456 ", Some("123456")),
            ("123-456", Some("123456")),
            ("12345", None),
            ("1234567", None),
            ("12345a", None),
            ("１２３４５６", Some("123456")),
            ("Kode Anda 123456.\n@toko24.example.id #123456", Some("123456")),
            ("281126 kode 123456", None),
            ("", None),
        ] {
            assert_eq!(normalise(typed).as_deref(), code, "{typed:?}");
        }
    }

    #[test]
    fn the_fifth_wrong_try_locks_and_even_the_right_code_is_refused() {
        let mut state = CodeState::fresh(at(0));
        for left in [4, 3, 2, 1, 0] {
            let (next, outcome) = state.check(false, at(1));
            assert_eq!(outcome, Try::Wrong { tries_left: left });
            state = next;
        }
        assert_eq!(state.check(true, at(2)), (CodeState::Locked, Try::Locked));
    }

    #[test]
    fn a_code_is_right_once_and_only_until_it_ends() {
        let fresh = CodeState::fresh(at(0));
        let (used, outcome) = fresh.check(true, at(299));
        assert_eq!((used, outcome), (CodeState::Used, Try::Right));
        assert_eq!(used.check(true, at(299)).1, Try::Used, "not: too many wrong ones");
        assert_eq!(fresh.check(true, at(300)).1, Try::Ended);
    }

    #[test]
    fn each_further_code_waits_longer() {
        for (sent, wait) in [(0, 30), (1, 30), (2, 60), (3, 120), (9, 120)] {
            assert_eq!(resend_at(sent, at(0)), at(wait), "{sent}");
        }
    }

    #[test]
    fn a_destination_gets_five_codes_in_ten_minutes_and_ten_a_day() {
        let five: Vec<_> = (0..5).map(|n| at(n * 60)).collect();
        assert_eq!(decide_send(&five[..4], at(300)), Ok(()));
        assert_eq!(decide_send(&five, at(300)), Err(TooMany { again_at: at(600) }));
        assert_eq!(decide_send(&five, at(600)), Ok(()));
        let ten: Vec<_> = (0..10).map(|n| at(n * 3600)).collect();
        assert_eq!(decide_send(&ten, at(36_000)), Err(TooMany { again_at: at(86_400) }));
        assert_eq!(decide_send(&ten, at(86_400)), Ok(()));
    }

    #[test]
    fn the_moment_to_come_back_is_right_for_both_windows() {
        // Five in the morning, five just now: both windows are full, and the day's opens later.
        let sent: Vec<_> = (0..5).map(at).chain((0..5).map(|n| at(40_000 + n))).collect();
        let again_at = at(86_400);
        assert_eq!(decide_send(&sent, at(40_010)), Err(TooMany { again_at }));
        assert_eq!(decide_send(&sent, again_at), Ok(()));
    }

    #[test]
    fn ten_wrong_codes_an_hour_are_enough() {
        let ten: Vec<_> = (0..10).map(at).collect();
        assert_eq!(decide_try(&ten[..9], at(20)), Ok(()));
        assert_eq!(decide_try(&ten, at(20)), Err(TooMany { again_at: at(3_600) }));
    }

    #[test]
    fn one_network_leaves_a_destinations_last_codes_to_others() {
        let four: Vec<_> = (0..4).map(at).collect();
        assert_eq!(decide_send(&four, at(10)), Ok(()));
        assert_eq!(decide_send_of_network(&four, at(10)), Err(TooMany { again_at: at(600) }));
        let seven: Vec<_> = (0..7).map(|n| at(n * 3600)).collect();
        assert_eq!(decide_send(&seven, at(36_000)), Ok(()));
        assert_eq!(decide_send_of_network(&seven, at(36_000)), Err(TooMany { again_at: at(86_400) }));
    }

    #[test]
    fn what_others_typed_never_refuses_the_first_two_tries_of_a_code() {
        let wrong: Vec<_> = (0..50).map(at).collect();
        let state = |wrong| CodeState::Live { ends_at: at(400), wrong };
        for wrong_before in [0, 1] {
            assert_eq!(decide_try_at_sign_in(state(wrong_before), &wrong, at(60)), Ok(()));
        }
        for state in [state(2), CodeState::Locked, CodeState::Used] {
            assert!(decide_try_at_sign_in(state, &wrong, at(60)).is_err());
            assert_eq!(decide_try_at_sign_in(state, &wrong[..9], at(60)), Ok(()));
        }
    }

    #[test]
    fn after_a_hundred_wrong_codes_in_a_row_the_first_try_at_sign_in_is_all_that_counts() {
        let state = |wrong| CodeState::Live { ends_at: at(400), wrong };
        assert!(!needs_recovery(state(4), 99, true) && !needs_recovery(state(4), 99, false));
        assert!(!needs_recovery(state(0), 100, true) && !needs_recovery(state(0), u32::MAX, true));
        for refused in [state(1), CodeState::Locked, CodeState::Used] {
            assert!(needs_recovery(refused, 100, true));
        }
        assert!(needs_recovery(state(0), 100, false));
    }

    #[test]
    fn numbers_that_would_favour_some_codes_are_thrown_again() {
        struct Drawn(Vec<u32>);
        impl RngCore for Drawn {
            fn next_u32(&mut self) -> u32 {
                self.0.remove(0)
            }
            fn next_u64(&mut self) -> u64 {
                unreachable!("a code takes 32 bits")
            }
            fn fill_bytes(&mut self, _: &mut [u8]) {
                unreachable!("a code takes 32 bits")
            }
        }
        assert_eq!(make(&mut Drawn(vec![4_293_999_999])), "999999");
        assert_eq!(make(&mut Drawn(vec![4_294_000_000 - 1_000_000, 7])), "000000");
        assert_eq!(make(&mut Drawn(vec![u32::MAX, 4_294_000_000, 7])), "000007");
    }

    /// Every field of a code for redeeming, in the order of the bytes.
    fn bytes_of(fields: [&str; 8], quantity: u32, points: i64) -> Vec<u8> {
        let [code, challenge, member, partner, redemption, reward, recipient, price_version] = fields;
        let points = Points(points);
        let purpose = Purpose::Redeem { redemption, reward, quantity, points, recipient, price_version };
        Bound { challenge, member, partner, purpose }.bytes(code)
    }

    #[test]
    fn any_changed_field_changes_the_bytes() {
        let fields = ["123456", "c", "m", "p", "r", "x", "0812", "v"];
        let base = bytes_of(fields, 1, 10);
        for place in 0..fields.len() {
            let mut changed = fields;
            changed[place] = "other";
            assert_ne!(bytes_of(changed, 1, 10), base, "field {place}");
        }
        assert_ne!(bytes_of(fields, 2, 10), base);
        assert_ne!(bytes_of(fields, 1, 11), base);
        let deal = |partner| Bound { challenge: "c", member: "m", partner, purpose: Purpose::Locker };
        assert_ne!(deal("p").deal_bytes(), deal("").deal_bytes());
        assert_ne!(deal("p").deal_bytes(), deal("p").bytes(""), "a code is never a deal");
        let short =
            |partner, purpose| Bound { challenge: "c", member: "m", partner, purpose }.bytes("123456");
        assert_ne!(short("p", Purpose::SignIn), short("p", Purpose::Locker));
        assert_ne!(short("p", Purpose::SignIn), short("", Purpose::SignIn));
        assert_ne!(short("p", Purpose::SignIn), base);
    }

    proptest! {
        #[test]
        fn text_that_moves_from_one_field_to_the_next_changes_the_bytes(
            one in prop::array::uniform8("[ab]{0,2}"), two in prop::array::uniform8("[ab]{0,2}"),
            (quantity, points) in (0..3u32, 0..3i64), (quantity2, points2) in (0..3u32, 0..3i64),
        ) {
            let a = bytes_of(one.each_ref().map(String::as_str), quantity, points);
            let b = bytes_of(two.each_ref().map(String::as_str), quantity2, points2);
            prop_assert_eq!((one, quantity, points) == (two, quantity2, points2), a == b);
        }

        #[test]
        fn a_code_is_right_at_most_once_and_never_after_five_wrong_tries(
            tries in prop::collection::vec((any::<bool>(), 0..100i64), 1..20),
        ) {
            let (mut state, mut now, mut right, mut wrong) = (CodeState::fresh(at(0)), 0, 0, 0);
            for (matches, wait) in tries {
                now += wait;
                let (next, outcome) = state.check(matches, at(now));
                match outcome {
                    Try::Right => {
                        prop_assert!(matches && wrong < TRIES_MAX && now < LIFE_SECONDS);
                        right += 1;
                    }
                    Try::Wrong { tries_left } => {
                        wrong += 1;
                        prop_assert_eq!(tries_left, TRIES_MAX - wrong);
                        prop_assert_eq!(next.tries_left(), tries_left);
                    }
                    Try::Ended => prop_assert!(now >= LIFE_SECONDS),
                    Try::Used => prop_assert!(right == 1),
                    Try::Locked => prop_assert!(wrong == TRIES_MAX),
                }
                prop_assert!(right <= 1 && wrong <= TRIES_MAX);
                state = next;
            }
        }

        #[test]
        fn who_comes_back_when_told_is_let_through_and_not_a_moment_earlier(
            sent in prop::collection::vec(0..90_000i64, 0..30), now in 0..90_000i64,
        ) {
            let sent: Vec<_> = sent.into_iter().filter(|second| *second <= now).map(at).collect();
            if let Err(TooMany { again_at }) = decide_send(&sent, at(now)) {
                prop_assert!(again_at > at(now));
                prop_assert_eq!(decide_send(&sent, again_at), Ok(()));
                prop_assert!(decide_send(&sent, again_at - SignedDuration::from_secs(1)).is_err());
            }
        }
    }
}
