//! The Content-Security-Policy of the pages that hold the widget.

use crate::problem::ApiError;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderValue;
use sha2::{Digest as _, Sha256};

/// Scripts from here, and wasm that they compile.
pub(super) const WIDGET: &str = "'self' 'wasm-unsafe-eval'";
/// Scripts from here alone.
pub(super) const SCRIPTS: &str = "'self'";

/// Nothing from elsewhere and no `eval`. Styles may stand in attributes, because sizes and progress are set there. Only this
/// origin and `framers` may frame the page; `scripts` says which may run.
pub(super) fn content_policy(scripts: &str, framers: &[String]) -> String {
    let framers: String = framers.iter().map(|origin| format!(" {origin}")).collect();
    format!(
        "default-src 'none'; script-src {scripts}; style-src 'self' 'unsafe-inline'; connect-src 'self'; \
         img-src 'self' https: data:; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'self'{framers}"
    )
}

/// The header of a page of the widget's, which only this origin and `framers` may frame.
pub(super) fn of_page(page: &str, framers: &[String]) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_str(&content_policy(&scripts_of(page), framers))
        .map_err(|error| ApiError::Broken(error.into()))
}

/// As [`WIDGET`], with the one script that the build wrote into a page's head, by its hash. What stands in the body is not
/// looked at: a script that got there is not ours.
fn scripts_of(page: &str) -> String {
    let head = page.split("<body").next().unwrap_or_default();
    let own = head.split_once("<script>").and_then(|(_, rest)| Some(rest.split_once("</script>")?.0));
    match own {
        Some(own) => format!("{WIDGET} '{}'", hash_of(own)),
        None => WIDGET.to_owned(),
    }
}

/// A script's hash, as a policy names it.
pub(super) fn hash_of(script: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(script)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_heads_own_script_may_run() {
        assert_eq!(
            scripts_of("<head><script src=\"/a.js\"></script><script>go()</script></head><body>"),
            "'self' 'wasm-unsafe-eval' 'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw='"
        );
        assert_eq!(scripts_of("<head></head><body><script>go()</script></body>"), WIDGET);
        assert_eq!(scripts_of("<head><script>go()</head>"), WIDGET);
    }
}
