//! `GET /embed`: the page on which a partner's developer sets the element, sees the real widget and copies the snippet;
//! `/embed/stage` is the bare page in which that widget stands. Both are built with the widget (`embed/page/`); here they
//! get their language and their policy.

use crate::{
    app::{App, Shared},
    language::Language,
    problem::ApiError,
};
use axum::{
    Router,
    extract::{Query, State},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use http::{HeaderValue, header};
use serde::Deserialize;

/// The page itself: a frame of our own for the preview.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; \
                           connect-src 'self'; img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'; \
                           frame-ancestors 'self'";

/// The preview, which holds the widget: its wasm, its pictures, its frame, and the style attributes that it sets inline.
const STAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
                            style-src-attr 'unsafe-inline'; connect-src 'self'; img-src 'self' https: data:; frame-src 'self'; \
                            base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/embed", get(page)).route("/embed/stage", get(stage))
}

/// What the address may say.
#[derive(Deserialize)]
struct Asked {
    /// The reader's choice; otherwise the browser's.
    lang: Option<String>,
}

async fn page(
    State(app): State<Shared>,
    language: Language,
    Query(asked): Query<Asked>,
) -> Result<Response, ApiError> {
    let chosen = asked.lang.as_deref().and_then(Language::of_tag);
    Ok(built(&app, "embed.html", PAGE_POLICY, chosen.unwrap_or(language)).await)
}

async fn stage(State(app): State<Shared>, language: Language) -> Response {
    built(&app, "stage.html", STAGE_POLICY, language).await
}

/// A page of the widget's build, in a language.
async fn built(app: &App, file: &str, policy: &'static str, language: Language) -> Response {
    let Ok(page) = tokio::fs::read_to_string(app.config.widget_dir.join(file)).await else {
        return super::widget::not_built(language, &app.config.widget_dir);
    };
    let page = page.replacen("<html lang=\"id\">", &format!("<html lang=\"{}\">", language.tag()), 1);
    let mut response = Html(page).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
    response
}
