//! The catalogue in the shape that answers a keystroke: folded text in one string, facts in rows, orders kept.
//!
//! * A row's number is the reward's place in the programme's own order and never changes.
//! * Rows are only added; what stands in a member's way may change at any time ([`Index::set_standing`]).
//! * A search that goes on where the last one was looks only at what the last one found.
//! * Every filter's count is what there would be with that filter and all *other* filters as they are.

use crate::catalog::query::{Filter, Query, Sort};
use crate::fold::{find_within, fold_into, fold_search, has_word, runs_over};
use std::collections::HashMap;
use tukar_wire::{Eligibility, RewardCard, RewardKind};

/// Most rewards that are kept; a programme with more is asked to filter on its side.
pub const ROWS_MAX: usize = 50_000;
/// Most words of a search that count.
const WORDS_MAX: usize = 8;

/// What a query finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Row numbers, in the order asked for.
    pub rows: Vec<u32>,
    /// How many there would be for each choice.
    pub counts: Counts,
}

/// How many rewards each choice would show, all other filters being as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// With every kind.
    pub all_kinds: u32,
    /// By kind, in the order kinds first come in the catalogue.
    pub kinds: Vec<(RewardKind, u32)>,
    /// With every brand.
    pub all_brands: u32,
    /// By brand, in the order of its folded name; brands that would show nothing included.
    pub brands: Vec<(String, u32)>,
    /// With "can redeem now".
    pub can_redeem: u32,
    /// With "on promotion".
    pub on_promotion: u32,
    /// When nothing was found: each active filter with what there would be without it, most first.
    pub without: Vec<(Filter, u32)>,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    text_start: u32,
    text_end: u32,
    kind: u16,
    brand: u16,
    points: i64,
    value: i64,
    published: i64,
    ends: i64,
    promotion: bool,
    redeemable: bool,
}

const FAILS_KIND: u8 = 1;
const FAILS_BRAND: u8 = 2;
const FAILS_REDEEM: u8 = 4;
const FAILS_POINTS: u8 = 8;
const FAILS_PROMOTION: u8 = 16;
const FAILS_TEXT: u8 = 32;

/// The catalogue's rows and what was last worked out from them.
#[derive(Clone, Debug, Default)]
pub struct Index {
    rows: Vec<Row>,
    texts: String,
    kinds: Vec<RewardKind>,
    brands: Vec<String>,
    brand_order: Vec<u16>,
    brand_numbers: HashMap<String, u16>,
    available: Option<i64>,
    order: Vec<u32>,
    order_of: Option<Sort>,
    search: String,
    search_rows: usize,
    hits: Vec<u32>,
    is_hit: Vec<bool>,
}

impl Index {
    /// How many rewards it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True before the first reward.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Kinds in the order they first come.
    #[must_use]
    pub fn kinds(&self) -> &[RewardKind] {
        &self.kinds
    }

    /// Adds rewards at the end; those beyond [`ROWS_MAX`] are left out. `eligibility` as for [`Index::set_standing`].
    pub fn add(&mut self, cards: &[RewardCard], eligibility: Option<&Eligibility>) {
        for card in cards.iter().take(ROWS_MAX.saturating_sub(self.rows.len())) {
            let text_start = self.texts.len();
            fold_into(&card.title, &mut self.texts);
            self.texts.push(' ');
            fold_into(&card.brand, &mut self.texts);
            let text_end = self.texts.len();
            // No folded text holds a line end, so no word is ever found across two rewards.
            self.texts.push('\n');
            let kind = self.kind_number(&card.kind);
            let brand = self.brand_number(&card.brand);
            let promotion_ends = card.promotion.as_ref().and_then(|promotion| promotion.ends_at);
            let ends = [card.closes_at, promotion_ends].into_iter().flatten().map(|at| at.0).min();
            self.rows.push(Row {
                text_start: u32::try_from(text_start).unwrap_or(u32::MAX),
                text_end: u32::try_from(text_end).unwrap_or(u32::MAX),
                kind,
                brand,
                points: card.points,
                value: card.rupiah_hundredths_per_point.unwrap_or(-1),
                published: card.published_at.0,
                ends: ends.unwrap_or(i64::MAX),
                promotion: card.promotion.is_some(),
                redeemable: is_redeemable(card, eligibility),
            });
        }
        self.order_of = None;
        self.order_brands();
    }

    /// Takes over what stands in the member's way; `cards` are all rewards that were added, in the same order.
    pub fn set_standing(&mut self, cards: &[RewardCard], eligibility: Option<&Eligibility>) {
        self.available = eligibility.map(|eligibility| eligibility.available);
        for (row, card) in self.rows.iter_mut().zip(cards) {
            row.redeemable = is_redeemable(card, eligibility);
        }
        if self.order_of == Some(Sort::Nearest) {
            self.order_of = None;
        }
    }

