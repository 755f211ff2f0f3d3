//! JSON in and out: a body that is refused becomes a [`ApiError`] that names the field.
//!
//! Invariant: no text that comes in holds a NUL, in a body as in an address: PostgreSQL has no such text, and SQLite has.

use super::bounds::shown;
use crate::problem::{ApiError, FieldError, FieldWhy};
use axum::{
    body::{Body, Bytes, HttpBody as _},
    extract::{FromRequest, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::header::CONTENT_TYPE;
use http_body_util::LengthLimitError;
use serde::{
    Serialize,
    de::{DeserializeOwned, IgnoredAny},
};
use serde_json::Value;
use serde_path_to_error::{Path, Segment, Track};
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
        if !request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(is_json) {
            return Err(ApiError::NotJson);
        }
        // Read whole already, and no larger than it may be: by `whole`.
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| ApiError::Malformed { fields: Vec::new() })?;
        parse(&bytes).map(Json)
    }
}

/// Whether a content type says JSON in UTF-8, the only writing it has (RFC 8259, 8.1). Read as UTF-8, a text that is declared
/// as something else would be another text.
fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let is_utf8 = |value: &str| {
        let value = value.trim().trim_matches('"');
        value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8")
    };
    parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"))
        && parts
            .filter_map(|part| part.split_once('='))
            .all(|(name, value)| !name.trim().eq_ignore_ascii_case("charset") || is_utf8(value))
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Reads a JSON object; the error names the field with its whole path, where the text is JSON.
///
/// # Errors
/// [`ApiError::Malformed`].
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let mut track = Track::new();
    let value = tukar_wire::object::read(serde_path_to_error::Deserializer::new(&mut json, &mut track))
        .and_then(|value| json.end().map(|()| value))
        .map_err(|error| {
            // A text that is no JSON has no fields. The error itself does not tell: a number for a word counts as one.
            let is_json = serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
            ApiError::Malformed {
                fields: if is_json { named_field(&error, &track.path()) } else { Vec::new() },
            }
        })?;
    if has_nul(bytes) { Err(ApiError::Malformed { fields: nul_field(bytes) }) } else { Ok(value) }
}

/// The first field whose text holds a NUL.
fn nul_field(json: &[u8]) -> Vec<FieldError> {
    let value: Value = serde_json::from_slice(json).unwrap_or_default();
    find_nul(&value).map(|path| FieldError::new(path, FieldWhy::Hidden)).into_iter().collect()
}

fn find_nul(value: &Value) -> Option<String> {
    let inner = |name: &str, value: &Value| {
        let path = find_nul(value)?;
        Some(if path.is_empty() { name.to_owned() } else { format!("{name}.{path}") })
    };
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(list) => list.iter().enumerate().find_map(|(at, value)| inner(&at.to_string(), value)),
        Value::Object(fields) => fields.iter().find_map(|(name, value)| inner(name, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
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

/// The field that was being read. Of a field that is missing or there twice, serde says the name in backticks after a fixed
/// phrase, and it was reading the object around it; one that is not known it had read the name of.
fn named_field(error: &serde_json::Error, path: &Path) -> Vec<FieldError> {
    let message = error.to_string();
    let name_after = |phrase: &str| {
        let name = message.strip_prefix(phrase)?.split('`').next()?;
        Some(name.to_owned())
    };
    let mut names: Vec<String> = path
        .iter()
        .filter_map(|part| match part {
            Segment::Map { key } => Some(key.clone()),
            Segment::Enum { variant } => Some(variant.clone()),
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Unknown => None,
        })
        .collect();
    let why = if let Some(name) = name_after("missing field `") {
        names.push(name);
        FieldWhy::Missing
    } else if let Some(name) = name_after("duplicate field `") {
        names.push(name);
        FieldWhy::Shape
    } else if let Some(name) = name_after("unknown field `") {
        if names.last() != Some(&name) {
            names.push(name);
        }
        FieldWhy::Unknown
    } else {
        FieldWhy::Shape
    };
    if names.is_empty() {
        return Vec::new();
    }
    vec![FieldError::new(shown(&names.join(".")), why)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use tukar_wire::{AskCode, AskRedemption, ResendCode};

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
        fn refused<T: DeserializeOwned + std::fmt::Debug>(body: &str) -> (String, FieldWhy) {
            let refused = parse::<T>(body.as_bytes()).unwrap_err();
            let ApiError::Malformed { fields } = refused else { panic!("{body}: {refused:?}") };
            let [field] = <[FieldError; 1]>::try_from(fields).expect(body);
            (field.field, field.why)
        }
        let named = |path: &str, why| (path.to_owned(), why);
        assert_eq!(refused::<ResendCode>(r#"{"channel":"fax"}"#), named("channel", FieldWhy::Shape));
        assert_eq!(refused::<ResendCode>(r#"{"channel":3}"#), named("channel", FieldWhy::Shape));
        for (recipient, path, why) in [
            (r#"{"address":{"street":"x"}}"#, "address.name", FieldWhy::Missing),
            (r#"{"address":{"name":"x","name":"y"}}"#, "address.name", FieldWhy::Shape),
            (r#"{"address":{"name":7}}"#, "address.name", FieldWhy::Shape),
            (r#"{"address":{"street":"x","town":"y"}}"#, "address.town", FieldWhy::Unknown),
            (r#"{"address":[]}"#, "address", FieldWhy::Shape),
            (r#"{"phone":8}"#, "phone", FieldWhy::Shape),
            (r#"{"pager":"x"}"#, "", FieldWhy::Shape),
        ] {
            let path = if path.is_empty() { "recipient".to_owned() } else { format!("recipient.{path}") };
            let body = format!(r#"{{"id":"x","recipient":{recipient}}}"#);
            assert_eq!(refused::<AskRedemption>(&body), (path, why), "{body}");
        }
        let body = r#"{"id":"x","reward_id":"x","quantity":1,"points":1,"price_version":"x","recipient":{"phone":"\u0000"}}"#;
        assert_eq!(refused::<AskRedemption>(body), named("recipient.phone", FieldWhy::Hidden));
        for (contact, refused) in
            [(r"a\u0000", true), (r"\\\u0000", true), (r"\\u0000", false), (r"\u0001\n", false)]
        {
            let body = format!(r#"{{"contact":"{contact}"}}"#);
            assert_eq!(parse::<AskCode>(body.as_bytes()).is_err(), refused, "{body}");
        }
        for body in ["{", r#"{"contact":"#, r#"["x"]"#, r#"{"contact":"x"} {}"#] {
            let refused = parse::<AskCode>(body.as_bytes());
            assert!(matches!(refused, Err(ApiError::Malformed { fields }) if fields.is_empty()), "{body}");
        }
    }

    #[test]
    fn json_is_in_utf_8() {
        for (kind, taken) in [
            ("application/json", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json;charset=\"utf-8\"", true),
            ("application/json; version=2", true),
            ("application/json; charset=iso-8859-1", false),
            ("application/json; Charset = \"utf-16\"", false),
            ("text/plain; charset=utf-8", false),
            ("", false),
        ] {
            assert_eq!(is_json(kind), taken, "{kind}");
        }
    }
}
