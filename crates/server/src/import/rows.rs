//! One row at a time, field by field: what is wrong is noted and the reading goes on.

use super::{Fault, ROWS_MAX};
use crate::{
    catalogue::{
        AnnouncementTexts, Bilingual, ContactTexts, ProgrammeTexts, PromotionRow, QuestionTexts, Reward,
    },
    clock::is_in_calendar,
};
use serde::{
    Deserialize,
    de::{DeserializeOwned, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{collections::HashMap, fmt};
use tukar_wire::{ContactKind, Image, Limit, LimitPeriod, Moment, Needs, RewardKind};

/// Most points that a reward may cost.
const POINTS_MAX: i64 = 1_000_000_000;
/// Most pieces, days and the like.
const COUNT_MAX: i64 = 1_000_000;
/// Most pieces in one redemption: all of their vouchers are in one answer, which is kept.
const PIECES_MAX: i64 = 10_000;
/// Letters in a line (title, label, brand).
const LINE_LETTERS_MAX: usize = 120;
/// Letters in a text.
const TEXT_LETTERS_MAX: usize = 4_000;
/// Where [`is_in_calendar`] ends: a day before the year does, so that each zone has a clock's face for it.
const CALENDAR_END: &str = "9999-12-30T22:00:00Z";
/// Entries in a list inside a row.
const LIST_MAX: usize = 50;

/// What was found wrong, with the places counted in lines.
pub(super) struct Faults<'a> {
    text: &'a str,
    /// Where each line after the first starts.
    line_starts: Vec<usize>,
    row: String,
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

    fn add(&mut self, place: usize, field: &str, reason: impl Into<String>) {
        let row = self.row.clone();
        self.add_at(place, &row, field, reason);
    }

    /// The line of a byte of the text, from 1.
    fn line(&self, place: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= place) + 1
    }

    /// Where a piece of the text starts. `piece` was cut out of the text, so their addresses can be compared.
    fn place_of(&self, piece: &str) -> usize {
        (piece.as_ptr().addr()).saturating_sub(self.text.as_ptr().addr()).min(self.text.len())
    }
}