    /// The rows that `query` asks for, and the counts.
    #[must_use]
    pub fn find(&mut self, query: &Query) -> Found {
        self.search_for(&fold_search(&query.text));
        self.order_by(query.sort);
        let asked = Asked::new(self, query);
        let mut tally = Tally {
            kinds: vec![0; self.kinds.len()],
            brands: vec![0; self.brands.len()],
            rows: Vec::with_capacity(self.hits.len()),
            ..Tally::default()
        };
        for &number in &self.order {
            let at = number as usize;
            let fails = asked.fails(&self.rows[at]) | if self.is_hit[at] { 0 } else { FAILS_TEXT };
            // Two filters in the way: no choice of one filter brings it back.
            if fails & fails.wrapping_sub(1) == 0 {
                tally.count(number, &self.rows[at], fails);
            }
        }
        self.found(query, tally)
    }

    fn found(&self, query: &Query, tally: Tally) -> Found {
        let mut without = Vec::new();
        if tally.rows.is_empty() {
            without.extend(query.active().into_iter().filter_map(|filter| {
                let back = tally.back[mask(&filter).trailing_zeros() as usize];
                (back > 0).then_some((filter, back))
            }));
            without.sort_by_key(|(_, back)| std::cmp::Reverse(*back));
        }
        Found {
            rows: tally.rows,
            counts: Counts {
                all_kinds: tally.kinds.iter().sum(),
                kinds: self.kinds.iter().cloned().zip(tally.kinds).collect(),
                all_brands: tally.brands.iter().sum(),
                brands: self
                    .brand_order
                    .iter()
                    .map(|brand| {
                        (self.brands[usize::from(*brand)].clone(), tally.brands[usize::from(*brand)])
                    })
                    .collect(),
                can_redeem: tally.can_redeem,
                on_promotion: tally.on_promotion,
                without,
            },
        }
    }

