//! Moments as a member is told them.
//!
//! On the wire `ends_at` is the first moment at which something can't be used any more. A member who reads a date trusts
//! the whole of that day, so every screen and message tells the last usable moment instead: points that end at
//! 2027-07-01 00:00 in the programme's zone are valid until 30 June.

use tukar_wire::Moment;

/// A moment this near is told with its weekday and time.
const NEAR_MS: i64 = 6 * 86_400_000;

/// The last moment, in whole seconds, at which something that ends at `ends_at` can still be used.
#[must_use]
pub fn last_usable(ends_at: Moment) -> Moment {
    ends_at.plus_ms(-1_000)
}

/// Writes moments in one language and in the programme's zone.
///
/// The four required methods write a moment as it is. The `until_…` methods take an end (`ends_at`, `closes_at`) and
/// write the last usable moment: use them for everything that ends.
pub trait Formats {
    /// `24 Nov 2026`.
    fn date(&self, at: Moment) -> String;
    /// `24 Nov 2026, 23.59 WIB`.
    fn date_time(&self, at: Moment) -> String;
    /// `Selasa, 24 Nov, 23.59 WIB`.
    fn weekday_time(&self, at: Moment) -> String;
    /// `23.59 WIB`.
    fn time(&self, at: Moment) -> String;

    /// With the weekday and the time when it is within six days of `now`, else the date.
    fn when(&self, at: Moment, now: Moment) -> String {
        if at.ms_since(now).abs() < NEAR_MS { self.weekday_time(at) } else { self.date(at) }
    }

    /// Last day on which what ends at `ends_at` can be used.
    fn until_date(&self, ends_at: Moment) -> String {
        self.date(last_usable(ends_at))
    }

    /// Last minute in which what ends at `ends_at` can be used, with its day.
    fn until_date_time(&self, ends_at: Moment) -> String {
        self.date_time(last_usable(ends_at))
    }

    /// As [`Formats::when`], of the last usable moment.
    fn until_when(&self, ends_at: Moment, now: Moment) -> String {
        self.when(last_usable(ends_at), now)
    }

    /// Last minute in which what ends at `ends_at` can be used, today.
    fn until_time(&self, ends_at: Moment) -> String {
        self.time(last_usable(ends_at))
    }
}