/// The fields of one JSON object that have not been read yet.
pub(super) struct Fields<'a> {
    path: String,
    place: usize,
    left: Vec<(String, &'a RawValue)>,
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

    fn of(raw: &'a RawValue, path: &str, faults: &mut Faults<'_>) -> Option<Fields<'a>> {
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

    fn need_raw(&mut self, name: &str, faults: &mut Faults<'_>) -> Option<&'a RawValue> {
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

    fn object(&mut self, name: &str, faults: &mut Faults<'_>) -> Option<Fields<'a>> {
        let raw = self.take_raw(name)?;
        Fields::of(raw, &joined(&self.path, name), faults)
    }

    fn value<T: DeserializeOwned>(
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

    fn number(&mut self, name: &str, max: i64, faults: &mut Faults<'_>) -> Option<i64> {
        self.number_from(name, 1, max, faults)
    }

    fn number_from(&mut self, name: &str, min: i64, max: i64, faults: &mut Faults<'_>) -> Option<i64> {
        let raw = self.take_raw(name)?;
        let value: i64 = self.value(raw, name, "a whole number", faults)?;
        if !(min..=max).contains(&value) {
            let place = faults.place_of(raw.get());
            let reason = format!("must be between {min} and {max}, not {value}");
            faults.add(place, &joined(&self.path, name), reason);
            return None;
        }
        Some(value)
    }

    fn count(&mut self, name: &str, min: i64, faults: &mut Faults<'_>) -> Option<u32> {
        self.count_up_to(name, (min, COUNT_MAX), faults)
    }

    fn count_up_to(&mut self, name: &str, (min, max): (i64, i64), faults: &mut Faults<'_>) -> Option<u32> {
        self.number_from(name, min, max, faults).and_then(|value| u32::try_from(value).ok())
    }

    fn line(&mut self, name: &str, faults: &mut Faults<'_>) -> Option<String> {
        let raw = self.need_raw(name, faults)?;
        self.checked_text(raw, name, LINE_LETTERS_MAX, faults)
    }

    fn checked_text(
        &self,
        raw: &RawValue,
        name: &str,
        letters_max: usize,
        faults: &mut Faults<'_>,
    ) -> Option<String> {
        let text: String = self.value(raw, name, "a text", faults)?;
        match fault_of(&text, letters_max) {
            None => Some(text),
            Some(reason) => {
                faults.add(faults.place_of(raw.get()), &joined(&self.path, name), reason);
                None
            }
        }
    }

    fn bilingual(&mut self, name: &str, letters_max: usize, faults: &mut Faults<'_>) -> Option<Bilingual> {
        let raw = self.need_raw(name, faults)?;
        let mut fields = Fields::of(raw, &joined(&self.path, name), faults)?;
        let mut one = |language: &str| {
            let raw = fields.need_raw(language, faults)?;
            fields.checked_text(raw, language, letters_max, faults)
        };
        let (id, en) = (one("id"), one("en"));
        fields.refuse_rest(faults);
        Some(Bilingual { id: id?, en: en? })
    }

    fn terms(&mut self, faults: &mut Faults<'_>) -> Option<Bilingual<Vec<String>>> {
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

    fn texts(&self, raw: &RawValue, name: &str, faults: &mut Faults<'_>) -> Option<Vec<String>> {
        let list: Vec<String> = self.value(raw, name, "a list of texts", faults)?;
        let reason = if list.len() > LIST_MAX {
            Some(format!("has {} texts; at most {LIST_MAX}", list.len()))
        } else {
            list.iter()
                .zip(1..)
                .find_map(|(text, nth)| Some(format!("text {nth} {}", fault_of(text, TEXT_LETTERS_MAX)?)))
        };
        match reason {
            None => Some(list),
            Some(reason) => {
                faults.add(faults.place_of(raw.get()), &joined(&self.path, name), reason);
                None
            }
        }
    }

    fn word<T: Copy>(&mut self, name: &str, words: &[(&str, T)], faults: &mut Faults<'_>) -> Option<T> {
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

    fn moment(&mut self, name: &str, now: Moment, faults: &mut Faults<'_>) -> Option<Moment> {
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

/// Why a text can't be taken.
fn fault_of(text: &str, letters_max: usize) -> Option<String> {
    let letters = text.chars().count();
    if text.trim().is_empty() {
        Some("must not be empty".to_owned())
    } else if letters > letters_max {
        Some(format!("has {letters} letters; at most {letters_max}"))
    } else if text.chars().any(|letter| letter.is_control() && letter != '\n') {
        Some("holds a control character".to_owned())
    } else {
        None
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A value as it stands in the file, cut short.
fn shown(raw: &RawValue) -> String {
    let text = raw.get();
    if text.chars().count() <= 40 {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(40).collect::<String>())
    }
}

/// `+3d`, `-2h`, `+90m`, `+30s`, counted from `now`; at most 100 years either way.
fn relative(text: &str, now: Moment) -> Option<Moment> {
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

fn rows<'a>(raw: &'a RawValue, name: &str, max: usize, faults: &mut Faults<'_>) -> Vec<&'a RawValue> {
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

/// All rows that can be read; what is wrong goes to `faults`.
pub(super) fn rewards(raw: &RawValue, now: Moment, faults: &mut Faults<'_>) -> Vec<Reward> {
    let mut lines: HashMap<String, usize> = HashMap::new();
    let mut rewards = Vec::new();
    for (index, row) in rows(raw, "rewards", ROWS_MAX, faults).into_iter().enumerate() {
        faults.row = format!("row {}", index + 1);
        if let Some(mut fields) = Fields::of(row, "", faults) {
            if let Some(id) = reward_id(&mut fields, faults) {
                faults.row.clone_from(&id);
                let line = faults.line(fields.place);
                if let Some(first) = lines.get(&id) {
                    faults.add(fields.place, "id", format!("stands in line {first} already"));
                } else {
                    lines.insert(id.clone(), line);
                }
                rewards.extend(reward(id, fields, now, faults));
            } else {
                reward(String::new(), fields, now, faults);
            }
        }
        faults.row.clear();
    }
    rewards
}

fn reward_id(fields: &mut Fields<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let raw = fields.need_raw("id", faults)?;
    let id: String = fields.value(raw, "id", "a text", faults)?;
    let plain = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
    if id.is_empty() || id.len() > 64 || !id.bytes().all(plain) {
        let reason = format!("must be 1 to 64 of a–z, 0–9 and hyphen, not {}", shown(raw));
        faults.add(faults.place_of(raw.get()), "id", reason);
        return None;
    }
    Some(id)
}

const NEEDS: &[(&str, Needs)] =
    &[("nothing", Needs::Nothing), ("phone", Needs::Phone), ("address", Needs::Address)];

const PERIODS: &[(&str, LimitPeriod)] = &[
    ("day", LimitPeriod::Day),
    ("week", LimitPeriod::Week),
    ("month", LimitPeriod::Month),
    ("ever", LimitPeriod::Ever),
];

fn reward(id: String, mut fields: Fields<'_>, now: Moment, faults: &mut Faults<'_>) -> Option<Reward> {
    let f = &mut fields;
    let kinds: Vec<_> = RewardKind::KNOWN.iter().map(|word| (*word, *word)).collect();
    let kind = if f.left.iter().any(|(name, _)| name == "kind") {
        f.word("kind", &kinds, faults)
    } else {
        faults.add(f.place, "kind", "is missing");
        None
    };
    let brand = f.line("brand", faults);
    let title = f.bilingual("title", LINE_LETTERS_MAX, faults);
    let description = f.bilingual("description", TEXT_LETTERS_MAX, faults);
    let terms = f.terms(faults);
    let how_to_use = f.bilingual("how_to_use", TEXT_LETTERS_MAX, faults);
    let image = image(f, faults);
    let points = if f.left.iter().any(|(name, _)| name == "points") {
        f.number("points", POINTS_MAX, faults)
    } else {
        faults.add(f.place, "points", "is missing");
        None
    };
    let promotion = promotion(f, points, now, faults);
    let worth_rupiah = f.number("worth_rupiah", POINTS_MAX, faults);
    let stock_total = f.count("stock", 0, faults);
    let published_at = f.moment("published", now, faults).unwrap_or(now);
    let (visible_from, visible_until) = window(f, ["visible_from", "visible_until"], now, faults);
    let (opens_at, closes_at) = window(f, ["opens", "closes"], now, faults);
    let needs = f.word("needs", NEEDS, faults).unwrap_or(Needs::Nothing);
    let quantity_max = f.count_up_to("quantity_max", (1, PIECES_MAX), faults).unwrap_or(1);
    let limit = limit(f, faults);
    let balance_min = f.number("balance_min", POINTS_MAX, faults);
    let tiers = tiers(f, faults);
    let voucher_days = f.count("voucher_days", 1, faults);
    fields.refuse_rest(faults);
    Some(Reward {
        id,
        kind: RewardKind(kind?.to_owned()),
        brand: brand?,
        title: title?,
        description: description?,
        terms: terms?,
        how_to_use: how_to_use?,
        image,
        points: points?,
        promotion,
        worth_rupiah,
        stock_total,
        stock_left: stock_total,
        published_at,
        visible_from,
        visible_until,
        opens_at,
        closes_at,
        needs,
        quantity_max,
        limit,
        balance_min,
        tiers,
        voucher_days,
    })
}

fn window(
    fields: &mut Fields<'_>,
    [from, until]: [&str; 2],
    now: Moment,
    faults: &mut Faults<'_>,
) -> (Option<Moment>, Option<Moment>) {
    let place = fields
        .left
        .iter()
        .find(|(name, _)| name == until)
        .map_or(fields.place, |(_, raw)| faults.place_of(raw.get()));
    let (start, end) = (fields.moment(from, now, faults), fields.moment(until, now, faults));
    if let (Some(start), Some(end)) = (start, end)
        && end <= start
    {
        faults.add(place, &joined(&fields.path, until), format!("comes before {from}"));
    }
    (start, end)
}

fn image(fields: &mut Fields<'_>, faults: &mut Faults<'_>) -> Option<Image> {
    let mut inner = fields.object("image", faults)?;
    let place = inner.place;
    let src = inner.line("src", faults);
    let (width, height) = (inner.count("width", 1, faults), inner.count("height", 1, faults));
    if width.is_none() || height.is_none() {
        faults.add(place, "image", "needs width and height, so that the page does not jump");
    }
    if let Some(src) = &src
        && !(src.starts_with("https://") || src.starts_with('/') && !src.starts_with("//"))
    {
        faults.add(place, "image.src", "must start with https:// or /");
    }
    inner.refuse_rest(faults);
    Some(Image { src: src?, width: width?, height: height? })
}

fn promotion(
    fields: &mut Fields<'_>,
    before: Option<i64>,
    now: Moment,
    faults: &mut Faults<'_>,
) -> Option<PromotionRow> {
    let mut inner = fields.object("promotion", faults)?;
    let place = inner.place;
    let points = inner.number("points", POINTS_MAX, faults);
    match (points, before) {
        (None, _) => faults.add(place, "promotion.points", "is missing"),
        (Some(points), Some(before)) if points >= before => {
            faults.add(place, "promotion.points", "must be lower than points");
        }
        _ => {}
    }
    let label = inner.bilingual("label", LINE_LETTERS_MAX, faults);
    let (starts_at, ends_at) = window(&mut inner, ["starts", "ends"], now, faults);
    inner.refuse_rest(faults);
    Some(PromotionRow { points: points?, label: label?, starts_at, ends_at })
}

fn limit(fields: &mut Fields<'_>, faults: &mut Faults<'_>) -> Option<Limit> {
    let mut inner = fields.object("limit", faults)?;
    let place = inner.place;
    let count = inner.count("count", 1, faults);
    let per = inner.word("per", PERIODS, faults);
    if count.is_none() || per.is_none() {
        faults.add(place, "limit", "needs count and per");
    }
    inner.refuse_rest(faults);
    Some(Limit { count: count?, per: per? })
}

fn tiers(fields: &mut Fields<'_>, faults: &mut Faults<'_>) -> Vec<String> {
    let Some(raw) = fields.take_raw("tiers") else { return Vec::new() };
    let tiers = fields.texts(raw, "tiers", faults).unwrap_or_default();
    if tiers.iter().any(|tier| tier.is_empty() || !tier.bytes().all(|byte| byte.is_ascii_lowercase())) {
        faults.add(faults.place_of(raw.get()), "tiers", "must be words of a–z, as gold");
    }
    tiers
}

const CONTACTS: &[(&str, ContactKind)] = &[
    ("phone", ContactKind::Phone),
    ("email", ContactKind::Email),
    ("chat", ContactKind::Chat),
    ("ussd", ContactKind::Ussd),
    ("place", ContactKind::Place),
];

/// The programme's texts, when they can be read.
pub(super) fn programme(raw: &RawValue, now: Moment, faults: &mut Faults<'_>) -> Option<ProgrammeTexts> {
    faults.row = "programme".to_owned();
    let mut fields = Fields::of(raw, "", faults)?;
    let name = fields.bilingual("name", LINE_LETTERS_MAX, faults);
    let policy =
        list(&mut fields, "policy", faults, |f, faults| f.bilingual("text", TEXT_LETTERS_MAX, faults));
    let questions = list(&mut fields, "questions", faults, |f, faults| {
        let id = f.line("id", faults);
        let (ask, answer) =
            (f.bilingual("ask", LINE_LETTERS_MAX, faults), f.bilingual("answer", TEXT_LETTERS_MAX, faults));
        Some(QuestionTexts { id: id?, ask: ask?, answer: answer? })
    });
    let contacts = list(&mut fields, "contacts", faults, contact);
    let announcements = list(&mut fields, "announcements", faults, |f, faults| {
        let id = f.line("id", faults);
        let (title, body) =
            (f.bilingual("title", LINE_LETTERS_MAX, faults), f.bilingual("body", TEXT_LETTERS_MAX, faults));
        let at = f.moment("at", now, faults).unwrap_or(now);
        Some(AnnouncementTexts { id: id?, title: title?, body: body?, at })
    });
    fields.refuse_rest(faults);
    faults.row.clear();
    let mut announcements = announcements;
    announcements.sort_by_key(|news| std::cmp::Reverse(news.at));
    Some(ProgrammeTexts { name: name?, policy, questions, contacts, announcements })
}

fn contact(fields: &mut Fields<'_>, faults: &mut Faults<'_>) -> Option<ContactTexts> {
    let kind = fields.word("kind", CONTACTS, faults);
    let label = fields.bilingual("label", LINE_LETTERS_MAX, faults);
    let place = fields.place;
    let href = fields.line("href", faults);
    let note = fields.bilingual("note", TEXT_LETTERS_MAX, faults);
    if kind.is_none() {
        faults.add(place, &joined(&fields.path, "kind"), "is missing or unknown");
    }
    if let Some(href) = &href
        && !["https:", "tel:", "sms:", "mailto:"].iter().any(|scheme| href.starts_with(scheme))
    {
        faults.add(place, &joined(&fields.path, "href"), "must start with https:, tel:, sms: or mailto:");
    }
    Some(ContactTexts { kind: kind?, label: label?, href: href?, note: note? })
}

fn list<'a, T>(
    fields: &mut Fields<'a>,
    name: &str,
    faults: &mut Faults<'_>,
    read: impl Fn(&mut Fields<'a>, &mut Faults<'_>) -> Option<T>,
) -> Vec<T> {
    let Some(raw) = fields.take_raw(name) else { return Vec::new() };
    let mut found = Vec::new();
    for (index, row) in rows(raw, name, LIST_MAX, faults).into_iter().enumerate() {
        if let Some(mut inner) = Fields::of(row, &format!("{name}[{index}]"), faults) {
            found.extend(read(&mut inner, faults));
            inner.refuse_rest(faults);
        }
    }
    found
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
