//! Whole numbers of a request's body, in every writing that JSON Schema calls an integer: `2` and `2.0`.

use serde::{
    Deserializer,
    de::{Error, Unexpected, Visitor},
};
use std::{fmt, marker::PhantomData};

/// Up to here each whole number has a float of its own.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// Reads a whole number. For `#[serde(deserialize_with)]`.
///
/// # Errors
/// A number with a fraction, or beyond what the field holds.
pub fn read<'de, T: TryFrom<i64>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(Whole(PhantomData))
}

struct Whole<T>(PhantomData<T>);

impl<T: TryFrom<i64>> Visitor<'_> for Whole<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        T::try_from(value).map_err(|_| E::invalid_value(Unexpected::Signed(value), &self))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        let narrowed = i64::try_from(value).ok().and_then(|value| T::try_from(value).ok());
        narrowed.ok_or_else(|| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    #[expect(clippy::cast_possible_truncation, reason = "whole, and within what both types hold")]
    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        if value.fract() == 0.0 && value.abs() <= EXACT_MAX {
            self.visit_i64(value as i64)
        } else {
            Err(E::invalid_value(Unexpected::Float(value), &self))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::AskQuote;

    #[test]
    fn a_whole_number_is_read_in_each_of_its_writings_and_no_other() {
        let quantity = |number: &str| {
            let body = format!(r#"{{"reward_id": "a", "quantity": {number}}}"#);
            serde_json::from_str::<AskQuote>(&body).ok().map(|ask| ask.quantity)
        };
        for (number, read) in [
            ("2", Some(2)),
            ("2.0", Some(2)),
            ("2e0", Some(2)),
            ("4294967295", Some(u32::MAX)),
            ("4294967296", None),
            ("2.5", None),
            ("-1", None),
            ("1e300", None),
            ("\"2\"", None),
            ("null", None),
        ] {
            assert_eq!(quantity(number), read, "{number}");
        }
    }
}
