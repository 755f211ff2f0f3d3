//! A partner's signed identity: taking it, and forgetting whom it names.

use crate::{
    app::Shared,
    http::{body::Json, session::Reader},
    place::Here,
    problem::ApiError,
    service::{identity, to_the_end},
};
use axum::{extract::State, http::StatusCode};
use tukar_wire::{AskIdentity, Identified, Problem};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Routes of this file.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(take, forget))
}

/// Take a token that a partner's backend signed: a read session where its subject is linked to a member, else a ticket for
/// linking. The answer is the same whether or not such a person has an account. A token is taken once.
#[utoipa::path(
    post, path = "/v1/identity", tag = "identity", request_body = AskIdentity,
    params(
        ("Tukar-Partner" = Option<String>, Header, description = "Id of the partner whose page it is"),
        ("Tukar-Top" = Option<String>, Header, description = "In a frame: origin of the page around it"),
    ),
    responses(
        (status = 200, body = Identified),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn take(
    State(app): State<Shared>,
    here: Here,
    Json(ask): Json<AskIdentity>,
) -> Result<Json<Identified>, ApiError> {
    Ok(Json(to_the_end(&app, |app, _| identity::take(app, ask.identity, here)).await?))
}

/// This partner's page shows the member's points without a code no more; read sessions by its word end.
#[utoipa::path(
    delete, path = "/v1/identity", tag = "identity", security(("session" = [])),
    responses(
        (status = 204, description = "Forgotten"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn forget(State(app): State<Shared>, session: Reader, here: Here) -> Result<StatusCode, ApiError> {
    identity::forget(&app, &session.0, &here).await?;
    Ok(StatusCode::NO_CONTENT)
}
