//! `GET /frame`: the widget alone on a page of the programme's origin, to stand in a partner's page. Only the origins of
//! the partner that the query names may frame it, and its script talks to no other.

use super::{
    page::{escaped, page},
    policy::{self, Needs},
};
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
        Err(ApiError::NotFound) => return unknown_partner(&asked.partner, language),
        Err(error) => return Err(error),
    };
    let file = app.config.widget_dir.join("frame.html");
    let Ok(page) = tokio::fs::read_to_string(&file).await else {
        return Ok(super::widget::not_built(language, &app.config.widget_dir));
    };
    let page = super::plain::with_first_view(&app, page, (language, &query.unwrap_or_default())).await;
    framed(&page, Needs::Widget, &framers)
}

/// Tells the loader, which can't see what a frame was answered, that the partner is not known: its developer reads that at once.
const SAYS_SO: &str = "parent.postMessage({ tukar: 1, type: 'refused', why: 'partner' }, '*');";

/// What a partner's page shows where it misspelt the partner, or was not added: at once, and in its frame.
fn unknown_partner(partner: &str, language: Language) -> Result<Response, ApiError> {
    let (title, what, next) = language.pick(
        (
            "Halaman ini belum terdaftar",
            "Program poin ini tidak mengenal mitra dengan nama",
            "Untuk pengelola situs: periksa atribut <code>partner</code>, atau minta program mendaftarkan situs Anda.",
        ),
        (
            "This page is not registered",
            "This points programme does not know a partner called",
            "For the site's developer: check the attribute <code>partner</code>, or ask the programme to add your site.",
        ),
    );
    let name: String = partner.chars().take(100).collect();
    let main = format!(
        "<h1>{title}</h1><p>{what} <code>{}</code>.</p><p>{next}</p><script>{SAYS_SO}</script>",
        escaped(&name)
    );
    let mut response = page(StatusCode::NOT_FOUND, language.tag(), title, &main);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy::of_open_page(SAYS_SO)?);
    headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
    may_stand_in_a_frame(headers);
    Ok(response)
}

/// Headers without which a page that isolates itself (COEP) takes no frame; pictures then come without cookies.
pub(super) fn may_stand_in_a_frame(headers: &mut HeaderMap) {
    let cross_origin = HeaderValue::from_static("cross-origin");
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), cross_origin);
    let embedder = HeaderValue::from_static("credentialless");
    headers.insert(HeaderName::from_static("cross-origin-embedder-policy"), embedder);
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
pub(super) fn framed(page: &str, needs: Needs, framers: &Framers) -> Result<Response, ApiError> {
    let (origins, accent) = (&framers.origins, &framers.accent);
    let facts =
        format!("data-origins=\"{}\" data-accent=\"{}\"", escaped(&origins.join(" ")), escaped(accent));
    let mut response = Html(page.replacen(PLACE, &facts, 1)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy::of_page(page, needs, origins)?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    may_stand_in_a_frame(headers);
    Ok(response)
}
