//! Tables for each command; [`histories`] holds random histories against a naive model.

use super::*;
use jiff::{SignedDuration, tz::TimeZone};
use pretty_assertions::assert_eq;

mod histories;

fn at(day: i64) -> Timestamp {
    Timestamp::from_second(1_767_200_400 + day * 86_400).unwrap()
}

fn lot(id: &str, available: i64, ends: Option<i64>) -> Lot {
    Lot {
        id: id.into(),
        earned_at: at(-10),
        ends_at: ends.map(at),
        granted: Points(available),
        pending: Points::ZERO,
        available: Points(available),
        held: Points::ZERO,
    }
}

fn share(id: &str, points: i64) -> Share {
    Share { lot: id.into(), points: Points(points) }
}

/// `lots` with the changed ones of `posting` in place of the old.
fn after(mut lots: Vec<Lot>, posting: &Posting) -> Vec<Lot> {
    for changed in &posting.lots {
        match lots.iter_mut().find(|lot| lot.id == changed.id) {
            Some(lot) => *lot = changed.clone(),
            None => lots.push(changed.clone()),
        }
    }
    lots
}

#[test]
fn what_ends_first_is_spent_first_and_what_never_ends_last() {
    let lots =
        [lot("never", 50, None), lot("b", 20, Some(9)), lot("a", 20, Some(9)), lot("soon", 10, Some(1))];
    let (_, shares) = hold(&lots, Points(65), at(0)).unwrap();
    assert_eq!(shares, [share("soon", 10), share("a", 20), share("b", 20), share("never", 15)]);
}

#[test]
fn a_lot_pays_until_the_moment_it_ends() {
    let lots = [lot("a", 10, Some(1))];
    let last = at(1) - SignedDuration::from_millis(1);
    assert!(hold(&lots, Points(10), last).is_ok());
    assert_eq!(hold(&lots, Points(10), at(1)), Err(LedgerRefusal::Short { missing: Points(10) }));
}

#[test]
fn a_short_balance_says_how_many_points_are_missing() {
    let lots = [lot("a", 10, Some(1)), lot("b", 5, None)];
    assert_eq!(hold(&lots, Points(20), at(0)), Err(LedgerRefusal::Short { missing: Points(5) }));
    assert_eq!(hold(&lots, Points(0), at(0)), Err(LedgerRefusal::NotPositive));
    assert_eq!(hold(&lots, Points(-1), at(0)), Err(LedgerRefusal::NotPositive));
}

#[test]
fn pending_points_can_not_be_held_until_they_are_granted() {
    let earning =
        Earning { id: "p".into(), points: Points(40), earned_at: at(0), ends_at: Some(at(9)), pending: true };
    let posting = earn(earning).unwrap();
    assert_eq!(posting.available_change(), Points::ZERO);
    assert!(hold(&posting.lots, Points(1), at(0)).is_err());
    let granted = grant(posting.lots[0].clone());
    assert_eq!(granted.available_change(), Points(40));
    assert!(hold(&granted.lots, Points(40), at(0)).is_ok());
}

#[test]
fn a_voided_hold_goes_back_into_its_own_lots() {
    let lots = vec![lot("a", 10, Some(5)), lot("b", 10, Some(6))];
    let (held, shares) = hold(&lots, Points(15), at(0)).unwrap();
    let during = after(lots.clone(), &held);
    let back = after(during.clone(), &void(&during, &shares, at(1)));
    assert_eq!(back, lots);
}

#[test]
fn held_points_of_an_ended_lot_stay_held_and_expire_when_the_hold_is_voided() {
    let lots = vec![lot("a", 10, Some(5))];
    let (held, shares) = hold(&lots, Points(4), at(4)).unwrap();
    let during = after(lots, &held);
    let expired = expire(&during, at(5));
    assert_eq!(expired.expired(), Points(6));
    let during = after(during, &expired);
    assert_eq!(during[0].held, Points(4));
    assert_eq!(post(&during, &shares).lots[0].held, Points::ZERO);
    let voided = void(&during, &shares, at(6));
    assert_eq!((voided.expired(), voided.available_change()), (Points(4), Points::ZERO));
}

#[test]
fn a_refund_goes_to_its_own_lots_and_never_gives_more_than_they_gave() {
    let lots = vec![lot("a", 10, Some(5)), lot("b", 10, None)];
    let (held, paid) = hold(&lots, Points(12), at(0)).unwrap();
    let during = after(lots.clone(), &held);
    let spent = after(during.clone(), &post(&during, &paid));
    assert_eq!(after(spent.clone(), &refund(&spent, &paid, &paid, at(1)).unwrap()), lots);
    for too_much in [vec![share("a", 11)], vec![share("b", 2), share("b", 1)], vec![share("c", 1)]] {
        assert_eq!(refund(&spent, &paid, &too_much, at(1)), Err(LedgerRefusal::MoreThanPaid));
    }
    let late = refund(&spent, &paid, &paid, at(5)).unwrap();
    assert_eq!((late.available_change(), late.expired()), (Points(2), Points(10)));
}

