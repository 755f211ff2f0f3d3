//! Redeeming: quote, hold, confirm, send again, cancel, look up. Every POST that moves points names its attempt in
//! `Idempotency-Key`.

use crate::{
    app::Shared,
    http::{body::Json, bounds::at_least_one, session::Session},
    language::Language,
    place::Here,
    problem::{ApiError, FieldWhy},
    service::{redeem, to_the_end},
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use tukar_wire::{
    AskQuote, AskRedemption, Confirm, IDEMPOTENCY_KEY, OpenRedemptions, Problem, Quote, Redemption,
    ResendCode,
};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Characters of an idempotency key.
const KEY_CHARACTERS_MAX: usize = 100;

/// Routes of this file.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(quote))
        .routes(routes!(open, create))
        .routes(routes!(get_one))
        .routes(routes!(confirm))
        .routes(routes!(resend))
        .routes(routes!(cancel))
}

/// What it would cost and which lots would pay. Changes nothing.
#[utoipa::path(
    post, path = "/v1/redemptions/quote", tag = "redeem", security(("session" = [])), request_body = AskQuote,
    responses(
        (status = 200, body = Quote),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn quote(
    State(app): State<Shared>,
    session: Session,
    language: Language,
    Json(ask): Json<AskQuote>,
) -> Result<Json<Quote>, ApiError> {
    at_least_one("quantity", ask.quantity)?;
    Ok(Json(redeem::quote(&app, session.member(), ask, language).await?))
}

/// Redemptions that wait for their code.
#[utoipa::path(
    get, path = "/v1/redemptions", tag = "redeem", security(("session" = [])),
    responses(
        (status = 200, body = OpenRedemptions),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn open(
    State(app): State<Shared>,
    session: Session,
    language: Language,
) -> Result<Json<OpenRedemptions>, ApiError> {
    Ok(Json(redeem::open(&app, &session.0, language).await?))
}

/// Hold the points and send a code. `Idempotency-Key` repeats the body's `id`; the same request again changes nothing.
#[utoipa::path(
    post, path = "/v1/redemptions", tag = "redeem", security(("session" = [])), request_body = AskRedemption,
    params(("Idempotency-Key" = String, Header, min_length = 1, max_length = 100, pattern = "^[!-~]+$", description = "The attempt id, as in the body")),
    responses(
        (status = 201, body = Redemption, description = "Held; a code is on its way"),
        (status = 200, body = Redemption, description = "Sent before: the same answer as then"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn create(
    State(app): State<Shared>,
    session: Session,
    here: Here,
    headers: HeaderMap,
    Json(ask): Json<AskRedemption>,
) -> Result<Response, ApiError> {
    if key(&headers)? != ask.id {
        return Err(ApiError::invalid("id", FieldWhy::Mismatch));
    }
    at_least_one("quantity", ask.quantity)?;
    let session = session.0;
    let (answer, new) =
        to_the_end(&app, |app, visitor| redeem::create((app, visitor), session, (ask, here))).await?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, [(CONTENT_TYPE, "application/json")], answer).into_response())
}

/// What became of an attempt. 404: it never arrived, so the same id may be sent again.
#[utoipa::path(
    get, path = "/v1/redemptions/{id}", tag = "redeem", security(("session" = [])),
    params(("id" = String, Path, description = "The attempt id")),
    responses(
        (status = 200, body = Redemption),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn get_one(
    State(app): State<Shared>,
    session: Session,
    Path(id): Path<String>,
    language: Language,
) -> Result<Json<Redemption>, ApiError> {
    Ok(Json(redeem::get(&app, &session.0, (id, language)).await?))
}

/// Spend the held points. The same key and code again get the same answer, without the vouchers' codes where this session's
/// locker is closed by then.
#[utoipa::path(
    post, path = "/v1/redemptions/{id}/confirm", tag = "redeem", security(("session" = [])), request_body = Confirm,
    params(
        ("id" = String, Path, description = "The attempt id"),
        ("Idempotency-Key" = String, Header, min_length = 1, max_length = 100, pattern = "^[!-~]+$", description = "New for each code that is typed, the same when it is sent again"),
    ),
    responses(
        (status = 200, body = Redemption),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn confirm(
    State(app): State<Shared>,
    session: Session,
    Path(id): Path<String>,
    here: Result<Here, ApiError>,
    language: Language,
    headers: HeaderMap,
    Json(confirm): Json<Confirm>,
) -> Result<Response, ApiError> {
    let key = key(&headers)?;
    let answer = to_the_end(&app, |app, visitor| {
        redeem::confirm((app, visitor), session.0, (id, key, confirm.code), (here, language))
    })
    .await?;
    Ok(([(CONTENT_TYPE, "application/json")], answer).into_response())
}

/// A new code; the old one dies.
#[utoipa::path(
    post, path = "/v1/redemptions/{id}/resend", tag = "redeem", security(("session" = [])), request_body = ResendCode,
    params(("id" = String, Path, description = "The attempt id")),
    responses(
        (status = 200, body = Redemption),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn resend(
    State(app): State<Shared>,
    session: Session,
    Path(id): Path<String>,
    here: Here,
    Json(ask): Json<ResendCode>,
) -> Result<Json<Redemption>, ApiError> {
    let session = session.0;
    Ok(Json(
        to_the_end(&app, |app, visitor| redeem::resend((app, visitor), session, (id, ask.channel), here))
            .await?,
    ))
}

/// Cancel: the points go back to their lots.
#[utoipa::path(
    post, path = "/v1/redemptions/{id}/cancel", tag = "redeem", security(("session" = [])),
    params(
        ("id" = String, Path, description = "The attempt id"),
        ("Idempotency-Key" = String, Header, min_length = 1, max_length = 100, pattern = "^[!-~]+$", description = "Any; cancelling again answers how it stands"),
    ),
    responses(
        (status = 200, body = Redemption),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn cancel(
    State(app): State<Shared>,
    session: Session,
    Path(id): Path<String>,
    language: Language,
    headers: HeaderMap,
) -> Result<Json<Redemption>, ApiError> {
    key(&headers)?;
    let session = session.0;
    Ok(Json(to_the_end(&app, |app, visitor| redeem::cancel((app, visitor), session, (id, language))).await?))
}

fn key(headers: &HeaderMap) -> Result<String, ApiError> {
    headers
        .get(IDEMPOTENCY_KEY)
        .and_then(|value| value.to_str().ok())
        .filter(|key| (1..=KEY_CHARACTERS_MAX).contains(&key.len()))
        .filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic()))
        .map(str::to_owned)
        .ok_or(ApiError::KeyMissing)
}
