//! [`Moment`]: RFC 3339 in UTC on the wire, milliseconds since 1970 inside.
//!
//! Written by hand because a calendar crate weighs more in the widget than the whole of this file: dates are *shown*
//! by the browser's `Intl`, so all that is needed here is the way between text and number.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z. On the wire `2026-11-24T16:59:59.000Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(pub i64);

const DAY_MS: i64 = 86_400_000;

impl Moment {
    /// Milliseconds from `earlier` to `self`; negative when `self` comes first.
    #[must_use]
    pub fn ms_since(self, earlier: Moment) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The moment `ms` milliseconds later.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Moment {
        Moment(self.0.saturating_add(ms))
    }

    /// Reads `YYYY-MM-DDTHH:MM:SS[.fraction](Z|±HH:MM)`; `None` for anything else, years outside 1–9999 included.
    #[must_use]
    pub fn parse(text: &str) -> Option<Moment> {
        let b = text.as_bytes();
        if b.len() < 20 || b.len() > 40 || b[4] != b'-' || b[7] != b'-' || b[13] != b':' || b[16] != b':' {
            return None;
        }
        if !matches!(b[10], b'T' | b't' | b' ') {
            return None;
        }
        let year = digits(&b[0..4])?;
        let month = digits(&b[5..7])?;
        let day = digits(&b[8..10])?;
        let (hour, minute, second) = (digits(&b[11..13])?, digits(&b[14..16])?, digits(&b[17..19])?);
        if year < 1 || !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
            return None;
        }
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let mut at = 19;
        let mut ms = 0;
        if b[at] == b'.' {
            at += 1;
            let start = at;
            let mut scale = 100;
            while at < b.len() && b[at].is_ascii_digit() {
                ms += i64::from(b[at] - b'0') * scale;
                scale /= 10;
                at += 1;
            }
            if at == start {
                return None;
            }
        }
        let offset_minutes = match b.get(at)? {
            b'Z' | b'z' if at + 1 == b.len() => 0,
            sign @ (b'+' | b'-') if at + 6 == b.len() && b[at + 3] == b':' => {
                let (h, m) = (digits(&b[at + 1..at + 3])?, digits(&b[at + 4..at + 6])?);
                if h > 23 || m > 59 {
                    return None;
                }
                (h * 60 + m) * if *sign == b'-' { -1 } else { 1 }
            }
            _ => return None,
        };
        let days = days_from_civil(year, month, day);
        Some(Moment(days * DAY_MS + ((hour * 60 + minute - offset_minutes) * 60 + second) * 1000 + ms))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0.div_euclid(DAY_MS));
        let ms = self.0.rem_euclid(DAY_MS);
        let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", ms % 1000)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Moment::parse(&text).ok_or_else(|| D::Error::custom("not an RFC 3339 moment"))
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Moment {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .examples(["2026-11-24T16:59:59.000Z"])
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Moment {}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar, counting years from March so that the leap day comes last.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day_of_year - (153 * march_month + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_moments_read_and_write_the_same() {
        for (text, ms) in [
            ("1970-01-01T00:00:00.000Z", 0),
            ("2000-02-29T12:00:00.000Z", 951_825_600_000),
            ("2026-11-24T16:59:59.000Z", 1_795_539_599_000),
            ("1969-12-31T23:59:59.999Z", -1),
        ] {
            assert_eq!(Moment::parse(text), Some(Moment(ms)), "{text}");
            assert_eq!(Moment(ms).to_string(), text);
        }
    }

    #[test]
    fn an_offset_is_taken_off() {
        assert_eq!(Moment::parse("2026-11-25T00:00:00+07:00"), Moment::parse("2026-11-24T17:00:00Z"));
    }

    #[test]
    fn malformed_moments_are_refused() {
        for text in [
            "",
            "2026-11-24",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-11-24T24:00:00Z",
            "2026-11-24T00:00:00",
            "2026-11-24T00:00:00.Z",
            "2026-11-24T00:00:00Zx",
            "２026-11-24T00:00:00Z",
        ] {
            assert_eq!(Moment::parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_moment_survives_the_wire(ms in -62_135_596_800_000i64..253_402_300_799_999) {
            prop_assert_eq!(Moment::parse(&Moment(ms).to_string()), Some(Moment(ms)));
        }

        #[test]
        fn no_text_panics(text in ".{0,48}") {
            let _ = Moment::parse(&text);
        }
    }
}
