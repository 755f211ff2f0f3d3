//! The fields of one JSON object, one after the other: what is wrong is noted and the reading goes on.

use super::{
    Fault,
    limits::{CALENDAR_END, COUNT_MAX, LINE_LETTERS_MAX, LIST_MAX, TEXT_LETTERS_MAX},
};
use crate::{catalogue::Bilingual, clock::is_in_calendar};
use serde::{
    Deserialize,
    de::{DeserializeOwned, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::fmt;
use tukar_domain::text::{Lines, find_bad_character, tidy};
use tukar_wire::Moment;
use unicode_normalization::UnicodeNormalization as _;

/// How a text is written: its lines, and the most letters it may have.
#[derive(Clone, Copy)]
pub(super) struct Form {
    lines: Lines,
    letters_max: usize,
}

/// A title, a label, a name.
pub(super) const LINE: Form = Form { lines: Lines::One, letters_max: LINE_LETTERS_MAX };
/// A description, an answer.
pub(super) const TEXT: Form = Form { lines: Lines::Many, letters_max: TEXT_LETTERS_MAX };

/// What was found wrong, with the places counted in lines.
pub(super) struct Faults<'a> {
    text: &'a str,
    /// Where each line after the first starts.
    line_starts: Vec<usize>,
    pub(super) row: String,
    list: Vec<Fault>,
}

impl<'a> Faults<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let line_starts = text.match_indices('\n').map(|(place, _)| place + 1).collect();
        Faults { text, line_starts, row: String::new(), list: Vec::new() }
    }

    pub(super) fn into_list(self) -> Vec<Fault> {
        self.list
    }

    pub(super) fn add_at(&mut self, place: usize, row: &str, field: &str, reason: impl Into<String>) {
        let line = self.line(place);
        self.list.push(Fault { line, row: row.to_owned(), field: field.to_owned(), reason: reason.into() });
    }

    pub(super) fn add(&mut self, place: usize, field: &str, reason: impl Into<String>) {
        let row = self.row.clone();
        self.add_at(place, &row, field, reason);
    }

    /// The line of a byte of the text, from 1.
    pub(super) fn line(&self, place: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= place) + 1
    }

    /// Where a piece of the text starts. `piece` was cut out of the text, so their addresses can be compared.
    pub(super) fn place_of(&self, piece: &str) -> usize {
        (piece.as_ptr().addr()).saturating_sub(self.text.as_ptr().addr()).min(self.text.len())
    }
}

/// The fields of one JSON object that have not been read yet.
pub(super) struct Fields<'a> {
    pub(super) path: String,
    pub(super) place: usize,
    left: Vec<(String, &'a RawValue)>,
}

/// What an object says of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// It is not there.
    Nothing,
    /// It is `null`.
    Null,
    /// It has a value.
    Value,
}

/// An object's fields in order, repeated names included.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;
        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(pairs)
            }
        }
        deserializer.deserialize_map(PairsVisitor).map(Pairs)
    }
}

