//! The built widget from `--widget-dir`: `/` is its `index.html`; every other path is a file of the directory.
//!
//! A file with a `.br` or `.gz` sibling is sent as that when the browser takes it. Names do not change between builds,
//! so a browser asks each time and gets 304; a name with a hash in it is kept for good.

use super::page::page;
use crate::{app::Shared, language::Language, problem::ApiError};
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use std::{
    path::{Component, Path, PathBuf},
    time::UNIX_EPOCH,
};

/// Bytes of one file that are sent.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Any path that no route took.
pub(super) async fn serve(
    State(app): State<Shared>,
    method: Method,
    uri: Uri,
    language: Language,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let path = uri.path();
    if path.starts_with("/v1/") || path == "/v1" {
        return Err(ApiError::NotFound);
    }
    if method != Method::GET && method != Method::HEAD {
        return Err(ApiError::MethodNotAllowed);
    }
    let asked = if path == "/" { "index.html" } else { path.trim_start_matches('/') };
    let Some(file) = inside(&app.config.widget_dir, asked) else { return Err(ApiError::NotFound) };
    match read(&file, &headers).await {
        Some(response) => Ok(response),
        None if path == "/" => Ok(not_built(language, &app.config.widget_dir)),
        None => Err(ApiError::NotFound),
    }
}

/// A file below the directory; `None` for a path that tries to leave it, for hidden files and odd letters.
fn inside(directory: &Path, asked: &str) -> Option<PathBuf> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    if asked.len() > 200 || !asked.bytes().all(plain) || asked.split('/').any(|part| part.starts_with('.')) {
        return None;
    }
    let relative = Path::new(asked);
    relative.components().all(|part| matches!(part, Component::Normal(_))).then(|| directory.join(relative))
}

async fn read(file: &Path, headers: &HeaderMap) -> Option<Response> {
    let accepts = |coding: &str| {
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).is_some_and(|value| {
            value.split(',').any(|part| {
                let mut pieces = part.split(';').map(str::trim);
                pieces.next() == Some(coding) && pieces.next() != Some("q=0")
            })
        })
    };
    let plain = tokio::fs::metadata(file)
        .await
        .ok()
        .filter(|found| found.is_file() && found.len() <= FILE_BYTES_MAX)?;
    let mut sent = (file.to_owned(), plain.clone(), None);
    for (coding, ending) in [("br", ".br"), ("gzip", ".gz")] {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        // A sibling older than its file comes from an earlier build.
        if accepts(coding)
            && let Ok(found) = tokio::fs::metadata(&name).await
            && found.modified().ok() >= plain.modified().ok()
        {
            sent = (PathBuf::from(name), found, Some(coding));
            break;
        }
    }
    let (name, found, coding) = sent;
    let age = found.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_millis();
    let etag =
        HeaderValue::from_str(&format!("W/\"{:x}-{age:x}-{}\"", found.len(), coding.unwrap_or("id"))).ok()?;
    let mut response = if headers.get(header::IF_NONE_MATCH) == Some(&etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        tokio::fs::read(name).await.ok()?.into_response()
    };
    let written = response.headers_mut();
    written.insert(header::ETAG, etag);
    written.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    written.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(file)));
    let kept = if has_hash(file) { "public, max-age=31536000, immutable" } else { "public, no-cache" };
    written.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    // The widget's files are public, and partner pages load them across origins.
    written.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    if file.extension().is_some_and(|ending| ending != "html") {
        written.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    if let Some(coding) = coding {
        written.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    Some(response)
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|ending| ending.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "ts" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Sixteen hexadecimal digits or more in its name or its folder's, as the build writes them.
fn has_hash(file: &Path) -> bool {
    let names = file.iter().rev().take(2).filter_map(|name| name.to_str());
    names
        .flat_map(|name| name.split(['-', '.', '_']))
        .any(|part| part.len() >= 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

pub(super) fn not_built(language: Language, directory: &Path) -> Response {
    let directory = super::page::escaped(&directory.display().to_string());
    let (title, text) = language.pick(
        ("Widget belum dibangun", "API sudah berjalan, tetapi berkas widget belum ada di"),
        ("The widget is not built yet", "The API runs, but the widget's files are not in"),
    );
    let build = language.pick("Bangun dengan", "Build it with");
    let main = format!(
        "<h1>{title}</h1><p>{text} <code>{directory}</code>.</p><p>{build}:</p>\
         <pre>cargo xtask serve</pre><p><a href=\"/docs\">API</a> · <a href=\"/livez\">/livez</a></p>"
    );
    page(StatusCode::SERVICE_UNAVAILABLE, language.tag(), title, &main)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leaves_the_directory() {
        let directory = Path::new("/widget");
        assert_eq!(inside(directory, "a/b.js"), Some(PathBuf::from("/widget/a/b.js")));
        for path in ["../x", "a/../../x", "%2e%2e/x", ".git/config", "a/.env", "/etc/passwd", "a\\b", ""] {
            assert_eq!(inside(directory, path).filter(|file| file != directory), None, "{path}");
        }
    }

    #[test]
    fn only_a_name_with_a_hash_is_kept_for_good() {
        assert!(has_hash(Path::new("tukar-0123456789abcdef.js")));
        assert!(has_hash(Path::new("dist/w/0123456789abcdef/tukar.js")));
        assert!(!has_hash(Path::new("0123456789abcdef/dist/w/tukar.js")));
        assert!(!has_hash(Path::new("tukar.js")));
        assert!(!has_hash(Path::new("tukar_bg.wasm")));
    }
}
