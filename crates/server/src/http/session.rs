//! The session: who asks, from `Authorization: Bearer`; and ending it.

use crate::{
    app::Shared,
    problem::ApiError,
    service::sign_in,
    store::members::{MemberRow, SessionRow},
};
use axum::{
    extract::{FromRequestParts, State},
    http::StatusCode,
};
use http::{header::AUTHORIZATION, request::Parts};
use tukar_wire::Problem;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The session of a request; answers [`ApiError::NotSignedIn`] where there is none alive.
#[derive(Clone, Debug)]
pub struct Session(pub SessionRow);

impl Session {
    /// Who asks.
    #[must_use]
    pub fn member(&self) -> &MemberRow {
        &self.0.member
    }
}

/// Bytes of a token that are looked at.
const TOKEN_BYTES_MAX: usize = 100;

impl FromRequestParts<Shared> for Session {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        let token = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .filter(|token| !token.is_empty() && token.len() <= TOKEN_BYTES_MAX)
            .ok_or(ApiError::NotSignedIn)?;
        sign_in::find_session(app, token).await.map(Session)
    }
}

/// Routes of this file.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(sign_out))
}

/// Sign out: the token is dead at once.
#[utoipa::path(
    delete, path = "/v1/session", tag = "session", security(("session" = [])),
    responses((status = 204, description = "The session is over"), (status = 401, body = Problem, content_type = "application/problem+json"))
)]
async fn sign_out(State(app): State<Shared>, session: Session) -> Result<StatusCode, ApiError> {
    sign_in::sign_out(&app, &session.0).await?;
    Ok(StatusCode::NO_CONTENT)
}
