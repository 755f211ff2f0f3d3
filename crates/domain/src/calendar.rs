//! Days, weeks and months as the programme counts them.
//!
//! Invariants: a day ends at the first moment of the next one, in the programme's zone; a month later than the 31st is
//! the last day of a shorter month.

use jiff::{SignedDuration, Span, Timestamp, ZonedDateTime, civil::Weekday, tz::TimeZone};

/// How long points live, decided once when they are earned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// They never end.
    Never,
    /// They end with this very moment, whenever they were earned.
    FixedDate(Timestamp),
    /// They end with the day that comes so many months later.
    Months(u32),
    /// They end with the month that comes so many months later.
    EndOfMonth(u32),
    /// They end with the day that comes so many months after the member's last activity; each activity extends them.
    Inactivity(u32),
}

/// When points earned at `earned_at` end; the first moment at which they can't be spent any more.
///
/// # Panics
/// Where the calendar ends (year 9999): a policy that long is a bug of the configuration.
#[must_use]
pub fn ends_at(expiry: &Expiry, earned_at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let later = |months: u32| {
        let day = earned_at.to_zoned_datetime(zone.clone()).date();
        day.checked_add(Span::new().months(i64::from(months))).expect("a policy within the calendar")
    };
    let start_after = |day: jiff::civil::Date| {
        let next = day.tomorrow().expect("a policy within the calendar");
        next.to_zoned_datetime(zone.clone()).expect("a policy within the calendar").timestamp()
    };
    match expiry {
        Expiry::Never => None,
        Expiry::FixedDate(at) => Some(*at),
        Expiry::Months(months) | Expiry::Inactivity(months) => Some(start_after(later(*months))),
        Expiry::EndOfMonth(months) => Some(start_after(later(*months).last_of_month())),
    }
}

/// Calendar period of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// A day.
    Day,
    /// Monday to Sunday.
    Week,
    /// A month.
    Month,
    /// All time.
    Ever,
}

/// First moment of the period that `now` lies in; `None`: since ever.
#[must_use]
pub fn period_start(period: Period, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let here = now.to_zoned_datetime(zone.clone());
    first_day(period, &here).map(|day| midnight(day, zone))
}

/// First moment after the period that `now` lies in; `None`: never.
#[must_use]
pub fn period_end(period: Period, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let here = now.to_zoned_datetime(zone.clone());
    let span = match period {
        Period::Day => Span::new().days(1),
        Period::Week => Span::new().weeks(1),
        Period::Month => Span::new().months(1),
        Period::Ever => return None,
    };
    let next = first_day(period, &here)?.checked_add(span).expect("now lies within the calendar");
    Some(midnight(next, zone))
}

/// Year and month in the programme's zone in which a lot that ends at `ends_at` is lost. A lot that ends with the last
/// day of a month ends at the first moment of the next: it belongs to the month that it could still be spent in.
#[must_use]
pub fn month_of_end(ends_at: Timestamp, zone: &TimeZone) -> (i16, i8) {
    let last = (ends_at - SignedDuration::from_nanos(1)).to_zoned_datetime(zone.clone());
    (last.year(), last.month())
}

fn first_day(period: Period, here: &ZonedDateTime) -> Option<jiff::civil::Date> {
    let today = here.date();
    match period {
        Period::Day => Some(today),
        Period::Week => Some(
            today
                .checked_sub(Span::new().days(i64::from(today.weekday().since(Weekday::Monday))))
                .expect("now lies within the calendar"),
        ),
        Period::Month => Some(today.first_of_month()),
        Period::Ever => None,
    }
}

