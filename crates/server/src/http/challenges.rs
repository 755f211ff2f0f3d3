//! Codes to sign in with: ask, send again, check.

use crate::{
    app::Shared,
    http::{body::Json, bounds::not_longer, session::Replaced},
    place::Here,
    problem::ApiError,
    service::{addresses, sign_in},
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use tukar_wire::{AskCode, CONTACT_LETTERS_MAX, CheckCode, CodeSent, Problem, ResendCode, SignedIn};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Letters of a ticket for linking, of which this server gives shorter ones.
const LINK_LETTERS_MAX: usize = 100;

/// Routes of this file.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(ask)).routes(routes!(resend)).routes(routes!(check))
}

/// Ask for a code. The answer is the same whether the contact has an account or not.
#[utoipa::path(
    post, path = "/v1/challenges", tag = "sign-in", request_body = AskCode,
    responses(
        (status = 202, body = CodeSent),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn ask(
    State(app): State<Shared>,
    here: Here,
    Json(ask): Json<AskCode>,
) -> Result<(StatusCode, Json<CodeSent>), ApiError> {
    not_longer("contact", &ask.contact, CONTACT_LETTERS_MAX)?;
    addresses::may_ask_code(&app, &here).await?;
    Ok((StatusCode::ACCEPTED, Json(sign_in::ask(app, ask.contact, here).await?)))
}

/// A new code, perhaps another way; the old one dies. For sign-in and for the claim locker.
#[utoipa::path(
    post, path = "/v1/challenges/{id}/resend", tag = "sign-in", request_body = ResendCode,
    params(("id" = String, Path, description = "From `CodeSent`")),
    responses(
        (status = 202, body = CodeSent),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn resend(
    State(app): State<Shared>,
    Path(id): Path<String>,
    here: Here,
    Json(ask): Json<ResendCode>,
) -> Result<(StatusCode, Json<CodeSent>), ApiError> {
    addresses::may_ask_code(&app, &here).await?;
    Ok((StatusCode::ACCEPTED, Json(sign_in::resend(app, (id, ask.channel), here).await?)))
}

/// Check a code: a right one opens a session, in place of the read session that the request carries.
#[utoipa::path(
    post, path = "/v1/challenges/{id}/check", tag = "sign-in", request_body = CheckCode,
    params(("id" = String, Path, description = "From `CodeSent`")),
    responses(
        (status = 200, body = SignedIn),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn check(
    State(app): State<Shared>,
    Path(id): Path<String>,
    replaced: Replaced,
    here: Here,
    Json(check): Json<CheckCode>,
) -> Result<Json<SignedIn>, ApiError> {
    not_longer("link", check.link.as_deref().unwrap_or_default(), LINK_LETTERS_MAX)?;
    Ok(Json(sign_in::check(app, (id, check), replaced.0, here).await?))
}
