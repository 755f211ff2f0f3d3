//! The signed-in member: who, points, lots, history, and what stands in the way of each reward. A read session may ask
//! all of it.

use crate::{
    app::Shared,
    http::{
        body::Json,
        bounds::{CURSOR_LETTERS_MAX, Query, count, not_longer, page_length},
        session::Reader,
    },
    language::Language,
    problem::ApiError,
    service::{points, sign_in},
};
use axum::extract::State;
use serde::Deserialize;
use tukar_wire::{ActivityPage, Balance, Eligibility, LotPage, Member, Problem};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Routes of this file.
pub(crate) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(me))
        .routes(routes!(balance))
        .routes(routes!(lots))
        .routes(routes!(activity))
        .routes(routes!(eligibility))
}

/// Who is signed in.
#[utoipa::path(
    get, path = "/v1/me", tag = "me", security(("session" = [])),
    responses((status = 200, body = Member), (status = 401, body = Problem, content_type = "application/problem+json"))
)]
async fn me(session: Reader, language: Language) -> Json<Member> {
    let read_only = session.0.by_partner.is_some();
    Json(Member { read_only, ..sign_in::to_wire(session.member(), language) })
}

/// Points, what ends when, and the first lots.
#[utoipa::path(
    get, path = "/v1/me/balance", tag = "me", security(("session" = [])),
    responses((status = 200, body = Balance), (status = 401, body = Problem, content_type = "application/problem+json"))
)]
async fn balance(
    State(app): State<Shared>,
    session: Reader,
    language: Language,
) -> Result<Json<Balance>, ApiError> {
    Ok(Json(points::balance(&app, session.member(), language).await?))
}

/// Where a page of lots begins and how long it is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LotsQuery {
    /// Cursor from the page before.
    #[param(min_length = 3, max_length = 100, pattern = r"^(-?[0-9]{1,18}|9223372036854775807)\.[!-~]+$")]
    after: Option<String>,
    /// Lots on the page; 100 when absent.
    #[param(minimum = 1, maximum = 1000)]
    #[serde(default, deserialize_with = "count")]
    limit: Option<u32>,
}

/// A further page of lots, in spend order.
#[utoipa::path(
    get, path = "/v1/me/lots", tag = "me", security(("session" = [])), params(LotsQuery),
    responses(
        (status = 200, body = LotPage),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn lots(
    State(app): State<Shared>,
    session: Reader,
    language: Language,
    Query(query): Query<LotsQuery>,
) -> Result<Json<LotPage>, ApiError> {
    let limit = page_length(query.limit, 1..=1000, 100)? as usize;
    not_longer("after", query.after.as_deref().unwrap_or_default(), CURSOR_LETTERS_MAX)?;
    Ok(Json(points::lots(&app, session.member(), (query.after, Some(limit), language)).await?))
}

/// Which rows of history.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ActivityQuery {
    /// Only this kind, as `spent`.
    #[param(
        min_length = 4,
        max_length = 9,
        pattern = "^(earned|held|released|spent|expired|refunded|extended|corrected)$"
    )]
    kind: Option<String>,
    /// Cursor from the page before.
    #[param(min_length = 3, max_length = 100, pattern = r"^(-?[0-9]{1,18}|9223372036854775807)\.[!-~]+$")]
    before: Option<String>,
    /// Rows on the page; 30 when absent.
    #[param(minimum = 1, maximum = 200)]
    #[serde(default, deserialize_with = "count")]
    limit: Option<u32>,
}

/// History, newest first.
#[utoipa::path(
    get, path = "/v1/me/activity", tag = "me", security(("session" = [])), params(ActivityQuery),
    responses(
        (status = 200, body = ActivityPage),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn activity(
    State(app): State<Shared>,
    session: Reader,
    language: Language,
    Query(query): Query<ActivityQuery>,
) -> Result<Json<ActivityPage>, ApiError> {
    let limit = page_length(query.limit, 1..=200, 30)?;
    not_longer("before", query.before.as_deref().unwrap_or_default(), CURSOR_LETTERS_MAX)?;
    let ask = (query.kind, query.before, Some(limit));
    Ok(Json(points::activity(&app, session.member(), ask, language).await?))
}

/// For which reward.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct EligibilityQuery {
    /// Only this reward.
    #[param(min_length = 1, max_length = 64, pattern = "^[a-z0-9-]+$")]
    reward: Option<String>,
}

/// What stands in the way of each visible reward; a reward that is not named can be redeemed now.
#[utoipa::path(
    get, path = "/v1/me/eligibility", tag = "me", security(("session" = [])), params(EligibilityQuery),
    responses(
        (status = 200, body = Eligibility),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
async fn eligibility(
    State(app): State<Shared>,
    session: Reader,
    Query(query): Query<EligibilityQuery>,
) -> Result<Json<Eligibility>, ApiError> {
    Ok(Json(points::eligibility(&app, session.member(), query.reward).await?))
}