impl<'a> Fields<'a> {
    /// The file's own object.
    pub(super) fn of_text(text: &'a str, faults: &mut Faults<'_>) -> Option<Fields<'a>> {
        match serde_json::from_str::<&RawValue>(text) {
            Ok(raw) => Fields::of(raw, "", faults),
            Err(error) => {
                let message = error.to_string();
                let what = message.split(" at line ").next().unwrap_or_default().to_owned();
                let place =
                    text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
                faults.add(place, "", format!("is not JSON: {what} at column {}", error.column()));
                None
            }
        }
    }

    pub(super) fn of(raw: &'a RawValue, path: &str, faults: &mut Faults<'_>) -> Option<Fields<'a>> {
        let place = faults.place_of(raw.get());
        let Ok(Pairs(pairs)) = serde_json::from_str::<Pairs<'a>>(raw.get()) else {
            faults.add(place, path, "must be a JSON object");
            return None;
        };
        let mut left: Vec<(String, &RawValue)> = Vec::with_capacity(pairs.len());
        for (name, value) in pairs {
            if left.iter().any(|(other, _)| *other == name) {
                faults.add(faults.place_of(value.get()), &joined(path, &name), "stands twice in this row");
            } else {
                left.push((name, value));
            }
        }
        Some(Fields { path: path.to_owned(), place, left })
    }

    pub(super) fn take_raw(&mut self, name: &str) -> Option<&'a RawValue> {
        let at = self.left.iter().position(|(other, _)| other == name)?;
        let (_, raw) = self.left.swap_remove(at);
        (raw.get() != "null").then_some(raw)
    }

    pub(super) fn need_raw(&mut self, name: &str, faults: &mut Faults<'_>) -> Option<&'a RawValue> {
        let raw = self.take_raw(name);
        if raw.is_none() {
            faults.add(self.place, &joined(&self.path, name), "is missing");
        }
        raw
    }

    pub(super) fn refuse_rest(self, faults: &mut Faults<'_>) {
        for (name, raw) in &self.left {
            faults.add(faults.place_of(raw.get()), &joined(&self.path, name), "there is no such field");
        }
    }

    pub(super) fn object(&mut self, name: &str, faults: &mut Faults<'_>) -> Option<Fields<'a>> {
        let raw = self.take_raw(name)?;
        Fields::of(raw, &joined(&self.path, name), faults)
    }

    pub(super) fn value<T: DeserializeOwned>(
        &self,
        raw: &RawValue,
        name: &str,
        what: &str,
        faults: &mut Faults<'_>,
    ) -> Option<T> {
        let value = serde_json::from_str(raw.get()).ok();
        if value.is_none() {
            let place = faults.place_of(raw.get());
            faults.add(place, &joined(&self.path, name), format!("must be {what}, not {}", shown(raw)));
        }
        value
    }

    /// A whole number within a range.
    pub(super) fn number(
        &mut self,
        name: &str,
        range: std::ops::RangeInclusive<i64>,
        faults: &mut Faults<'_>,
    ) -> Option<i64> {
        let raw = self.take_raw(name)?;
        let value: i64 = self.value(raw, name, "a whole number", faults)?;
        if !range.contains(&value) {
            let place = faults.place_of(raw.get());
            let reason = format!("must be between {} and {}, not {value}", range.start(), range.end());
            faults.add(place, &joined(&self.path, name), reason);
            return None;
        }
        Some(value)
    }

    /// Pieces, days, pixels and the like.
    pub(super) fn count(&mut self, name: &str, min: i64, faults: &mut Faults<'_>) -> Option<u32> {
        self.number(name, min..=COUNT_MAX, faults).and_then(|value| u32::try_from(value).ok())
    }

    pub(super) fn flag(&mut self, name: &str, faults: &mut Faults<'_>) -> Option<bool> {
        let raw = self.take_raw(name)?;
        self.value(raw, name, "true or false", faults)
    }

    /// Where a field's value stands; the object's own place where it is missing.
    pub(super) fn place_of(&self, name: &str, faults: &Faults<'_>) -> usize {
        let found = self.left.iter().find(|(other, _)| other == name);
        found.map_or(self.place, |(_, raw)| faults.place_of(raw.get()))
    }

    /// What an object says of a field that was not read yet.
    pub(super) fn says(&self, name: &str) -> Says {
        match self.left.iter().find(|(other, _)| other == name) {
            None => Says::Nothing,
            Some((_, raw)) if raw.get() == "null" => Says::Null,
            Some(_) => Says::Value,
        }
    }

    /// Whether a field has a value that was not read yet.
    pub(super) fn has(&self, name: &str) -> bool {
        self.says(name) == Says::Value
    }

    pub(super) fn line(&mut self, name: &str, faults: &mut Faults<'_>) -> Option<String> {
        let raw = self.need_raw(name, faults)?;
        self.text(raw, name, LINE, faults)
    }

    /// An address, as of a picture: without blanks, which a browser would read as something else.
    pub(super) fn address(
        &mut self,
        name: &str,
        letters_max: usize,
        faults: &mut Faults<'_>,
    ) -> Option<String> {
        let raw = self.need_raw(name, faults)?;
        let text = self.text(raw, name, Form { lines: Lines::One, letters_max }, faults)?;
        if text.contains([' ', '\\']) {
            faults.add(
                faults.place_of(raw.get()),
                &joined(&self.path, name),
                "must not hold blanks or backslashes",
            );
            return None;
        }
        Some(text)
    }

    fn text(&self, raw: &RawValue, name: &str, form: Form, faults: &mut Faults<'_>) -> Option<String> {
        let text: String = self.value(raw, name, "a text", faults)?;
        match read_text(&text, form) {
            Ok(text) => Some(text),
            Err(reason) => {
                faults.add(faults.place_of(raw.get()), &joined(&self.path, name), reason);
                None
            }
        }
    }

    pub(super) fn bilingual(&mut self, name: &str, form: Form, faults: &mut Faults<'_>) -> Option<Bilingual> {
        let raw = self.need_raw(name, faults)?;
        let mut fields = Fields::of(raw, &joined(&self.path, name), faults)?;
        let mut one = |language: &str| {
            let raw = fields.need_raw(language, faults)?;
            fields.text(raw, language, form, faults)
        };
        let (id, en) = (one("id"), one("en"));
        fields.refuse_rest(faults);
        Some(Bilingual { id: id?, en: en? })
    }

    pub(super) fn terms(&mut self, faults: &mut Faults<'_>) -> Option<Bilingual<Vec<String>>> {
        let raw = self.need_raw("terms", faults)?;
        let mut fields = Fields::of(raw, &joined(&self.path, "terms"), faults)?;
        let mut one = |language: &str| {
            let raw = fields.need_raw(language, faults)?;
            fields.texts(raw, language, faults)
        };
        let (id, en) = (one("id"), one("en"));
        fields.refuse_rest(faults);
        let (id, en) = (id?, en?);
        if id.len() != en.len() {
            let reason = format!("has {} in Indonesian and {} in English", id.len(), en.len());
            faults.add(faults.place_of(raw.get()), "terms", reason);
            return None;
        }
        Some(Bilingual { id, en })
    }

    pub(super) fn texts(&self, raw: &RawValue, name: &str, faults: &mut Faults<'_>) -> Option<Vec<String>> {
        let list: Vec<String> = self.value(raw, name, "a list of texts", faults)?;
        let read = if list.len() > LIST_MAX {
            Err(format!("has {} texts; at most {LIST_MAX}", list.len()))
        } else {
            let read = |(text, nth): (&String, usize)| {
                read_text(text, TEXT).map_err(|reason| format!("text {nth} {reason}"))
            };
            list.iter().zip(1..).map(read).collect()
        };
        read.map_err(|reason| faults.add(faults.place_of(raw.get()), &joined(&self.path, name), reason)).ok()
    }

    pub(super) fn word<T: Copy>(
        &mut self,
        name: &str,
        words: &[(&str, T)],
        faults: &mut Faults<'_>,
    ) -> Option<T> {
        let raw = self.take_raw(name)?;
        let list = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        let what = format!("one of {list}");
        let text: String = self.value(raw, name, &what, faults)?;
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let reason = format!("must be {what}, not {}", shown(raw));
            faults.add(faults.place_of(raw.get()), &joined(&self.path, name), reason);
        }
        found
    }

    pub(super) fn moment(&mut self, name: &str, now: Moment, faults: &mut Faults<'_>) -> Option<Moment> {
        let raw = self.take_raw(name)?;
        let what = "a moment as 2026-12-31T23:59:59+07:00 or +3d";
        let text: String = self.value(raw, name, what, faults)?;
        let moment = Moment::parse(&text).or_else(|| relative(&text, now));
        let reason = match moment {
            Some(moment) if is_in_calendar(moment) => return Some(moment),
            Some(_) => format!("must be before {CALENDAR_END}, not {}", shown(raw)),
            None => format!("must be {what}, not {}", shown(raw)),
        };
        faults.add(faults.place_of(raw.get()), &joined(&self.path, name), reason);
        None
    }
}

