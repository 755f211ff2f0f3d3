//! What an origin looks like.

use url::{Host, Url};

/// Whether `text` is an exact origin that a browser can have: scheme, host in lower case, perhaps a port; no path, no
/// wildcard, and not a scheme's own port. What a browser would write otherwise would never match.
#[must_use]
pub fn is_origin(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    // The port 0 can't be asked for. `ascii_serialization` is what a browser sends in `Origin`.
    matches!(url.scheme(), "https" | "http")
        && url.port() != Some(0)
        && url.origin().ascii_serialization() == text
        && match url.host() {
            Some(Host::Domain(name)) => is_host_name(name),
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
            None => false,
        }
}

/// Labels of letters, digits and inner hyphens, as names in the DNS are; a browser takes others that lead nowhere.
fn is_host_name(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.split('.').all(is_label)
}

/// The host of an origin, without scheme and port.
#[must_use]
pub fn host_of(origin: &str) -> &str {
    let rest = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    let end = match rest.find(']') {
        Some(bracket) => bracket + 1,
        None => rest.find([':', '/']).unwrap_or(rest.len()),
    };
    &rest[..end]
}

#[cfg(test)]
mod tests {
    use super::{host_of, is_origin};

    #[test]
    fn the_host_is_what_stands_between_scheme_and_port() {
        for (origin, host) in [
            ("https://a.example.id", "a.example.id"),
            ("http://localhost:8080", "localhost"),
            ("http://[::1]:3000", "[::1]"),
            ("http://localhost:8080/x", "localhost"),
            ("", ""),
        ] {
            assert_eq!(host_of(origin), host);
        }
    }

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for good in [
            "https://a.example.id",
            "http://localhost:8080",
            "http://127.0.0.1:8080",
            "http://[::1]:3000",
            "https://a:8443",
            "https://a:65535",
            "https://xn--bcher-kva.example",
            "https://a--b.example",
        ] {
            assert!(is_origin(good), "{good}");
        }
        for bad in [
            "",
            "null",
            "*",
            "https://",
            "https://A.example.id",
            "https://a/",
            "https://a/b",
            "https://a?b",
            "https://a#b",
            "https://a:443",
            "http://a:80",
            "https://a:0",
            "https://a:70000",
            "https://a:",
            "https://a:08443",
            "https://:8443",
            "https://-",
            "https://-a.example",
            "https://a-.example",
            "https://a..example",
            "https://.example",
            "https://a.example.",
            "https://a_b.example",
            "https://user@a.example",
            "https://user:word@a.example",
            "https://@a.example",
            "http://[::1",
            "http://[::1]]",
            "http://::1",
            "http://[0:0:0:0:0:0:0:1]",
            "http://127.1",
            "http://256.0.0.1",
            "https://bücher.example",
            "https://*.example",
            "https://a b",
            " https://a",
            "https://a\n",
            "https:a.example",
            "https:///a.example",
            "ftp://a.example",
            "file:///a",
            "data:x",
            "a",
        ] {
            assert!(!is_origin(bad), "{bad}");
        }
        assert!(!is_origin(&format!("https://{}.example", "a".repeat(64))));
    }
}
