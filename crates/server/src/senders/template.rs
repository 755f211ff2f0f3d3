//! Templates of an SMS provider's request: text with slots such as `{to}`, checked once when the settings are read.
//!
//! Invariants: a template is read into parts before the first message, so a value that looks like a slot stays text; and
//! no error shows the template, which may hold a key.

use std::fmt::Write as _;

/// What a slot stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The recipient's number.
    To,
    /// The message.
    Text,
    /// The sender's name or number.
    From,
    /// The message's reference, the same for every try.
    Reference,
}

const SLOTS: [(&str, Slot); 4] =
    [("to", Slot::To), ("text", Slot::Text), ("from", Slot::From), ("reference", Slot::Reference)];

/// The values of one message.
#[derive(Clone, Copy)]
pub struct Values<'a> {
    /// For `{to}`.
    pub to: &'a str,
    /// For `{text}`.
    pub text: &'a str,
    /// For `{from}`.
    pub from: &'a str,
    /// For `{reference}`.
    pub reference: &'a str,
}

tukar_wire::debug_masked!(Values<'a> { from, reference; to, text });

impl Values<'_> {
    fn of(&self, slot: Slot) -> &str {
        match slot {
            Slot::To => self.to,
            Slot::Text => self.text,
            Slot::From => self.from,
            Slot::Reference => self.reference,
        }
    }
}

/// How a value is written where its slot stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escape {
    /// Percent-encoding.
    Percent,
    /// Inside a JSON string.
    Json,
    /// As it is, without control characters.
    Header,
}

/// A slot that is none, by its place; characters are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// `{name}` with a name that is none of ours.
    #[error("character {0}: an unknown slot; there are {{to}}, {{text}}, {{from}} and {{reference}}")]
    Unknown(usize),
    /// `{to` without `}`.
    #[error("character {0}: a slot without its closing bracket")]
    Open(usize),
}

#[derive(Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Slot(Slot),
}

/// A template, read.
#[derive(Clone)]
pub struct Template {
    parts: Vec<Part>,
    escape: Escape,
}

impl Template {
    /// Reads a template. A bracket that begins no word, as in JSON, is text.
    ///
    /// # Errors
    /// The first slot that is none.
    pub fn parse(template: &str, escape: Escape) -> Result<Template, TemplateError> {
        let (mut parts, mut text, mut rest) = (Vec::new(), String::new(), template);
        while let Some(at) = rest.find('{') {
            let (before, from_bracket) = rest.split_at(at);
            text.push_str(before);
            let place = template[..template.len() - from_bracket.len()].chars().count() + 1;
            match read_slot(&from_bracket[1..], place)? {
                Some((slot, after)) => {
                    parts.push(Part::Text(std::mem::take(&mut text)));
                    parts.push(Part::Slot(slot));
                    rest = after;
                }
                None => {
                    text.push('{');
                    rest = &from_bracket[1..];
                }
            }
        }
        text.push_str(rest);
        parts.push(Part::Text(text));
        Ok(Template { parts, escape })
    }

    /// Whether the slot stands in it.
    #[must_use]
    pub fn has(&self, slot: Slot) -> bool {
        self.parts.contains(&Part::Slot(slot))
    }

    /// The text with its slots filled, each escaped for its place.
    #[must_use]
    pub fn fill(&self, values: Values<'_>) -> String {
        let mut filled = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Slot(slot) => push_escaped(&mut filled, values.of(*slot), self.escape),
            }
        }
        filled
    }
}

/// The slot after a bracket, and what follows it; `None` where the bracket is text.
fn read_slot(after_bracket: &str, place: usize) -> Result<Option<(Slot, &str)>, TemplateError> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
    let end = after_bracket.find(|c| !is_word(c)).unwrap_or(after_bracket.len());
    let (word, after) = after_bracket.split_at(end);
    let known = SLOTS.iter().find(|(name, _)| *name == word);
    match (after.strip_prefix('}'), known) {
        (Some(after), Some((_, slot))) => Ok(Some((*slot, after))),
        (Some(_), None) if !word.trim().is_empty() => Err(TemplateError::Unknown(place)),
        (None, Some(_)) => Err(TemplateError::Open(place)),
        _ => Ok(None),
    }
}

fn push_escaped(out: &mut String, value: &str, escape: Escape) {
    match escape {
        Escape::Percent => {
            for byte in value.bytes() {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                    out.push(char::from(byte));
                } else {
                    // Writing to a String can't fail.
                    let _ = write!(out, "%{byte:02X}");
                }
            }
        }
        Escape::Json => {
            let quoted = serde_json::Value::from(value).to_string();
            out.push_str(&quoted[1..quoted.len() - 1]);
        }
        Escape::Header => out.extend(value.chars().filter(|letter| !letter.is_control())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: Values<'static> =
        Values { to: "+6281234567890", text: "Kode \"48\" \\ {to}\nbaris", from: "NUSA", reference: "r-1" };

    #[test]
    fn a_text_with_quotes_and_slots_stays_one_json_string() {
        let template = r#"{"to":"{to}","m":{"text":"{text}"},"from":"{from}","id":"{reference}","empty":{},"blank":{ }}"#;
        let body = Template::parse(template, Escape::Json).unwrap().fill(VALUES);
        let value: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(value["m"]["text"], VALUES.text);
        assert_eq!(value["to"], "+6281234567890");
        assert_eq!(value["from"], "NUSA");
        assert_eq!(value["id"], "r-1");
    }

    #[test]
    fn a_form_and_a_url_are_percent_encoded_and_a_header_has_one_line() {
        let fill = |template: &str, escape| {
            let values = Values { text: "a&b=é\r\nX-Evil: 1", ..VALUES };
            Template::parse(template, escape).unwrap().fill(values)
        };
        assert_eq!(
            fill("https://sms.example.id/?to={to}&text={text}", Escape::Percent),
            "https://sms.example.id/?to=%2B6281234567890&text=a%26b%3D%C3%A9%0D%0AX-Evil%3A%201"
        );
        assert_eq!(fill("{text}", Escape::Header), "a&b=éX-Evil: 1");
    }

    #[test]
    fn an_unknown_or_open_slot_is_told_by_its_place_and_not_shown() {
        for (template, error) in [
            ("to={to}&apikey={geheim}", TemplateError::Unknown(16)),
            ("é={To}", TemplateError::Unknown(3)),
            ("{ text }", TemplateError::Unknown(1)),
            ("{message}", TemplateError::Unknown(1)),
            ("a {text", TemplateError::Open(3)),
            (r#"{"to":"{to","text":"{text}"}"#, TemplateError::Open(8)),
        ] {
            let found = Template::parse(template, Escape::Json).map(|_| ()).unwrap_err();
            assert_eq!(found, error, "{template}");
            assert!(!found.to_string().contains("geheim"));
        }
    }
}
