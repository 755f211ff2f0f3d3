//! One end, one date: in every zone the last usable moment is told, also on the day on which clocks change.
#![expect(clippy::unwrap_used, reason = "a test: what can't be read is a failure")]

use jiff::{Timestamp, tz::TimeZone};
use proptest::prelude::*;
use tukar_screens::{
    Formats, last_usable,
    points::{about_to_be_lost, paying},
};
use tukar_wire::{Balance, Ending, Moment, PaidBy, Quote};

/// Writes a moment so that every part of it can be read.
struct Plain(TimeZone);

impl Plain {
    fn write(&self, at: Moment, pattern: &str) -> String {
        let at = Timestamp::from_millisecond(at.0).unwrap().to_zoned_datetime(self.0.clone());
        at.strftime(pattern).to_string()
    }
}

impl Formats for Plain {
    fn date(&self, at: Moment) -> String {
        self.write(at, "%Y-%m-%d")
    }
    fn date_time(&self, at: Moment) -> String {
        self.write(at, "%Y-%m-%d %H:%M")
    }
    fn weekday_time(&self, at: Moment) -> String {
        self.write(at, "%A %m-%d %H:%M")
    }
    fn time(&self, at: Moment) -> String {
        self.write(at, "%H:%M")
    }
}

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

#[test]
fn the_last_usable_moment_is_told_in_the_programmes_zone() {
    for (zone, ends_at, date, time) in [
        ("Asia/Jakarta", "2027-06-30T17:00:00Z", "2027-06-30", "23:59"),
        ("Asia/Jayapura", "2027-06-30T15:00:00Z", "2027-06-30", "23:59"),
        // The same moment is two hours later in Jayapura: another day there.
        ("Asia/Jayapura", "2027-06-30T17:00:00Z", "2027-07-01", "01:59"),
        ("Europe/London", "2027-06-30T23:00:00Z", "2027-06-30", "23:59"),
        ("Europe/London", "2028-01-01T00:00:00Z", "2027-12-31", "23:59"),
        // Clocks go forward at 01:00 on 28 March 2027: the day ends an hour earlier in UTC, and is told as that day.
        ("Europe/London", "2027-03-28T23:00:00Z", "2027-03-28", "23:59"),
        // … and back at 02:00 on 31 October 2027, a day of 25 hours.
        ("Europe/London", "2027-11-01T00:00:00Z", "2027-10-31", "23:59"),
        // An end within the hour that is skipped or told twice.
        ("Europe/London", "2027-03-28T01:00:00Z", "2027-03-28", "00:59"),
        ("Europe/London", "2027-10-31T01:00:00Z", "2027-10-31", "01:59"),
        ("Asia/Jakarta", "2028-02-29T17:00:00Z", "2028-02-29", "23:59"),
    ] {
        let (plain, ends_at) = (Plain(TimeZone::get(zone).unwrap()), at(ends_at));
        assert_eq!(plain.until_date(ends_at), date, "{zone}");
        assert_eq!(plain.until_date_time(ends_at), format!("{date} {time}"), "{zone}");
        assert_eq!(plain.until_time(ends_at), time, "{zone}");
        let far = ends_at.plus_ms(-30 * 86_400_000);
        assert_eq!(plain.until_when(ends_at, far), date, "{zone}");
        let near = ends_at.plus_ms(-86_400_000);
        let told = plain.until_when(ends_at, near);
        assert!(told.ends_with(&format!("{} {time}", &date[5..])), "{zone}: {told}");
    }
}

#[test]
fn the_date_that_is_told_is_never_that_of_the_first_unusable_moment() {
    let ends_at = at("2027-06-30T17:00:00Z");
    assert_eq!(last_usable(ends_at), at("2027-06-30T16:59:59Z"));
    let jakarta = Plain(TimeZone::get("Asia/Jakarta").unwrap());
    assert_eq!(
        (jakarta.date(ends_at), jakarta.until_date(ends_at)),
        ("2027-07-01".into(), "2027-06-30".into())
    );
}

fn balance(next: Option<(i64, i64)>, about: Option<(i64, i64)>) -> Balance {
    let ending = |(points, at)| Ending { points, at: Moment(at) };
    Balance {
        available: 12_450,
        held: 0,
        pending: 0,
        pending_by: None,
        next_ending: next.map(ending),
        about_to_be_lost: about.map(ending),
        months: vec![],
        lots: vec![],
        lots_total: 0,
        lots_next: None,
        server_time: Moment(0),
    }
}

#[test]
fn the_banner_tells_all_that_is_about_to_be_lost_and_what_goes_first() {
    let soon = about_to_be_lost(&balance(Some((300, 50)), Some((750, 50)))).unwrap();
    assert_eq!((soon.points, soon.first.points, soon.at_once()), (750, 300, false));
    let one = about_to_be_lost(&balance(Some((300, 50)), Some((300, 50)))).unwrap();
    assert_eq!((one.points, one.at_once()), (300, true));
    assert_eq!(about_to_be_lost(&balance(Some((300, 50)), None)), None, "what ends later is no warning");
    let odd = about_to_be_lost(&balance(None, Some((750, 50)))).unwrap();
    assert_eq!((odd.points, odd.first.points), (750, 750));
}

fn quote(paid: &[i64], more: u64, more_points: i64) -> Quote {
    let lot = |(at, points): (usize, &i64)| PaidBy {
        lot_id: at.to_string(),
        points: *points,
        source: "Isi ulang".to_owned(),
        ends_at: None,
    };
    Quote {
        reward_id: "kopi".to_owned(),
        title: "Kopi".to_owned(),
        quantity: 1,
        quantity_max: 1,
        points: paid.iter().sum::<i64>() + more_points,
        paid_by: paid.iter().enumerate().map(lot).collect(),
        paid_by_more: more,
        paid_by_more_points: more_points,
        left: 0,
        reasons: vec![],
        price_version: String::new(),
        channels: vec![],
        own_phone_masked: None,
        hold_seconds: 900,
        server_time: Moment(0),
    }
}

#[test]
fn one_lot_has_its_own_row_and_not_a_line_for_the_rest() {
    let five = quote(&[10, 20, 30, 40, 50], 0, 0);
    assert_eq!((paying(&five, 4).rows.len(), paying(&five, 4).more), (5, 0));
    let six = quote(&[10, 20, 30, 40, 50, 60], 0, 0);
    assert_eq!((paying(&six, 4).rows.len(), paying(&six, 4).more, paying(&six, 4).more_points), (4, 2, 110));
}

proptest! {
    #[test]
    fn rows_and_rest_add_up_to_the_price(
        paid in prop::collection::vec(1_i64..100_000, 0..20),
        more in 0_u64..500,
        rows_max in 0_usize..30,
    ) {
        let more_points = i64::try_from(more).unwrap() * 7;
        let quote = quote(&paid, more, more_points);
        let told = paying(&quote, rows_max);
        let rows: i64 = told.rows.iter().map(|lot| lot.points).sum();
        prop_assert_eq!(rows + told.more_points, quote.points);
        prop_assert_eq!(told.rows.len() as u64 + told.more, paid.len() as u64 + more);
        prop_assert_eq!(told.rows, &quote.paid_by[..told.rows.len()], "in spend order");
        prop_assert!(told.more > 0 || told.more_points == 0);
    }
}
