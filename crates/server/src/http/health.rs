//! `/livez`: the process answers. `/readyz`: the database does too, and the machine's clock is believed.

use crate::{app::Shared, problem::ApiError, store::rewards::load_version, trust};
use axum::extract::State;
use std::time::Duration;
use tokio::time::timeout;
use utoipa_axum::{router::OpenApiRouter, routes};

/// How long the database may take to answer who asks whether the server can.
const READY_WITHIN: Duration = Duration::from_secs(5);

pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(ready))
}

/// The process is alive.
#[utoipa::path(get, path = "/livez", tag = "health", responses((status = 200, description = "Alive", body = String)))]
async fn live() -> &'static str {
    "ok"
}

/// The server can answer members.
#[utoipa::path(get, path = "/readyz", tag = "health", responses(
    (status = 200, description = "Ready", body = String),
    (status = 503, description = "Busy, stopping, or paused: `detail` says why", body = tukar_wire::Problem, content_type = "application/problem+json"),
))]
async fn ready(State(app): State<Shared>) -> Result<&'static str, ApiError> {
    let answer = timeout(READY_WITHIN, async { load_version(&mut *app.store.read().await?).await }).await;
    let error = match answer {
        Ok(Ok(_)) => return trust::admit_ready(&app).await.map(|()| "ok"),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("the database did not answer within {READY_WITHIN:?}"),
    };
    tracing::error!(error, "not ready");
    Err(ApiError::Busy)
}
