//! The rewards of a file, row by row: what is wrong is noted and the reading goes on.

use super::{
    fields::{Faults, Fields, LINE, TEXT, joined, rows, shown},
    limits::{ADDRESS_LETTERS_MAX, PIECES_MAX, POINTS_MAX, ROWS_MAX, TIER_LETTERS_MAX},
};
use crate::catalogue::{PromotionRow, Reward};
use serde_json::value::RawValue;
use std::collections::HashMap;
use tukar_domain::price::Worth;
use tukar_wire::{Image, Limit, LimitPeriod, Moment, Needs, RewardKind};
use unicode_normalization::UnicodeNormalization as _;

/// All rows that can be read; what is wrong goes to `faults`.
pub(super) fn rewards(raw: &RawValue, now: Moment, faults: &mut Faults<'_>) -> Vec<Reward> {
    let mut lines: HashMap<String, usize> = HashMap::new();
    let mut brands: HashMap<String, (String, usize)> = HashMap::new();
    let mut rewards: Vec<Reward> = Vec::new();
    for (index, row) in rows(raw, "rewards", ROWS_MAX, faults).into_iter().enumerate() {
        faults.row = format!("row {}", index + 1);
        if let Some(mut fields) = Fields::of(row, "", faults) {
            let place = fields.place;
            if let Some(id) = reward_id(&mut fields, faults) {
                faults.row.clone_from(&id);
                let line = faults.line(fields.place);
                if let Some(first) = lines.get(&id) {
                    faults.add(fields.place, "id", format!("stands in line {first} already"));
                } else {
                    lines.insert(id.clone(), line);
                }
                if let Some(reward) = reward(id, fields, now, faults) {
                    one_spelling(&reward.brand, place, &mut brands, faults);
                    rewards.push(reward);
                }
            } else {
                reward(String::new(), fields, now, faults);
            }
        }
        faults.row.clear();
    }
    rewards
}

/// A brand is one entry of the filter: one that differs from another by case or width alone is the same, misspelt.
fn one_spelling(
    brand: &str,
    place: usize,
    known: &mut HashMap<String, (String, usize)>,
    faults: &mut Faults<'_>,
) {
    let line = faults.line(place);
    let folded = brand.nfkc().flat_map(char::to_lowercase).filter(|letter| !letter.is_whitespace()).collect();
    let (first, first_line) = known.entry(folded).or_insert_with(|| (brand.to_owned(), line));
    if first != brand {
        faults.add(place, "brand", format!("is written {first:?} in line {first_line}, and {brand:?} here"));
    }
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
    let kind = if f.has("kind") {
        f.word("kind", &kinds, faults)
    } else {
        let _ = f.take_raw("kind");
        faults.add(f.place, "kind", "is missing");
        None
    };
    let brand = f.line("brand", faults);
    let title = f.bilingual("title", LINE, faults);
    let description = f.bilingual("description", TEXT, faults);
    let terms = f.terms(faults);
    let how_to_use = f.bilingual("how_to_use", TEXT, faults);
    let image = image(f, faults);
    let points = if f.has("points") {
        f.number("points", 1..=POINTS_MAX, faults)
    } else {
        let _ = f.take_raw("points");
        faults.add(f.place, "points", "is missing");
        None
    };
    let promotion = promotion(f, points, now, faults);
    let worth = worth(f, kind, faults);
    let stock_total = f.count("stock", 0, faults);
    let published_at = f.moment("published", now, faults).unwrap_or(now);
    let visible = window(f, WindowNames { from: "visible_from", until: "visible_until" }, now, faults);
    let open = window(f, WindowNames { from: "opens", until: "closes" }, now, faults);
    let needs = f.word("needs", NEEDS, faults).unwrap_or(Needs::Nothing);
    let quantity_max = f
        .number("quantity_max", 1..=PIECES_MAX, faults)
        .and_then(|most| u32::try_from(most).ok())
        .unwrap_or(1);
    let limit = limit(f, faults);
    let balance_min = f.number("balance_min", 1..=POINTS_MAX, faults);
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
        worth,
        stock_total,
        stock_left: stock_total,
        published_at,
        visible_from: visible.from,
        visible_until: visible.until,
        opens_at: open.from,
        closes_at: open.until,
        needs,
        quantity_max,
        limit,
        balance_min,
        tiers,
        voucher_days,
    })
}

