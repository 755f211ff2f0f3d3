//! The session: who asks, from `Authorization: Bearer`; ending it; and the code that makes a read session a whole one.

use crate::{
    app::Shared,
    http::body::Json,
    place::Here,
    problem::ApiError,
    service::sign_in,
    store::members::{MemberRow, SessionRow},
};
use axum::{
    extract::{FromRequestParts, State},
    http::StatusCode,
};
use http::{HeaderMap, header::AUTHORIZATION, request::Parts};
use tukar_wire::{CodeSent, Problem, ResendCode};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The session of a request that a code opened: it may do all that its member may. Answers [`ApiError::NotSignedIn`] where
/// none is alive, and [`ApiError::StepUpNeeded`] for one that a partner's word opened.
#[derive(Clone, Debug)]
pub struct Session(pub SessionRow);

impl Session {
    /// Who asks.
    #[must_use]
    pub fn member(&self) -> &MemberRow {
        &self.0.member
    }
}

/// Any session: for what only reads points, history and rewards, and for ending it.
#[derive(Clone, Debug)]
pub struct Reader(pub SessionRow);

impl Reader {
    /// Who asks.
    #[must_use]
    pub fn member(&self) -> &MemberRow {
        &self.0.member
    }
}

/// The read session that a right code replaces, where the request carries one that is alive.
#[derive(Clone, Debug)]
pub struct Replaced(pub Option<SessionRow>);

/// Bytes of a token that are looked at.
const TOKEN_BYTES_MAX: usize = 100;

/// The token of `Authorization: Bearer`; `None` where there is none that could be ours.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty() && token.len() <= TOKEN_BYTES_MAX)
}

impl FromRequestParts<Shared> for Reader {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        let token = bearer(&parts.headers).ok_or(ApiError::NotSignedIn)?;
        sign_in::find_session(app, token).await.map(Reader)
    }
}

impl FromRequestParts<Shared> for Session {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        let Reader(session) = Reader::from_request_parts(parts, app).await?;
        if session.by_partner.is_some() { Err(ApiError::StepUpNeeded) } else { Ok(Session(session)) }
    }
}

impl FromRequestParts<Shared> for Replaced {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        match Reader::from_request_parts(parts, app).await {
            Ok(Reader(session)) => Ok(Replaced(Some(session).filter(|session| session.by_partner.is_some()))),
            Err(ApiError::NotSignedIn) => Ok(Replaced(None)),
            Err(error) => Err(error),
        }
    }
}

/// Routes of this file.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(sign_out)).routes(routes!(step_up))
}

/// Sign out: the token is dead at once.
#[utoipa::path(
    delete, path = "/v1/session", tag = "session", security(("session" = [])),
    responses((status = 204, description = "The session is over"), (status = 401, body = Problem, content_type = "application/problem+json"))
)]
async fn sign_out(State(app): State<Shared>, session: Reader) -> Result<StatusCode, ApiError> {
    sign_in::sign_out(&app, &session.0).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A code to the member's own contact: `POST /v1/challenges/{id}/check` with it opens a whole session in place of a read session.
#[utoipa::path(
    post, path = "/v1/session/code", tag = "session", security(("session" = [])), request_body = ResendCode,
    responses(
        (status = 202, body = CodeSent),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn step_up(
    State(app): State<Shared>,
    session: Reader,
    here: Here,
    Json(ask): Json<ResendCode>,
) -> Result<(StatusCode, Json<CodeSent>), ApiError> {
    let sent = sign_in::ask_step_up(app, (session.0.member, ask.channel), here).await?;
    Ok((StatusCode::ACCEPTED, Json(sent)))
}