#[test]
fn two_shares_of_one_lot_both_count() {
    let mut spent = lot("b", 0, None);
    spent.granted = Points(5);
    let posting = refund(&[spent], &[share("b", 5)], &[share("b", 2), share("b", 1)], at(0)).unwrap();
    assert_eq!(posting.available_change(), Points(3));
    assert_eq!(posting.lots.len(), 1);
    assert_eq!(posting.lots[0].available, Points(3));
}

#[test]
fn a_share_of_nothing_is_refused() {
    let mut spent = lot("b", 0, None);
    spent.granted = Points(5);
    for points in [0, -1] {
        let back = [share("b", points)];
        let refused = refund(std::slice::from_ref(&spent), &[share("b", 5)], &back, at(0));
        assert_eq!(refused, Err(LedgerRefusal::NotPositive));
    }
}

#[test]
fn points_beyond_the_most_are_refused_and_never_overflow() {
    let earning = |points| Earning {
        id: "a".into(),
        points: Points(points),
        earned_at: at(0),
        ends_at: None,
        pending: false,
    };
    assert!(earn(earning(POINTS_MAX.0)).is_ok());
    for points in [POINTS_MAX.0 + 1, i64::MAX] {
        assert_eq!(earn(earning(points)), Err(LedgerRefusal::TooMany { max: POINTS_MAX }));
        assert_eq!(
            correct(lot("a", 10, None), Points(points), at(0)),
            Err(LedgerRefusal::TooMany { max: POINTS_MAX })
        );
    }
    assert_eq!(
        correct(lot("a", POINTS_MAX.0, None), Points(1), at(0)),
        Err(LedgerRefusal::TooMany { max: POINTS_MAX })
    );
    assert_eq!(
        correct(lot("a", 10, None), Points(i64::MIN), at(0)),
        Err(LedgerRefusal::TooMany { max: POINTS_MAX })
    );
    assert_eq!(correct(lot("a", 10, None), Points::ZERO, at(0)), Err(LedgerRefusal::NotPositive));
}

#[test]
fn points_that_would_end_before_they_are_earned_are_refused() {
    for days in [-1, 0] {
        let earning = Earning {
            id: "a".into(),
            points: Points(1),
            earned_at: at(0),
            ends_at: Some(at(days)),
            pending: false,
        };
        assert_eq!(earn(earning), Err(LedgerRefusal::LotEnded));
    }
}

#[test]
fn a_hold_that_was_resolved_can_not_be_resolved_again() {
    let lots = vec![lot("a", 10, Some(5))];
    let (held, shares) = hold(&lots, Points(10), at(0)).unwrap();
    let during = after(lots, &held);
    let spent = after(during.clone(), &post(&during, &shares));
    let freed = after(during.clone(), &void(&during, &shares, at(1)));
    for resolved in [spent, freed] {
        assert!(std::panic::catch_unwind(|| post(&resolved, &shares)).is_err());
        assert!(std::panic::catch_unwind(|| void(&resolved, &shares, at(1))).is_err());
    }
}

#[test]
fn an_extension_is_only_ever_later() {
    assert_eq!(extend(lot("a", 1, Some(5)), at(9), at(0)).unwrap().ends_at, Some(at(9)));
    assert_eq!(extend(lot("a", 1, Some(5)), at(5), at(0)), Err(LedgerRefusal::NotLater));
    assert_eq!(extend(lot("a", 1, None), at(5), at(0)), Err(LedgerRefusal::NotLater));
    assert_eq!(extend(lot("a", 1, Some(5)), at(9), at(5)), Err(LedgerRefusal::LotEnded));
}

#[test]
fn an_activity_keeps_only_lots_alive_that_have_not_ended_and_end_earlier() {
    let lots =
        [lot("over", 1, Some(0)), lot("soon", 2, Some(1)), lot("late", 3, Some(9)), lot("never", 4, None)];
    let kept = keep_alive(&lots, at(5), at(0));
    assert_eq!(kept, [lot("soon", 2, Some(5))]);
}

#[test]
fn a_pending_lot_that_ended_before_its_grant_is_never_spendable() {
    let mut waiting = lot("p", 0, Some(5));
    (waiting.granted, waiting.pending) = (Points(7), Points(7));
    assert!(expire(std::slice::from_ref(&waiting), at(6)).lots.is_empty());
    let told = |now| summary(std::slice::from_ref(&waiting), now, 30, &TimeZone::UTC).pending;
    assert_eq!((told(at(4)), told(at(5))), (Points(7), Points::ZERO), "nor promised once it has ended");
    let granted = grant(waiting).lots;
    assert_eq!(hold(&granted, Points(1), at(6)), Err(LedgerRefusal::Short { missing: Points(1) }));
    assert_eq!(expire(&granted, at(6)).expired(), Points(7));
}

#[test]
fn expiring_twice_takes_nothing_more() {
    let lots = vec![lot("a", 10, Some(1)), lot("b", 5, Some(9)), lot("c", 5, None)];
    let first = expire(&lots, at(1));
    assert_eq!(first.expired(), Points(10));
    assert_eq!(expire(&after(lots, &first), at(1)), Posting::default());
}