/// What a reward is worth. A discount's is a maximum where the row does not say.
fn worth(fields: &mut Fields<'_>, kind: Option<&str>, faults: &mut Faults<'_>) -> Option<Worth> {
    if fields.has("worth_is_maximum") && !fields.has("worth_rupiah") {
        faults.add(fields.place, "worth_is_maximum", "needs worth_rupiah");
    }
    let rupiah = fields.number("worth_rupiah", 1..=POINTS_MAX, faults);
    let says = fields.flag("worth_is_maximum", faults);
    let is_maximum = says.unwrap_or_else(|| kind.is_some_and(Worth::is_maximum_by_default));
    rupiah.map(if is_maximum { Worth::AtMost } else { Worth::Exact })
}

/// What the two ends of a window are called.
#[derive(Clone, Copy)]
pub(super) struct WindowNames {
    pub(super) from: &'static str,
    pub(super) until: &'static str,
}

/// A time with two ends, each of which may be missing.
pub(super) struct Window {
    pub(super) from: Option<Moment>,
    pub(super) until: Option<Moment>,
}

pub(super) fn window(
    fields: &mut Fields<'_>,
    names: WindowNames,
    now: Moment,
    faults: &mut Faults<'_>,
) -> Window {
    let place = fields.place_of(names.until, faults);
    let (from, until) = (fields.moment(names.from, now, faults), fields.moment(names.until, now, faults));
    if let (Some(start), Some(end)) = (from, until)
        && end <= start
    {
        let how = if end == start { "is the same moment as" } else { "comes before" };
        faults.add(place, &joined(&fields.path, names.until), format!("{how} {}", names.from));
    }
    Window { from, until }
}

fn image(fields: &mut Fields<'_>, faults: &mut Faults<'_>) -> Option<Image> {
    let mut inner = fields.object("image", faults)?;
    let place = inner.place;
    let has_size = inner.has("width") && inner.has("height");
    let src = inner.address("src", ADDRESS_LETTERS_MAX, faults);
    let (width, height) = (inner.count("width", 1, faults), inner.count("height", 1, faults));
    if !has_size {
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
    let has_points = inner.has("points");
    let points = inner.number("points", 1..=POINTS_MAX, faults);
    match (points, before) {
        (None, _) if !has_points => faults.add(place, "promotion.points", "is missing"),
        (Some(points), Some(before)) if points >= before => {
            faults.add(place, "promotion.points", "must be lower than points");
        }
        _ => {}
    }
    let label = inner.bilingual("label", LINE, faults);
    let runs = window(&mut inner, WindowNames { from: "starts", until: "ends" }, now, faults);
    inner.refuse_rest(faults);
    Some(PromotionRow { points: points?, label: label?, starts_at: runs.from, ends_at: runs.until })
}

fn limit(fields: &mut Fields<'_>, faults: &mut Faults<'_>) -> Option<Limit> {
    let mut inner = fields.object("limit", faults)?;
    let place = inner.place;
    let is_whole = inner.has("count") && inner.has("per");
    let count = inner.count("count", 1, faults);
    let per = inner.word("per", PERIODS, faults);
    if !is_whole {
        faults.add(place, "limit", "needs count and per");
    }
    inner.refuse_rest(faults);
    Some(Limit { count: count?, per: per? })
}

fn tiers(fields: &mut Fields<'_>, faults: &mut Faults<'_>) -> Vec<String> {
    let Some(raw) = fields.take_raw("tiers") else { return Vec::new() };
    let tiers = fields.texts(raw, "tiers", faults).unwrap_or_default();
    let is_word = |tier: &String| {
        (1..=TIER_LETTERS_MAX).contains(&tier.len()) && tier.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    if !tiers.iter().all(is_word) {
        let reason = format!("must be words of 1 to {TIER_LETTERS_MAX} of a–z, as gold");
        faults.add(faults.place_of(raw.get()), "tiers", reason);
    }
    tiers
}
