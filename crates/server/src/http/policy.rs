//! The Content-Security-Policy of every page: no more than it needs.

use crate::problem::ApiError;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderValue;
use sha2::{Digest as _, Sha256};

/// What a page may load beside scripts, styles and data of this origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// The widget: wasm that its script compiles, and pictures of rewards, which may stand anywhere.
    Widget,
    /// A page of forms: pictures of rewards.
    Pictures,
    /// Nothing more.
    Nothing,
}

/// Nothing from elsewhere and no `eval`. Styles may stand in attributes, because sizes and progress are set there. Only this
/// origin and `framers` may frame the page.
pub(super) fn content_policy(needs: Needs, framers: &[String]) -> String {
    policy_with(needs, "", framers)
}

/// As [`content_policy`]; `script` is a further source of scripts, with a blank before it.
fn policy_with(needs: Needs, script: &str, framers: &[String]) -> String {
    let framers: String = framers.iter().map(|origin| format!(" {origin}")).collect();
    let wasm = if needs == Needs::Widget { " 'wasm-unsafe-eval'" } else { "" };
    let pictures = if needs == Needs::Nothing { "" } else { " https:" };
    format!(
        "default-src 'none'; script-src 'self'{wasm}{script}; style-src 'self' 'unsafe-inline'; connect-src 'self'; \
         img-src 'self'{pictures} data:; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'self'{framers}"
    )
}

/// The header of a page that anybody may frame, because there is nothing on it: no form and no data. Only `script` may run.
pub(super) fn of_open_page(script: &str) -> Result<HeaderValue, ApiError> {
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
         frame-ancestors *",
        hash_of(script)
    );
    HeaderValue::from_str(&policy).map_err(|error| ApiError::Broken(error.into()))
}

/// The header of a built page, which only this origin and `framers` may frame. The one script that the build wrote into the
/// page's head may run too, by its hash. What stands in the body is not looked at: a script that got there is not ours.
pub(super) fn of_page(page: &str, needs: Needs, framers: &[String]) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_str(&policy_with(needs, &own_script(page), framers))
        .map_err(|error| ApiError::Broken(error.into()))
}

fn own_script(page: &str) -> String {
    let head = page.split("<body").next().unwrap_or_default();
    let own = head.split_once("<script>").and_then(|(_, rest)| Some(rest.split_once("</script>")?.0));
    own.map_or_else(String::new, |own| format!(" '{}'", hash_of(own)))
}

/// A script's hash, as a policy names it.
fn hash_of(script: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(script)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_heads_own_script_may_run() {
        assert_eq!(
            own_script("<head><script src=\"/a.js\"></script><script>go()</script></head><body>"),
            " 'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw='"
        );
        assert_eq!(own_script("<head></head><body><script>go()</script></body>"), "");
        assert_eq!(own_script("<head><script>go()</head>"), "");
    }

    #[test]
    fn a_page_may_load_no_more_than_it_needs() {
        for (needs, wasm, pictures) in
            [(Needs::Widget, true, true), (Needs::Pictures, false, true), (Needs::Nothing, false, false)]
        {
            let policy = content_policy(needs, &["https://a.example.id".to_owned()]);
            assert_eq!(policy.contains("'wasm-unsafe-eval'"), wasm, "{needs:?}");
            assert_eq!(policy.contains("img-src 'self' https: data:"), pictures, "{needs:?}");
            assert!(policy.ends_with("frame-ancestors 'self' https://a.example.id"), "{policy}");
        }
    }
}
