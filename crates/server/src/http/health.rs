//! `/livez`: the process answers. `/readyz`: the database does too and takes what is written, and the machine's clock is
//! believed.

use crate::{app::Shared, problem::ApiError, readiness, trust};
use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(ready))
}

/// The process is alive.
#[utoipa::path(get, path = "/livez", tag = "health", responses((status = 200, description = "Alive", body = String)))]
async fn live() -> &'static str {
    "ok"
}

/// The server can serve members: its database answers and can be written.
#[utoipa::path(get, path = "/readyz", tag = "health", responses(
    (status = 200, description = "Ready", body = String),
    (status = 503, description = "Not ready; `detail` begins with the reason, as `database-read-only`", body = tukar_wire::Problem, content_type = "application/problem+json"),
))]
async fn ready(State(app): State<Shared>) -> Result<&'static str, ApiError> {
    readiness::look(&app).await.map_err(|why| ApiError::NotReady { why })?;
    trust::admit_ready(&app).await.map(|()| "ok")
}
