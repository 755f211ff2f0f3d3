//! Rules on the body of an SMS provider's answer: many providers answer "200 OK" and tell the failure in the body.

use anyhow::{Context as _, ensure};
use regex::Regex;
use serde::Deserialize;
use serde_json::Value;

/// A rule as it stands in the settings: a JSON pointer with the values looked for, or a regular expression.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyRule {
    /// JSON pointer, as `/messages/0/status`.
    pub pointer: Option<String>,
    /// Values that match there; absent: any but `null` and `false`.
    #[serde(default)]
    pub is: Vec<Scalar>,
    /// Regular expression, searched in the whole body.
    pub regex: Option<String>,
}

/// A value of JSON without parts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// `true`, `false`.
    Flag(bool),
    /// A whole number; matches the same number written as a text, too.
    Number(i64),
    /// A text; matches a number that is written like it, too.
    Text(String),
}

impl Scalar {
    fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Scalar::Flag(flag), Value::Bool(value)) => flag == value,
            (Scalar::Number(number), Value::Number(_) | Value::String(_)) => {
                number.to_string() == written(value)
            }
            (Scalar::Text(text), Value::Number(_) | Value::String(_)) => *text == written(value),
            _ => false,
        }
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A rule, ready to be asked.
#[derive(Clone, Debug)]
pub enum BodyMatcher {
    /// The value at a pointer.
    Pointer {
        /// JSON pointer.
        pointer: String,
        /// Values that match; empty: any but `null` and `false`.
        is: Vec<Scalar>,
    },
    /// A text anywhere in the body.
    Regex(Regex),
}

impl BodyMatcher {
    /// Reads a rule.
    ///
    /// # Errors
    /// Both a pointer and an expression or neither; a pointer that is none; an expression that can't be read.
    pub fn new(rule: &BodyRule) -> anyhow::Result<BodyMatcher> {
        ensure!(
            rule.pointer.is_some() != rule.regex.is_some(),
            "it needs either `pointer` (with `is`) or `regex`"
        );
        if let Some(regex) = &rule.regex {
            ensure!(rule.is.is_empty(), "`is` goes with `pointer`, not with `regex`");
            return Ok(BodyMatcher::Regex(Regex::new(regex).context("`regex` is no regular expression")?));
        }
        let pointer = rule.pointer.clone().unwrap_or_default();
        ensure!(
            pointer.is_empty() || pointer.starts_with('/'),
            "`pointer` is no JSON pointer: it begins with /, as /messages/0/status"
        );
        Ok(BodyMatcher::Pointer { pointer, is: rule.is.clone() })
    }

    /// Whether an answer's body says so. What is not JSON matches no pointer.
    #[must_use]
    pub fn matches(&self, body: &str) -> bool {
        match self {
            BodyMatcher::Regex(regex) => regex.is_match(body),
            BodyMatcher::Pointer { pointer, is } => {
                let Ok(json) = serde_json::from_str::<Value>(body) else { return false };
                let Some(value) = json.pointer(pointer) else { return false };
                if is.is_empty() {
                    return !matches!(value, Value::Null | Value::Bool(false));
                }
                is.iter().any(|wanted| wanted.is(value))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(toml: &str) -> anyhow::Result<BodyMatcher> {
        BodyMatcher::new(&toml::from_str(toml).unwrap())
    }

    #[test]
    fn a_pointer_finds_texts_numbers_and_flags_and_an_expression_any_text() {
        for (toml, body, matches) in [
            ("pointer = \"/status\"\nis = [\"0\", \"queued\"]", r#"{"status":"queued"}"#, true),
            ("pointer = \"/status\"\nis = [\"0\"]", r#"{"status":0}"#, true),
            ("pointer = \"/messages/0/status\"\nis = [0]", r#"{"messages":[{"status":"0"}]}"#, true),
            ("pointer = \"/messages/0/status\"\nis = [0]", r#"{"messages":[]}"#, false),
            ("pointer = \"/ok\"\nis = [true]", r#"{"ok":true}"#, true),
            ("pointer = \"/ok\"\nis = [true]", r#"{"ok":"true"}"#, false),
            ("pointer = \"/error\"", r#"{"error":{"code":7}}"#, true),
            ("pointer = \"/error\"", r#"{"error":null}"#, false),
            ("pointer = \"/error\"", "<html>", false),
            ("regex = \"(?i)insufficient (credit|balance)\"", "ERR Insufficient Credit", true),
            ("regex = \"^OK\"", "OK 12345", true),
            ("regex = \"^OK\"", "NOT OK", false),
        ] {
            assert_eq!(rule(toml).unwrap().matches(body), matches, "{toml} {body}");
        }
    }

    #[test]
    fn a_rule_that_can_not_work_is_refused_when_it_is_read() {
        for toml in [
            "",
            "is = [1]",
            "pointer = \"status\"",
            "pointer = \"/a\"\nregex = \"b\"",
            "regex = \"(\"",
            "regex = \"a\"\nis = [1]",
        ] {
            assert!(rule(toml).is_err(), "{toml}");
        }
    }
}
