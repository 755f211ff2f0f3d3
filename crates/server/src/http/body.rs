//! JSON in and out: a body that is refused becomes a [`ApiError`] that names the field.
//!
//! Invariant: no text that comes in holds a NUL, in a body as in an address: PostgreSQL has no such text, and SQLite has.

use crate::problem::{ApiError, FieldError, FieldWhy};
use axum::{
    body::{Body, Bytes, HttpBody as _},
    extract::{FromRequest, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::header::CONTENT_TYPE;
use http_body_util::LengthLimitError;
use serde::{Serialize, de::DeserializeOwned};
use std::{error::Error as _, time::Duration};

/// Bytes that a request body may have.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// Time that a whole body may take: one byte now and then does not begin it anew.
const BODY_WAIT: Duration = Duration::from_secs(15);

/// Reads the body before anything else is done with its request, which takes nobody's place while it is on its way.
pub(super) async fn whole(request: Request, next: Next) -> Result<Response, ApiError> {
    if request.body().is_end_stream() {
        return Ok(next.run(request).await);
    }
    let (parts, body) = request.into_parts();
    let bytes = read_whole(body, BODY_WAIT).await?;
    Ok(next.run(Request::from_parts(parts, Body::from(bytes))).await)
}

async fn read_whole(body: Body, wait: Duration) -> Result<Bytes, ApiError> {
    let read = tokio::time::timeout(wait, axum::body::to_bytes(body, BODY_BYTES_MAX)).await;
    read.map_err(|_| ApiError::Malformed { fields: Vec::new() })?.map_err(|error| {
        let too_large = error.source().is_some_and(|source| source.is::<LengthLimitError>());
        if too_large { ApiError::TooLarge } else { ApiError::Malformed { fields: Vec::new() } }
    })
}

/// A JSON body. As an extractor it answers [`ApiError::NotJson`] or [`ApiError::Malformed`];
/// as a response it is `application/json`.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let is_json =
            request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
                value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
            });
        if !is_json {
            return Err(ApiError::NotJson);
        }
        // Read whole already, and no larger than it may be: by `whole`.
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| ApiError::Malformed { fields: Vec::new() })?;
        parse(&bytes).map(Json)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Reads a JSON object; the error names the field where serde names one.
///
/// # Errors
/// [`ApiError::Malformed`].
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = tukar_wire::object::read(&mut json)
        .and_then(|value| json.end().map(|()| value))
        .map_err(|error| ApiError::Malformed { fields: named_field(&error.to_string()) })?;
    if has_nul(bytes) { Err(ApiError::Malformed { fields: Vec::new() }) } else { Ok(value) }
}

/// Whether a string of this JSON text holds a NUL: it can only be written as an escape, and escapes stand in strings only.
fn has_nul(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let escape = &rest[at + 1..];
        if escape.starts_with(b"u0000") {
            return true;
        }
        // What is escaped may be a backslash itself.
        rest = escape.get(1..).unwrap_or_default();
    }
    false
}

/// Refuses an address that holds a NUL, in its path or in its query.
pub(super) async fn refuse_nul(request: Request, next: Next) -> Result<Response, ApiError> {
    // An escape begins with the one character that stands in no other escape.
    if request.uri().path_and_query().is_some_and(|address| address.as_str().contains("%00")) {
        return Err(ApiError::Malformed { fields: Vec::new() });
    }
    Ok(next.run(request).await)
}

/// serde puts the field's name in backticks after a fixed phrase; a message of another form names no field.
fn named_field(message: &str) -> Vec<FieldError> {
    for (phrase, why) in [
        ("unknown field `", FieldWhy::Unknown),
        ("missing field `", FieldWhy::Missing),
        ("unknown variant `", FieldWhy::Shape),
        ("duplicate field `", FieldWhy::Shape),
    ] {
        if let Some(name) = message.strip_prefix(phrase).and_then(|rest| rest.split('`').next()) {
            let name: String = name.chars().take(80).collect();
            return vec![FieldError::new(name, why)];
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tukar_wire::AskCode;

    #[tokio::test]
    async fn a_body_that_comes_byte_by_byte_ends_in_time_and_one_that_is_too_large_at_once() {
        let drips = futures_util::stream::unfold((), async |()| {
            tokio::time::sleep(Duration::from_millis(10)).await;
            Some((Ok::<_, std::io::Error>("x"), ()))
        });
        let read = read_whole(Body::from_stream(drips), Duration::from_millis(100)).await;
        assert!(matches!(read, Err(ApiError::Malformed { .. })));
        let large = Body::from(vec![b' '; BODY_BYTES_MAX + 1]);
        assert!(matches!(read_whole(large, BODY_WAIT).await, Err(ApiError::TooLarge)));
        assert_eq!(read_whole(Body::from("{}"), BODY_WAIT).await.unwrap(), "{}");
    }

    #[test]
    fn a_refused_body_names_its_field() {
        let ApiError::Malformed { fields } = parse::<AskCode>(br#"{"contact":"x","phone":"y"}"#).unwrap_err()
        else {
            panic!("not malformed")
        };
        assert_eq!(fields, [FieldError::new("phone", FieldWhy::Unknown)]);
        let ApiError::Malformed { fields } = parse::<AskCode>(b"{}").unwrap_err() else {
            panic!("not malformed")
        };
        assert_eq!(fields, [FieldError::new("contact", FieldWhy::Missing)]);
        for (contact, refused) in
            [(r"a\u0000", true), (r"\\\u0000", true), (r"\\u0000", false), (r"\u0001\n", false)]
        {
            let body = format!(r#"{{"contact":"{contact}"}}"#);
            assert_eq!(parse::<AskCode>(body.as_bytes()).is_err(), refused, "{body}");
        }
        for body in ["{", r#"["x"]"#, r#"{"contact":"x"} {}"#] {
            let refused = parse::<AskCode>(body.as_bytes());
            assert!(matches!(refused, Err(ApiError::Malformed { fields }) if fields.is_empty()), "{body}");
        }
    }
}