#[test]
fn a_lot_of_the_policy_is_spendable_to_its_last_second_in_jakarta() {
    let zone = TimeZone::get("Asia/Jakarta").unwrap();
    let earned_at: Timestamp = "2024-02-29T05:00:00Z".parse().unwrap();
    let ends_at = crate::calendar::ends_at(&crate::calendar::Expiry::Months(12), earned_at, &zone);
    let lots =
        earn(Earning { id: "a".into(), points: Points(5), earned_at, ends_at, pending: false }).unwrap().lots;
    let last: Timestamp = "2025-02-28T23:59:59+07:00".parse().unwrap();
    let next: Timestamp = "2025-03-01T00:00:00+07:00".parse().unwrap();
    assert!(hold(&lots, Points(5), last).is_ok());
    assert_eq!(expire(&lots, last), Posting::default());
    assert_eq!(hold(&lots, Points(5), next), Err(LedgerRefusal::Short { missing: Points(5) }));
    assert_eq!(expire(&lots, next).expired(), Points(5));
}

#[test]
fn a_correction_never_goes_below_zero() {
    assert_eq!(correct(lot("a", 10, None), Points(5), at(0)).unwrap().lots[0].available, Points(15));
    assert_eq!(correct(lot("a", 10, None), Points(-10), at(0)).unwrap().lots[0].available, Points::ZERO);
    assert_eq!(
        correct(lot("a", 10, None), Points(-11), at(0)),
        Err(LedgerRefusal::Short { missing: Points(1) })
    );
    assert_eq!(correct(lot("a", 10, Some(0)), Points(1), at(0)), Err(LedgerRefusal::LotEnded));
}

#[test]
fn a_million_points_are_paid_from_ten_thousand_lots() {
    let lots: Vec<Lot> = (0..10_000).map(|n| lot(&format!("{n:05}"), 100, Some(1 + n % 700))).collect();
    let (held, shares) = hold(&lots, Points(1_000_000), at(0)).unwrap();
    assert_eq!(shares.len(), 10_000);
    assert_eq!(held.available_change(), Points(-1_000_000));
    let posted = post(&held.lots, &shares);
    assert!(posted.lots.iter().all(|lot| lot.held == Points::ZERO && lot.available == Points::ZERO));
}

#[test]
fn a_summary_tells_what_ends_when() {
    let zone = TimeZone::get("Asia/Jakarta").unwrap();
    let lots = [
        lot("a", 10, Some(2)),
        lot("b", 5, Some(2)),
        lot("c", 7, Some(20)),
        lot("d", 1, Some(90)),
        lot("e", 3, None),
        lot("gone", 99, Some(-1)),
    ];
    let summary = summary(&lots, at(0), 30, &zone);
    assert_eq!(summary.available, Points(26));
    assert_eq!(summary.next_ending, Some(Ending { points: Points(15), at: at(2) }));
    assert_eq!(summary.about_to_be_lost, Some(Ending { points: Points(22), at: at(2) }));
    assert_eq!(summary.months, [(2026, 1, Points(22)), (2026, 3, Points(1))]);
}

#[test]
fn a_window_beyond_the_calendar_takes_in_every_end() {
    let zone = TimeZone::get("Asia/Jakarta").unwrap();
    let lots = [lot("a", 10, Some(2)), lot("b", 7, Some(90_000))];
    let summary = summary(&lots, at(0), u32::MAX, &zone);
    assert_eq!(summary.about_to_be_lost, Some(Ending { points: Points(17), at: at(2) }));
}

#[test]
fn months_beyond_the_last_are_gathered_in_it() {
    let zone = TimeZone::get("Asia/Jakarta").unwrap();
    let lots: Vec<Lot> = (0..50).map(|n| lot(&format!("{n:02}"), 1, Some(1 + n * 31))).collect();
    let summary = summary(&lots, at(0), 30, &zone);
    assert_eq!(summary.months.len(), MONTHS_MAX);
    assert_eq!(summary.months.iter().map(|month| month.2).sum::<Points>(), Points(50));
}

#[test]
fn what_was_granted_too_early_is_pending_again_and_what_only_expired_comes_back() {
    let of_lot =
        |lot: Lot, expired, not_granted_yet| TooEarly { lot, expired: Points(expired), not_granted_yet };
    let emptied = |id| Lot { granted: Points(9), ..lot(id, 0, Some(5)) };
    let mut half = lot("half", 4, Some(5));
    (half.granted, half.held) = (Points(9), Points(2));
    let early =
        [of_lot(emptied("lost"), 9, false), of_lot(emptied("unripe"), 9, true), of_lot(half, 3, true)];
    let posting = put_right(&early);
    let parts: Vec<_> = posting.lots.iter().map(|lot| (lot.pending.0, lot.available.0, lot.held.0)).collect();
    assert_eq!(parts, [(0, 9, 0), (9, 0, 0), (7, 0, 2)]);
    assert_eq!((posting.expired(), posting.available_change()), (Points(-21), Points(5)));
    assert_eq!(early.each_ref().map(|early| early.pending_again().0), [0, 9, 7]);
}
