//! The language of an answer: read from `Accept-Language`, Indonesian when in doubt.

use axum::extract::FromRequestParts;
use http::{HeaderMap, header::ACCEPT_LANGUAGE, request::Parts};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// A language that the server writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Indonesian.
    #[default]
    Id,
    /// English.
    En,
}

impl Language {
    /// Every language, the default first.
    pub const ALL: [Language; 2] = [Language::Id, Language::En];

    /// BCP 47 tag.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Language::Id => "id",
            Language::En => "en",
        }
    }

    /// The language of a tag as `en-GB`; `None` for one that the server does not write.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Language> {
        match tukar_plain::i18n::language_of(tag) {
            Some("en") => Some(Language::En),
            Some(_) => Some(Language::Id),
            None => (tag == "*").then_some(Language::Id),
        }
    }

    /// The best language for a request: highest weight first, first named wins a tie.
    #[must_use]
    pub fn of_headers(headers: &HeaderMap) -> Language {
        let Some(text) = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()) else {
            return Language::default();
        };
        let mut best = (0, Language::default());
        for part in text.split(',').take(PREFERENCES_MAX) {
            let mut pieces = part.split(';');
            let tag = pieces.next().unwrap_or_default().trim();
            let weight =
                pieces.find_map(|piece| piece.trim().strip_prefix("q=").map(thousandths)).unwrap_or(1000);
            if let Some(language) = Language::of_tag(tag)
                && weight > best.0
            {
                best = (weight, language);
            }
        }
        best.1
    }

    /// One of two texts.
    #[must_use]
    pub fn pick<T>(self, id: T, en: T) -> T {
        match self {
            Language::Id => id,
            Language::En => en,
        }
    }

    /// A whole number with the language's thousands mark: `12.450` or `12,450`.
    #[must_use]
    pub fn number(self, value: i64) -> String {
        let digits = value.unsigned_abs().to_string();
        let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
        if value < 0 {
            text.push('-');
        }
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(self.pick('.', ','));
            }
            text.push(digit);
        }
        text
    }
}

/// Preferences of an `Accept-Language` that are looked at.
const PREFERENCES_MAX: usize = 20;

/// `0.8` → 800; anything odd → 0.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole, fraction.parse::<u16>()) {
        ("1", _) => 1000,
        ("0", Ok(value)) => value,
        _ => 0,
    }
}

impl<S: Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Language::of_headers(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, text.parse().unwrap());
        Language::of_headers(&headers)
    }

    #[test]
    fn the_heaviest_known_language_wins() {
        assert_eq!(of("en-GB,en;q=0.9,id;q=0.8"), Language::En);
        assert_eq!(of("ar,id;q=0.9,en;q=0.8"), Language::Id);
        assert_eq!(of("ms,en;q=0.8"), Language::Id, "as the widget and the loader have it");
        assert_eq!(of("en;q=0.3, id-ID;q=0.7"), Language::Id);
        assert_eq!(of("ar"), Language::Id);
        assert_eq!(of("en;q=0"), Language::Id);
        assert_eq!(of(";;;,,,q"), Language::Id);
        assert_eq!(Language::of_headers(&HeaderMap::new()), Language::Id);
    }

    #[test]
    fn numbers_carry_the_languages_thousands_mark() {
        assert_eq!(Language::Id.number(12_450), "12.450");
        assert_eq!(Language::En.number(-1_234_567), "-1,234,567");
        assert_eq!(Language::Id.number(7), "7");
        assert_eq!(Language::En.number(100), "100");
    }
}
