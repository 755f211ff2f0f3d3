//! What an origin looks like.

/// Whether `text` is an exact origin as browsers write it: scheme, host in lower case, perhaps a port; no path, no
/// wildcard, and not a scheme's own port.
#[must_use]
pub fn is_origin(text: &str) -> bool {
    let (rest, own_port) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (rest, ":443"),
        (_, Some(rest)) => (rest, ":80"),
        _ => return false,
    };
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte);
    !rest.is_empty() && !rest.starts_with(':') && rest.bytes().all(plain) && !rest.ends_with(own_port)
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
        for good in ["https://a.example.id", "http://localhost:8080", "http://[::1]:3000", "https://a:8443"] {
            assert!(is_origin(good), "{good}");
        }
        for bad in [
            "",
            "null",
            "*",
            "https://",
            "https://A.example.id",
            "https://a/",
            "https://a:443",
            "http://a:80",
            "a",
        ] {
            assert!(!is_origin(bad), "{bad}");
        }
    }
}
