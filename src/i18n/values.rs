//! How a value stands in a text, whoever writes its digits.

/// Puts values into `{0}`, `{1}` ….
#[must_use]
pub fn fill(text: &str, values: &[&str]) -> String {
    let mut filled = text.to_owned();
    for (at, value) in values.iter().enumerate() {
        filled = filled.replace(&format!("{{{at}}}"), value);
    }
    filled
}

/// Tag of the language that is shown to who asks for `tag`, as `en-GB`, `ID` or `ms_MY`; `None` where that is none of ours.
/// `in` is Indonesian's old tag; readers of Malay, Javanese and Sundanese read Indonesian.
#[must_use]
pub fn language_of(tag: &str) -> Option<&'static str> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    match primary.as_str() {
        "en" => Some("en"),
        "id" | "in" | "ms" | "jv" | "su" => Some("id"),
        _ => None,
    }
}

/// The sign before a change of points; nothing before none.
#[must_use]
pub fn sign(n: i64) -> &'static str {
    match n {
        1.. => "+",
        0 => "",
        _ => "−",
    }
}

#[cfg(test)]
mod tests {
    use super::language_of;

    #[test]
    fn a_tag_in_any_writing_names_one_of_two_languages_or_none() {
        for (tag, language) in [
            ("en", Some("en")),
            ("EN_gb", Some("en")),
            ("id-ID", Some("id")),
            ("ID", Some("id")),
            ("in", Some("id")),
            ("ms-MY", Some("id")),
            ("jv", Some("id")),
            ("su", Some("id")),
            ("fr", None),
            ("english", None),
            ("idn", None),
            ("", None),
        ] {
            assert_eq!(language_of(tag), language, "{tag}");
        }
    }
}
