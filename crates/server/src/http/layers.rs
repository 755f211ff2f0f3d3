//! What stands around every route, from the outside in: request id, trace, security headers, CORS, problems, compression,
//! panics, the whole body, a place among the requests under way, and the time that an answer may take.

use crate::{
    app::{App, Shared},
    http::{
        body::{refuse_nul, whole},
        policy::{self, Needs},
        shed::shed,
    },
    metrics,
    problem::{ApiError, REQUEST_ID, write_problems},
    trust,
};
use anyhow::anyhow;
use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts};
use std::{any::Any, time::Duration};
use tokio::time::timeout;
use tower_http::{
    CompressionLevel,
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate as _},
    },
    cors::{AllowOrigin, CorsLayer},
    trace::TraceLayer,
};
use uuid::Uuid;

/// Seconds a browser may keep a preflight's answer.
const PREFLIGHT_SECONDS: u64 = 600;

/// How long an answer may take to begin.
const ANSWER_MAX: Duration = Duration::from_secs(45);

/// Puts the layers around the routes.
pub(super) fn around(router: Router<Shared>, app: &Shared) -> Router<Shared> {
    let trace = TraceLayer::new_for_http().make_span_with(span).on_failure(());
    // Made once at build time (`.br` beside the file) or never: compressing it again for each request costs more than
    // the line.
    let worth_it = DefaultPredicate::new().and(NotForContentType::const_new("application/wasm"));
    router
        .layer(from_fn_with_state(app.clone(), by_a_believed_clock))
        .layer(from_fn(refuse_nul))
        .layer(from_fn(answered_in_time))
        .layer(from_fn_with_state(app.clone(), shed))
        .layer(from_fn(whole))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worth_it))
        .layer(from_fn(write_problems))
        // Around the problems too: a page that may call the API may read why not.
        .layer(cors(app))
        .layer(from_fn_with_state(app.clone(), security_headers))
        .layer(from_fn(tell_changes))
        .layer(from_fn_with_state(app.clone(), metrics::count))
        .layer(trace)
        .layer(from_fn(request_id))
}

/// The span holds the route's pattern, never the path: a path may name a redemption, a query a contact.
fn span(request: &Request) -> tracing::Span {
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str);
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    tracing::info_span!("request", method = %request.method(), route, id)
}

/// Gives every request an id of our own; one that the peer chose would let it write into the log.
async fn request_id(mut request: Request, next: Next) -> Response {
    let id = Uuid::new_v4().simple().to_string();
    let value = HeaderValue::from_str(&id[..16]).unwrap_or(HeaderValue::from_static("-"));
    request.headers_mut().insert(REQUEST_ID, value.clone());
    let mut response = next.run(request).await;
    response.headers_mut().insert(REQUEST_ID, value);
    response
}

/// Whatever may have changed something is logged, with the route and the request of the span around it: signing in and out,
/// redeeming, opening the locker. What only looks is not.
async fn tell_changes(request: Request, next: Next) -> Response {
    let changes = matches!(*request.method(), Method::POST | Method::DELETE);
    let response = next.run(request).await;
    if changes && response.status().is_success() {
        tracing::info!(status = response.status().as_u16(), "done");
    }
    response
}

/// A request that waits for longer waits for what does not come, as for a database whose machine has gone: it gives its place
/// up. What it had begun may still be done, as where a visitor goes away.
async fn answered_in_time(request: Request, next: Next) -> Result<Response, ApiError> {
    let answered = timeout(ANSWER_MAX, next.run(request)).await;
    answered.map_err(|_| ApiError::Broken(anyhow!("no answer within {ANSWER_MAX:?}")))
}

/// The API decides nothing by a clock that is doubted. Pages of forms ask for themselves, to say it as a page.
async fn by_a_believed_clock(
    State(app): State<Shared>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if request.uri().path().starts_with("/v1/") {
        trust::admit(&app).await?;
    }
    Ok(next.run(request).await)
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let what = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no words");
    ApiError::Broken(anyhow!("a handler panicked: {what}")).into_response()
}

/// 405 as a problem; axum adds `Allow`.
pub(super) async fn method_not_allowed() -> ApiError {
    ApiError::MethodNotAllowed
}

/// Pages of other origins that may call the API: those of the settings and of partners that run the widget inline. A
/// partner in frame mode needs none of it.
fn cors(app: &Shared) -> CorsLayer {
    let app = app.clone();
    let may_call = move |origin: HeaderValue, _: &Parts| {
        let app = app.clone();
        async move {
            let Ok(origin) = origin.to_str() else { return false };
            if app.config.allowed_origins.iter().any(|allowed| allowed == origin) {
                return true;
            }
            match app.partners.list(&app.store, &app.clock).await {
                Ok(list) => list.may_call(origin),
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "the partners could not be read");
                    false
                }
            }
        }
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::async_predicate(may_call))
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::ACCEPT_LANGUAGE,
            header::IF_NONE_MATCH,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("tukar-partner"),
            HeaderName::from_static("tukar-top"),
        ])
        .expose_headers([header::ETAG, header::RETRY_AFTER, HeaderName::from_static(REQUEST_ID)])
        .max_age(Duration::from_secs(PREFLIGHT_SECONDS))
}

async fn security_headers(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    set_security_headers(response.headers_mut(), &app);
    response
}

fn set_security_headers(headers: &mut HeaderMap, app: &App) {
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.entry(name).or_insert(value);
        }
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    // Pages that need more, or that others may frame, say so themselves.
    set(
        header::CONTENT_SECURITY_POLICY,
        &policy::content_policy(Needs::Nothing, &app.config.allowed_origins),
    );
    set(
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    );
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    // Whatever did not say otherwise may be a member's own.
    set(header::CACHE_CONTROL, "no-store");
    if app.config.public_url.starts_with("https://") {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
}
