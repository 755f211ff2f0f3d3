//! The server's own small pages: plain HTML that reads well without script, in light and dark.

use crate::language::Language;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use tukar_wire::Problem;

/// Text as it may stand in HTML, also in an attribute.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(letter),
        }
    }
    safe
}

/// A problem for a person who opened an address: what happened, what to do, and the way to the start.
pub(crate) fn problem_page(problem: &Problem, language: Language) -> Response {
    let home = language.pick("Ke halaman utama", "Go to the start page");
    let paragraph =
        |text: &str| if text.is_empty() { String::new() } else { format!("<p>{}</p>", escaped(text)) };
    let main = format!(
        "<h1>{}</h1>{}{}<p><a href=\"/\">{home}</a></p><p><small>HTTP {} · {}</small></p>",
        escaped(&problem.title),
        paragraph(&problem.detail),
        paragraph(&problem.next),
        problem.status,
        escaped(&problem.reference),
    );
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = page(status, language.tag(), &problem.title, &main);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.insert(header::VARY, HeaderValue::from_static("accept, accept-language"));
    response
}

/// A whole page; `main` is HTML, `title` is text.
pub(super) fn page(status: StatusCode, language: &str, title: &str, main: &str) -> Response {
    let title = escaped(title);
    let html = format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head>\
         <body><main>{main}</main></body></html>"
    );
    let mut response = (status, Html(html)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

const STYLE: &str = ":root{color-scheme:light dark;--ink:#1c1b19;--soft:#5d5a54;--paper:#faf8f4;--line:#d9d4ca}\
@media(prefers-color-scheme:dark){:root{--ink:#eeeae2;--soft:#a9a49a;--paper:#191815;--line:#3a3731}}\
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,sans-serif}\
main{max-width:42rem;margin:0 auto;padding:3rem 1.25rem}h1{font-size:1.6rem;line-height:1.2;margin:0 0 1rem}\
dt{font-weight:600;margin-top:1.25rem}dd{margin:.15rem 0 0;color:var(--soft)}code{font-size:.95em}\
pre{background:color-mix(in srgb,var(--ink) 7%,transparent);padding:.75rem 1rem;border-radius:.5rem;overflow:auto}\
a{color:inherit}";