/// A text as it is kept: its letters composed, its white space folded. Or why it can't be taken.
fn read_text(text: &str, form: Form) -> Result<String, String> {
    if let Some(bad) = find_bad_character(text, form.lines) {
        return Err(format!("holds {bad}"));
    }
    let text = tidy(&text.nfc().collect::<String>(), form.lines);
    let letters = text.chars().count();
    if text.is_empty() {
        Err("must not be empty".to_owned())
    } else if letters > form.letters_max {
        Err(format!("has {letters} letters; at most {}", form.letters_max))
    } else {
        Ok(text)
    }
}

pub(super) fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A value as it stands in the file, cut short.
pub(super) fn shown(raw: &RawValue) -> String {
    let text = raw.get();
    if text.chars().count() <= 40 {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(40).collect::<String>())
    }
}

/// `+3d`, `-2h`, `+90m`, `+30s`, counted from `now`; at most 100 years either way.
pub(super) fn relative(text: &str, now: Moment) -> Option<Moment> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let unit_ms = match text.as_bytes().last()? {
        b'd' => 86_400_000,
        b'h' => 3_600_000,
        b'm' => 60_000,
        b's' => 1_000,
        _ => return None,
    };
    let digits = text.get(1..text.len() - 1)?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let ms = digits.parse::<i64>().ok()?.checked_mul(unit_ms)?;
    (ms <= 36_525 * 86_400_000).then(|| now.plus_ms(sign * ms))
}

pub(super) fn rows<'a>(
    raw: &'a RawValue,
    name: &str,
    max: usize,
    faults: &mut Faults<'_>,
) -> Vec<&'a RawValue> {
    let place = faults.place_of(raw.get());
    match serde_json::from_str::<Vec<&RawValue>>(raw.get()) {
        Ok(rows) if rows.len() <= max => rows,
        Ok(rows) => {
            faults.add(place, name, format!("has {} rows; at most {max}", rows.len()));
            Vec::new()
        }
        Err(_) => {
            faults.add(place, name, "must be a list");
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_moments_count_from_now() {
        assert_eq!(relative("+3d", Moment(0)), Some(Moment(3 * 86_400_000)));
        assert_eq!(relative("-90m", Moment(0)), Some(Moment(-5_400_000)));
        for text in ["", "+", "3d", "+d", "+-3d", "+3w", "+99999999999999999999d", "+1000000d", "+٣d", "é"]
        {
            assert_eq!(relative(text, Moment(0)), None, "{text}");
        }
    }
}
