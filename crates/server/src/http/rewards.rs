//! `GET /v1/rewards` and `GET /v1/rewards/{id}`: the public catalogue, the same for everybody.
//!
//! A page is written once for each state of the catalogue and language, and kept: 10,000 rewards cost their JSON once.

use super::{
    body::Json,
    bounds::{read_count, shown, twice},
};
use crate::{
    app::Shared,
    catalogue::short_hex,
    language::Language,
    problem::{ApiError, FieldError, FieldWhy},
};
use axum::{
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};
use tukar_wire::{Problem, RewardDetail, RewardPage};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Rewards on a page when the request does not say.
const LIMIT_DEFAULT: usize = 60;
/// Most rewards on a page.
const LIMIT_MAX: usize = 1000;

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(detail))
}

/// The visible rewards, in the programme's order.
#[utoipa::path(get, path = "/v1/rewards", tag = "rewards",
    params(
        ("after" = Option<String>, Query, min_length = 3, max_length = 83, pattern = "^[0-9]{1,18}\\.[a-z0-9-]{1,64}$",
            description = "Cursor: `next` of the page before"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "60 when absent"),
        ("If-None-Match" = Option<String>, Header, description = "`ETag` of a page that is kept"),
    ),
    responses(
        (status = 200, description = "A page", body = RewardPage, headers(("ETag" = String, description = "One for each language"))),
        (status = 304, description = "The kept page is still right"),
        (status = 400, description = "A parameter can't be read", body = Problem, content_type = "application/problem+json"),
    ))]
async fn list(
    State(app): State<Shared>,
    RawQuery(query): RawQuery,
    language: Language,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (after, limit) = page_of(query.as_deref().unwrap_or_default())?;
    let now = app.clock.now();
    let snapshot = app.catalogue.load(&mut *app.store.read().await?, now).await?;
    let start = match &after {
        None => 0,
        Some(cursor) => cursor.start(|id| snapshot.place(id)),
    };
    let mark = format!("{}|{}|{start}|{limit}", snapshot.tag(), language.tag());
    let etag = format!("W/\"{}\"", short_hex(&Sha256::digest(mark.as_bytes())));
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| names(known, &etag)) {
        return Ok(cacheable(StatusCode::NOT_MODIFIED.into_response(), &etag, language));
    }
    let bytes = app.catalogue.page(&snapshot.tag(), (language, start, limit), || {
        let rewards: Vec<_> = snapshot.rewards.iter().skip(start).take(limit).collect();
        let end = start + rewards.len();
        let next = match rewards.last() {
            Some(last) if end < snapshot.rewards.len() => Some(format!("{end}.{}", last.id)),
            _ => None,
        };
        serde_json::to_vec(&RewardPage {
            rewards: rewards.iter().map(|reward| reward.to_card(now, language)).collect(),
            total: snapshot.rewards.len() as u64,
            next,
        })
    });
    let mut response = bytes.map_err(anyhow::Error::from)?.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(cacheable(response, &etag, language))
}

/// One visible reward with its conditions. Never cached: it tells the server's time.
#[utoipa::path(get, path = "/v1/rewards/{id}", tag = "rewards",
    params(("id" = String, Path, description = "As `pulsa-10000`")),
    responses(
        (status = 200, description = "The reward", body = RewardDetail),
        (status = 404, description = "No such reward, or not visible", body = Problem, content_type = "application/problem+json"),
    ))]
async fn detail(
    State(app): State<Shared>,
    Path(id): Path<String>,
    language: Language,
) -> Result<Response, ApiError> {
    let now = app.clock.now();
    let snapshot = app.catalogue.load(&mut *app.store.read().await?, now).await?;
    let reward = snapshot.find(&id).ok_or(ApiError::NotFound)?;
    let mut response = Json(reward.to_detail(now, language)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
    Ok(response)
}

/// `{place}.{id}`: the id when it is still there, else the place, so that a reward that left in between neither stops
/// the paging nor starts it anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    place: usize,
    id: String,
}

impl Cursor {
    fn read(text: &str) -> Option<Cursor> {
        let (place, id) = text.split_once('.')?;
        let digits = (1..=18).contains(&place.len()) && place.bytes().all(|byte| byte.is_ascii_digit());
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_id = (1..=64).contains(&id.len()) && id.bytes().all(plain);
        (digits && is_id).then_some(())?;
        Some(Cursor { place: place.parse().ok()?, id: id.to_owned() })
    }

    fn start(&self, place_of: impl Fn(&str) -> Option<usize>) -> usize {
        place_of(&self.id).map_or(self.place, |place| place + 1)
    }
}

/// Reads a query as `after=7.kopi&limit=60`: where the page begins, and how many rewards it has at most.
///
/// # Errors
/// [`ApiError::Malformed`] with the parameter that can't be read.
pub fn page_of(query: &str) -> Result<(Option<Cursor>, usize), ApiError> {
    let bad = |field: &str, why| ApiError::Malformed { fields: vec![FieldError::new(field, why)] };
    let (mut after, mut limit) = (None, None);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        match name {
            "after" if after.is_some() => return Err(twice(name)),
            "limit" if limit.is_some() => return Err(twice(name)),
            "after" => after = Some(Cursor::read(value).ok_or_else(|| bad("after", FieldWhy::Shape))?),
            "limit" => {
                let range = FieldWhy::OutOfRange { min: 1, max: LIMIT_MAX as i64 };
                let asked = read_count(value).ok_or_else(|| bad("limit", FieldWhy::Shape))? as usize;
                limit = Some(asked).filter(|asked| (1..=LIMIT_MAX).contains(asked));
                limit.ok_or_else(|| bad("limit", range))?;
            }
            _ => return Err(bad(&shown(name), FieldWhy::Unknown)),
        }
    }
    Ok((after, limit.unwrap_or(LIMIT_DEFAULT)))
}

/// Weak comparison of `If-None-Match` (RFC 9110, 8.8.3.2).
fn names(known: &HeaderValue, etag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    known
        .to_str()
        .is_ok_and(|known| known.split(',').any(|tag| tag.trim() == "*" || opaque(tag) == opaque(etag)))
}

fn cacheable(mut response: Response, etag: &str, language: Language) -> Response {
    let headers = response.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, etag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_asked_for_with_known_words_and_bounds() {
        assert_eq!(page_of("").unwrap().1, LIMIT_DEFAULT);
        assert_eq!(page_of("limit=1000").unwrap().1, 1000);
        for query in [
            "limit=0",
            "limit=1001",
            "limit=x",
            "limit=%2B5",
            "limit=+5",
            "limit=05",
            "limit=1&limit=2",
            "limit=1&limit=1",
            "after=1.a&after=1.a",
            "after=",
            "after=1.",
            "after=1.A",
            "after=+1.a",
            "after=3",
            "sort=points",
            "&limit",
        ] {
            assert!(page_of(query).is_err(), "{query}");
        }
    }

    #[test]
    fn a_cursor_outlives_its_reward() {
        let cursor = Cursor::read("60.pulsa-5000").unwrap();
        assert_eq!(cursor.start(|_| Some(41)), 42);
        assert_eq!(cursor.start(|_| None), 60);
    }

    #[test]
    fn etags_compare_weakly() {
        let known = |text: &str| HeaderValue::from_str(text).unwrap();
        assert!(names(&known("\"x\", W/\"abc\""), "W/\"abc\""));
        assert!(names(&known("\"abc\""), "W/\"abc\""));
        assert!(names(&known("*"), "W/\"abc\""));
        assert!(!names(&known("\"ab\""), "W/\"abc\""));
    }
}
