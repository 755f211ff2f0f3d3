//! `GET /frame`: the widget alone on a page of the programme's origin, to stand in a partner's page. Only the origins of
//! the partner that the query names may frame it, and its script talks to no other.

use super::{page::escaped, policy};
use crate::{app::Shared, language::Language, problem::ApiError};
use axum::{
    extract::{Query, RawQuery, State},
    response::{Html, IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;

/// Where the built page takes its facts.
const PLACE: &str = "data-tukar-partner";

pub(super) fn routes() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().route("/frame", axum::routing::get(get))
}

/// What the loader says in the address. Nothing in here is believed beyond choosing whose list counts.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    partner: String,
}

async fn get(
    State(app): State<Shared>,
    language: Language,
    Query(asked): Query<Asked>,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    let framers = match framers(&app, &asked.partner).await {
        Ok(framers) => framers,
        Err(ApiError::NotFound) => return unknown_partner(language),
        Err(error) => return Err(error),
    };
    let file = app.config.widget_dir.join("frame.html");
    let Ok(page) = tokio::fs::read_to_string(&file).await else {
        return Ok(super::widget::not_built(language, &app.config.widget_dir));
    };
    let page = super::plain::with_first_view(&app, page, (language, &query.unwrap_or_default())).await;
    framed(&page, &framers)
}

/// Tells the loader, which can't see what a frame was answered, that the partner is not known: its developer reads that at once.
const SAYS_SO: &str = "parent.postMessage({ tukar: 1, type: 'refused', why: 'partner' }, '*');";

/// A page that says that nobody knows this partner. Any page may frame it: there is nothing in it.
fn unknown_partner(language: Language) -> Result<Response, ApiError> {
    let text = language.pick(
        "Halaman ini belum terdaftar di program poin.",
        "This site is not registered with the points programme.",
    );
    let page = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{text}</title><script>{SAYS_SO}</script></head>\
         <body><p>{text}</p></body></html>",
        language.tag()
    );
    let policy = format!(
        "default-src 'none'; script-src '{}'; base-uri 'none'; form-action 'none'; frame-ancestors *",
        policy::hash_of(SAYS_SO)
    );
    let mut response = (StatusCode::NOT_FOUND, Html(page)).into_response();
    let policy = HeaderValue::from_str(&policy).map_err(|error| ApiError::Broken(error.into()))?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    set_isolation(response.headers_mut());
    Ok(response)
}

/// Who may hold a frame, and how their colour is called.
pub(super) struct Framers {
    origins: Vec<String>,
    accent: String,
}

/// The framers that a partner's word names; the settings' own for the empty word.
pub(super) async fn framers(app: &Shared, partner: &str) -> Result<Framers, ApiError> {
    let list = app.partners.list(&app.store, &app.clock).await?;
    match list.find(partner) {
        Some(partner) => Ok(Framers { origins: partner.origins.clone(), accent: partner.accent.clone() }),
        None if partner.is_empty() => {
            Ok(Framers { origins: app.config.allowed_origins.clone(), accent: String::new() })
        }
        None => Err(ApiError::NotFound),
    }
}

/// A page that only they may frame.
pub(super) fn framed(page: &str, framers: &Framers) -> Result<Response, ApiError> {
    let (origins, accent) = (&framers.origins, &framers.accent);
    let facts =
        format!("data-origins=\"{}\" data-accent=\"{}\"", escaped(&origins.join(" ")), escaped(accent));
    let mut response = Html(page.replacen(PLACE, &facts, 1)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy::of_page(page, origins)?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    set_isolation(headers);
    Ok(response)
}

/// What a page of another origin needs to frame this one.
fn set_isolation(headers: &mut HeaderMap) {
    let cross_origin = HeaderValue::from_static("cross-origin");
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), cross_origin);
    // A page that isolates itself (COEP) takes only frames that do too; pictures then come without cookies.
    let embedder = HeaderValue::from_static("credentialless");
    headers.insert(HeaderName::from_static("cross-origin-embedder-policy"), embedder);
}