fn midnight(day: jiff::civil::Date, zone: &TimeZone) -> Timestamp {
    day.to_zoned_datetime(zone.clone()).expect("now lies within the calendar").timestamp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn jakarta() -> TimeZone {
        TimeZone::get("Asia/Jakarta").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn points_end_with_a_day_in_jakarta() {
        for (expiry, earned, ends) in [
            (Expiry::Months(12), "2025-11-24T05:00:00Z", "2026-11-24T17:00:00Z"),
            // 23:59:59 in Jakarta is still that day; a second later is the next.
            (Expiry::Months(12), "2025-11-24T16:59:59Z", "2026-11-24T17:00:00Z"),
            (Expiry::Months(12), "2025-11-24T17:00:00Z", "2026-11-25T17:00:00Z"),
            (Expiry::Months(12), "2024-02-29T05:00:00Z", "2025-02-28T17:00:00Z"),
            (Expiry::Months(48), "2024-02-29T05:00:00Z", "2028-02-29T17:00:00Z"),
            (Expiry::Months(1), "2026-01-31T05:00:00Z", "2026-02-28T17:00:00Z"),
            (Expiry::EndOfMonth(12), "2025-11-03T05:00:00Z", "2026-11-30T17:00:00Z"),
            (Expiry::EndOfMonth(3), "2025-11-30T20:00:00Z", "2026-03-31T17:00:00Z"),
            (Expiry::Inactivity(6), "2026-01-15T05:00:00Z", "2026-07-15T17:00:00Z"),
            (Expiry::FixedDate(at("2026-12-31T17:00:00Z")), "2026-01-01T00:00:00Z", "2026-12-31T17:00:00Z"),
        ] {
            assert_eq!(ends_at(&expiry, at(earned), &jakarta()), Some(at(ends)), "{expiry:?} {earned}");
        }
        assert_eq!(ends_at(&Expiry::Never, at("2026-01-01T00:00:00Z"), &jakarta()), None);
    }

    #[test]
    fn periods_begin_and_end_at_midnight_in_jakarta() {
        let now = at("2026-11-24T03:00:00Z"); // a Tuesday
        for (period, start, end) in [
            (Period::Day, "2026-11-23T17:00:00Z", "2026-11-24T17:00:00Z"),
            (Period::Week, "2026-11-22T17:00:00Z", "2026-11-29T17:00:00Z"),
            (Period::Month, "2026-10-31T17:00:00Z", "2026-11-30T17:00:00Z"),
        ] {
            assert_eq!(period_start(period, now, &jakarta()), Some(at(start)), "{period:?}");
            assert_eq!(period_end(period, now, &jakarta()), Some(at(end)), "{period:?}");
        }
        assert_eq!(period_start(Period::Ever, now, &jakarta()), None);
        assert_eq!(period_end(Period::Ever, now, &jakarta()), None);
    }

    #[test]
    fn a_week_begins_on_monday_whatever_the_day() {
        for day in 23..=29 {
            let noon = at(&format!("2026-11-{day}T12:00:00+07:00"));
            assert_eq!(
                period_start(Period::Week, noon, &jakarta()),
                Some(at("2026-11-23T00:00:00+07:00")),
                "{day}"
            );
            assert_eq!(
                period_end(Period::Week, noon, &jakarta()),
                Some(at("2026-11-30T00:00:00+07:00")),
                "{day}"
            );
        }
        let new_year = at("2027-01-01T00:00:00+07:00");
        assert_eq!(period_start(Period::Week, new_year, &jakarta()), Some(at("2026-12-28T00:00:00+07:00")));
    }

    #[test]
    fn a_leap_february_has_its_29th() {
        let leap_day = at("2028-02-29T23:59:59+07:00");
        assert_eq!(period_start(Period::Month, leap_day, &jakarta()), Some(at("2028-02-01T00:00:00+07:00")));
        assert_eq!(period_end(Period::Month, leap_day, &jakarta()), Some(at("2028-03-01T00:00:00+07:00")));
        assert_eq!(period_end(Period::Day, leap_day, &jakarta()), Some(at("2028-03-01T00:00:00+07:00")));
    }

    #[test]
    fn a_day_whose_midnight_is_skipped_begins_with_its_first_moment() {
        // Clocks in Cairo went from 23:59:59 on Thursday straight to 01:00 on Friday, 26 April 2024.
        let cairo = TimeZone::get("Africa/Cairo").unwrap();
        let friday = at("2024-04-26T12:00:00+03:00");
        let begins = at("2024-04-25T22:00:00Z");
        assert_eq!(period_start(Period::Day, friday, &cairo), Some(begins));
        assert_eq!(ends_at(&Expiry::Months(1), at("2024-03-25T10:00:00Z"), &cairo), Some(begins));
    }

    #[test]
    fn the_last_second_of_a_month_belongs_to_it() {
        assert_eq!(month_of_end(at("2026-11-30T17:00:00Z"), &jakarta()), (2026, 11));
        assert_eq!(month_of_end(at("2026-11-30T17:00:00.000000001Z"), &jakarta()), (2026, 12));
        assert_eq!(month_of_end(at("2026-12-31T17:00:00Z"), &jakarta()), (2026, 12));
    }
}
