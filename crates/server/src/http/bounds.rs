//! Bounds of parameters, as the document names them: what is outside is refused by name, never cut to fit.

use crate::problem::{ApiError, FieldError, FieldWhy};
use std::ops::RangeInclusive;

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