    /// Brings `is_hit` to what `search` finds.
    fn search_for(&mut self, search: &str) {
        let whole = self.search_rows == self.rows.len();
        if whole && self.search == search {
            return;
        }
        let mut words: Vec<&str> =
            search.split(' ').filter(|word| !word.is_empty()).take(WORDS_MAX).collect();
        // The longest word leaves the fewest rows for the others.
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let goes_on = whole && !self.search.is_empty() && narrows(&self.search, &words);
        let mut hits = std::mem::take(&mut self.hits);
        let rest = match words.split_first() {
            None => {
                hits.clear();
                hits.extend(0..u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
                &words[..]
            }
            Some(_) if goes_on => &words[..],
            Some((first, rest)) => {
                self.scan(first, &mut hits);
                rest
            }
        };
        hits.retain(|number| {
            let row = &self.rows[*number as usize];
            let text = &self.texts[row.text_start as usize..row.text_end as usize];
            rest.iter().all(|word| has_word(text, word))
        });
        self.is_hit.clear();
        self.is_hit.resize(self.rows.len(), false);
        for number in &hits {
            self.is_hit[*number as usize] = true;
        }
        self.hits = hits;
        self.search.clear();
        self.search.push_str(search);
        self.search_rows = self.rows.len();
    }

    /// Every row with `word`. Where it stands within a word, one pass over the whole text finds it: a search per row would
    /// set itself up each time. The rows in between are looked at for a word that runs over others.
    fn scan(&self, word: &str, hits: &mut Vec<u32>) {
        hits.clear();
        let mut number = 0;
        while number < self.rows.len() {
            let from = self.rows[number].text_start as usize;
            let found = find_within(&self.texts[from..], word).map(|at| from + at);
            let next = found.map_or(self.rows.len(), |at| {
                number + self.rows[number..].partition_point(|row| (row.text_end as usize) <= at)
            });
            for (between, row) in (number..next).zip(&self.rows[number..next]) {
                if runs_over(&self.texts[row.text_start as usize..row.text_end as usize], word) {
                    hits.push(u32::try_from(between).unwrap_or(u32::MAX));
                }
            }
            if found.is_some() {
                hits.push(u32::try_from(next).unwrap_or(u32::MAX));
            }
            number = next + 1;
        }
    }

    fn order_by(&mut self, sort: Sort) {
        if self.order_of == Some(sort) {
            return;
        }
        self.order.clear();
        self.order.extend(0..u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
        let rows = &self.rows;
        let available = self.available;
        if sort != Sort::Own {
            self.order
                .sort_unstable_by_key(|number| (sort_key(&rows[*number as usize], sort, available), *number));
        }
        self.order_of = Some(sort);
    }

    fn kind_number(&mut self, kind: &RewardKind) -> u16 {
        let at = self.kinds.iter().position(|known| known == kind).unwrap_or_else(|| {
            self.kinds.push(kind.clone());
            self.kinds.len() - 1
        });
        u16::try_from(at).unwrap_or(u16::MAX)
    }

    fn brand_number(&mut self, brand: &str) -> u16 {
        if let Some(number) = self.brand_numbers.get(brand) {
            return *number;
        }
        let number = u16::try_from(self.brands.len()).unwrap_or(u16::MAX);
        self.brands.push(brand.to_owned());
        self.brand_numbers.insert(brand.to_owned(), number);
        number
    }

    fn order_brands(&mut self) {
        if self.brand_order.len() == self.brands.len() {
            return;
        }
        self.brand_order = (0..self.brands.len()).filter_map(|at| u16::try_from(at).ok()).collect();
        let brands = &self.brands;
        self.brand_order.sort_by_cached_key(|brand| {
            let mut folded = String::new();
            fold_into(&brands[usize::from(*brand)], &mut folded);
            folded
        });
    }
}

/// A query in the index's own numbers.
struct Asked {
    kinds: Vec<bool>,
    brand: Option<u16>,
    can_redeem: bool,
    points_min: i64,
    points_max: i64,
    on_promotion: bool,
}

impl Asked {
    fn new(index: &Index, query: &Query) -> Asked {
        let kinds = if query.kinds.is_empty() {
            vec![true; index.kinds.len()]
        } else {
            index.kinds.iter().map(|kind| query.kinds.contains(kind)).collect()
        };
        // A brand that no reward has finds nothing: its number is one that no row carries.
        let brand =
            query.brand.as_ref().map(|brand| index.brand_numbers.get(brand).copied().unwrap_or(u16::MAX));
        Asked {
            kinds,
            brand,
            can_redeem: query.can_redeem,
            points_min: query.points_min.unwrap_or(i64::MIN),
            points_max: query.points_max.unwrap_or(i64::MAX),
            on_promotion: query.on_promotion,
        }
    }

    fn fails(&self, row: &Row) -> u8 {
        let mut fails = 0;
        if !self.kinds[usize::from(row.kind)] {
            fails |= FAILS_KIND;
        }
        if self.brand.is_some_and(|brand| brand != row.brand) {
            fails |= FAILS_BRAND;
        }
        if self.can_redeem && !row.redeemable {
            fails |= FAILS_REDEEM;
        }
        if row.points < self.points_min || row.points > self.points_max {
            fails |= FAILS_POINTS;
        }
        if self.on_promotion && !row.promotion {
            fails |= FAILS_PROMOTION;
        }
        fails
    }
}

#[derive(Default)]
struct Tally {
    rows: Vec<u32>,
    kinds: Vec<u32>,
    brands: Vec<u32>,
    can_redeem: u32,
    on_promotion: u32,
    /// By bit: rows that only this filter keeps out.
    back: [u32; 6],
}

impl Tally {
    /// Takes in a row that at most one filter keeps out.
    fn count(&mut self, number: u32, row: &Row, fails: u8) {
        if fails == 0 {
            self.rows.push(number);
        } else {
            self.back[fails.trailing_zeros() as usize] += 1;
        }
        if fails & !FAILS_KIND == 0 {
            self.kinds[usize::from(row.kind)] += 1;
        }
        if fails & !FAILS_BRAND == 0 {
            self.brands[usize::from(row.brand)] += 1;
        }
        if fails & !FAILS_REDEEM == 0 && row.redeemable {
            self.can_redeem += 1;
        }
        if fails & !FAILS_PROMOTION == 0 && row.promotion {
            self.on_promotion += 1;
        }
    }
}

fn mask(filter: &Filter) -> u8 {
    match filter {
        Filter::Kinds => FAILS_KIND,
        Filter::Brand => FAILS_BRAND,
        Filter::CanRedeem => FAILS_REDEEM,
        Filter::Points => FAILS_POINTS,
        Filter::OnPromotion => FAILS_PROMOTION,
        Filter::Text => FAILS_TEXT,
    }
}

fn sort_key(row: &Row, sort: Sort, available: Option<i64>) -> (bool, i64) {
    match sort {
        Sort::Own => (false, 0),
        Sort::PointsUp => (false, row.points),
        Sort::PointsDown => (false, row.points.saturating_neg()),
        Sort::Value => (row.value < 0, row.value.saturating_neg()),
        Sort::Newest => (false, row.published.saturating_neg()),
        Sort::EndingSoon => (false, row.ends),
        Sort::Nearest => {
            let missing = row.points.saturating_sub(available.unwrap_or(0));
            if missing > 0 { (false, missing) } else { (true, row.points.saturating_neg()) }
        }
    }
}

/// Before sign-in nothing is known to stand in the way but what the card itself says.
fn is_redeemable(card: &RewardCard, eligibility: Option<&Eligibility>) -> bool {
    match eligibility {
        Some(eligibility) => eligibility.refused.get(&card.id).is_none_or(Vec::is_empty),
        None => card.stock_left != Some(0) && card.opens_at.is_none(),
    }
}

/// True when every row that has all `words` has every word of `before` too: what begins with a word finds no more than it.
fn narrows(before: &str, words: &[&str]) -> bool {
    before
        .split(' ')
        .filter(|word| !word.is_empty())
        .take(WORDS_MAX)
        .all(|old| words.iter().any(|word| word.starts_with(old)))
}

#[cfg(test)]
// Named, because the server's pages include this file from another place.
#[path = "index/tests.rs"]
mod tests;
