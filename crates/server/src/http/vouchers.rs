//! The claim locker: its list, opening it with a fresh code, a copy by message.

use crate::{
    app::Shared,
    http::{
        body::Json,
        bounds::{CURSOR_LETTERS_MAX, Query, count, not_longer, page_length},
        session::Session,
    },
    language::Language,
    place::Here,
    problem::ApiError,
    service::{sign_in, vouchers},
};
use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;
use tukar_wire::{CheckLocker, CodeSent, LockerOpened, Problem, ResendCode, SendVoucher, VoucherPage};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Routes of this file.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(send_copy))
        .routes(routes!(open_locker))
        .routes(routes!(check_locker))
        .routes(routes!(close_locker))
}

/// Where a page of vouchers begins and how long it is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct VouchersQuery {
    /// Cursor from the page before.
    #[param(min_length = 3, max_length = 100, pattern = r"^(-?[0-9]{1,18}|9223372036854775807)\.[!-~]+$")]
    after: Option<String>,
    /// Vouchers on the page; 30 when absent.
    #[param(minimum = 1, maximum = 200)]
    #[serde(default, deserialize_with = "count")]
    limit: Option<u32>,
}

/// Vouchers, newest first; with codes only while the locker is open.
#[utoipa::path(
    get, path = "/v1/vouchers", tag = "vouchers", security(("session" = [])), params(VouchersQuery),
    responses(
        (status = 200, body = VoucherPage),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn list(
    State(app): State<Shared>,
    session: Session,
    language: Language,
    Query(query): Query<VouchersQuery>,
) -> Result<Json<VoucherPage>, ApiError> {
    let limit = page_length(query.limit, 1..=200, 30)?;
    not_longer("after", query.after.as_deref().unwrap_or_default(), CURSOR_LETTERS_MAX)?;
    Ok(Json(vouchers::list(&app, &session.0, (query.after, Some(limit), language)).await?))
}

/// A copy of a voucher to the member's own contact; needs an open locker.
#[utoipa::path(
    post, path = "/v1/vouchers/{id}/send", tag = "vouchers", security(("session" = [])), request_body = SendVoucher,
    params(("id" = String, Path, description = "Of the voucher")),
    responses(
        (status = 202, description = "On its way"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "No code to send: it is not a voucher with one", body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn send_copy(
    State(app): State<Shared>,
    session: Session,
    Path(id): Path<String>,
    here: Here,
    Json(ask): Json<SendVoucher>,
) -> Result<StatusCode, ApiError> {
    vouchers::send_copy(&app, &session.0, (id, ask.channel), here).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Ask for the code that opens the locker.
#[utoipa::path(
    post, path = "/v1/locker/open", tag = "vouchers", security(("session" = [])), request_body = ResendCode,
    responses(
        (status = 202, body = CodeSent),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn open_locker(
    State(app): State<Shared>,
    session: Session,
    here: Here,
    Json(ask): Json<ResendCode>,
) -> Result<(StatusCode, Json<CodeSent>), ApiError> {
    let sent = sign_in::ask_locker(app, (session.0.member, ask.channel), here).await?;
    Ok((StatusCode::ACCEPTED, Json(sent)))
}

/// Check it: this session sees voucher codes for a while.
#[utoipa::path(
    post, path = "/v1/locker/check", tag = "vouchers", security(("session" = [])), request_body = CheckLocker,
    responses(
        (status = 200, body = LockerOpened),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn check_locker(
    State(app): State<Shared>,
    session: Session,
    here: Here,
    Json(check): Json<CheckLocker>,
) -> Result<Json<LockerOpened>, ApiError> {
    Ok(Json(sign_in::check_locker(app, session.0, (check.challenge_id, check.code), here).await?))
}

/// Hide the voucher codes: this session sees none until a fresh code opens the locker again.
#[utoipa::path(
    post, path = "/v1/locker/close", tag = "vouchers", security(("session" = [])),
    responses(
        (status = 204, description = "Closed; also when it was"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn close_locker(State(app): State<Shared>, session: Session) -> Result<StatusCode, ApiError> {
    vouchers::close(&app, &session.0).await?;
    Ok(StatusCode::NO_CONTENT)
}
