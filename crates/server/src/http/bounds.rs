//! Bounds of parameters, as the document names them: what is outside is refused by name, never cut to fit.

use crate::problem::{ApiError, FieldError, FieldWhy};
use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::{Deserialize as _, Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// The parameters of an address, each of them once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut given = Map::new();
        for (name, value) in form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
            if given.insert(name.to_string(), Value::String(value.into_owned())).is_some() {
                return Err(twice(&name));
            }
        }
        let read = serde_path_to_error::deserialize(Value::Object(given));
        read.map(Query).map_err(|error: serde_path_to_error::Error<serde_json::Error>| {
            malformed(&error.path().to_string(), FieldWhy::Shape)
        })
    }
}

/// Characters of a name in an answer: one that is not ours may have any length.
const NAME_CHARACTERS_MAX: usize = 80;

/// The name or path of a field as an answer repeats it.
pub(super) fn shown(name: &str) -> String {
    name.chars().take(NAME_CHARACTERS_MAX).collect()
}

/// A parameter that is there twice.
pub(super) fn twice(name: &str) -> ApiError {
    malformed(&shown(name), FieldWhy::Shape)
}

/// Reads a count in its one writing: digits, none of them a 0 before others. What is more than the type holds is as much as it
/// holds, which no range allows.
pub(super) fn read_count(text: &str) -> Option<u32> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    (is_plain && !text.is_empty()).then(|| text.parse().unwrap_or(u32::MAX))
}

/// [`read_count`] for `#[serde(default, deserialize_with)]`.
pub(super) fn count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    let text = String::deserialize(from)?;
    read_count(&text).map(Some).ok_or_else(|| serde::de::Error::custom("not a count"))
}

/// Letters of a cursor that a page of the API gave.
pub(super) const CURSOR_LETTERS_MAX: usize = 100;

/// The length of a page: as asked for, within a range.
///
/// # Errors
/// [`ApiError::Malformed`] with the range.
pub(super) fn page_length(
    asked: Option<u32>,
    range: RangeInclusive<u32>,
    absent: u32,
) -> Result<u32, ApiError> {
    let asked = asked.unwrap_or(absent);
    if range.contains(&asked) {
        return Ok(asked);
    }
    let why = FieldWhy::OutOfRange { min: i64::from(*range.start()), max: i64::from(*range.end()) };
    Err(malformed("limit", why))
}

/// A text that is not longer than the document allows.
///
/// # Errors
/// [`ApiError::Malformed`] with the most.
pub(super) fn not_longer(field: &str, text: &str, letters_max: usize) -> Result<(), ApiError> {
    if text.chars().count() <= letters_max {
        return Ok(());
    }
    Err(malformed(field, FieldWhy::TooLong { max: u32::try_from(letters_max).unwrap_or(u32::MAX) }))
}

/// A count of pieces.
///
/// # Errors
/// [`ApiError::Malformed`] with the range.
pub(super) fn at_least_one(field: &str, count: u32) -> Result<(), ApiError> {
    let range = FieldWhy::OutOfRange { min: 1, max: i64::from(u32::MAX) };
    if count > 0 { Ok(()) } else { Err(malformed(field, range)) }
}

fn malformed(field: &str, why: FieldWhy) -> ApiError {
    ApiError::Malformed { fields: vec![FieldError::new(field, why)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_has_one_writing() {
        for (text, count) in [
            ("0", Some(0)),
            ("5", Some(5)),
            ("1000", Some(1000)),
            ("99999999999", Some(u32::MAX)),
            ("", None),
            ("05", None),
            ("00", None),
            ("+5", None),
            ("-1", None),
            ("5.0", None),
            ("\u{665}", None),
        ] {
            assert_eq!(read_count(text), count, "{text}");
        }
    }
}
