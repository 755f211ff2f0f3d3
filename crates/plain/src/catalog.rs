//! The catalogue: search, order, kinds, cards, and one reward with all there is to know of it.

#[path = "../../../src/catalog/index.rs"]
pub mod index;
#[path = "../../../src/catalog/query.rs"]
pub mod query;
#[path = "../../../src/catalog/words.rs"]
#[expect(dead_code, reason = "the widget's file: filters that are on are named there only")]
pub(crate) mod words;

use crate::{
    Visit,
    i18n::{I18n, fill},
};
use index::{Found, Index};
use maud::{Markup, html};
use query::{Query, Sort};
use tukar_screens::{Formats as _, account};
use tukar_wire::{Eligibility, Needs, Reason, RewardCard, RewardDetail};
use words::{STOCK_LOW, Tone, Words};

/// Cards of a page.
const CARDS: usize = 24;
/// Tints in the sheet, `art--tint-0` and on.
const TINTS: u32 = 8;

/// The visible rewards, in the programme's order, made ready to be searched. The same for everybody.
#[derive(Debug)]
pub struct Prepared {
    cards: Vec<RewardCard>,
    index: Index,
}

impl Prepared {
    /// Makes them ready.
    #[must_use]
    pub fn of(cards: Vec<RewardCard>) -> Prepared {
        let mut index = Index::default();
        index.add(&cards, None);
        index.set_standing(&cards, None);
        // What is asked for most is worked out: all of them, in the programme's order.
        let _ = index.find(&Query::default());
        Prepared { cards, index }
    }

    /// Every visible reward.
    #[must_use]
    pub fn cards(&self) -> &[RewardCard] {
        &self.cards
    }

    /// What a query finds; what stands in a member's way counts on a copy.
    fn find(&self, query: &Query, eligibility: Option<&Eligibility>) -> Found {
        let mut index = self.index.clone();
        if eligibility.is_some() {
            index.set_standing(&self.cards, eligibility);
        }
        index.find(query)
    }
}

/// What is shown: the visible rewards, and what stands in the member's way.
#[derive(Clone, Copy, Debug)]
pub struct Shelf<'a> {
    /// Every visible reward.
    pub prepared: &'a Prepared,
    /// For somebody signed in.
    pub eligibility: Option<&'a Eligibility>,
    /// Which page, from 0.
    pub page: usize,
}

/// The catalogue for a query.
#[must_use]
pub fn catalogue(visit: &Visit, shelf: Shelf<'_>, query: &Query) -> Markup {
    let words = Words::new(visit.i18n);
    let all = shelf.prepared.cards();
    let found = shelf.prepared.find(query, shelf.eligibility);
    let shown = found.rows.iter().skip(shelf.page * CARDS).take(CARDS);
    let cards = shown.filter_map(|row| Some((*row, all.get(*row as usize)?)));
    html! {
        section.catalog aria-labelledby="plain-catalog-heading" {
            h2 #plain-catalog-heading.catalog__heading { (words.texts.heading) }
            (toolbar(visit, query, &found))
            div.outcome { p.outcome__count { (words.count(found.rows.len(), all.len())) } }
            @if found.rows.is_empty() { (none_found(visit, query)) }
            div.rewards {
                ul.rewards__list role="list" {
                    @for (row, reward) in cards { (card(visit, shelf, (row, reward))) }
                }
            }
            @if found.rows.len() > (shelf.page + 1) * CARDS { (next_page(visit, query, shelf.page + 1)) }
        }
    }
}

fn none_found(visit: &Visit, query: &Query) -> Markup {
    let texts = visit.i18n.texts().catalog;
    html! {
        div.instead {
            h3.instead__title { (texts.empty_title) }
            @if query.text.trim().is_empty() { p.instead__text { (texts.empty_none) } }
            @else { p.instead__text { (fill(texts.empty_text, &[query.text.trim()])) } }
            (visit.go((visit.home(), "/plain/home"), &[], html! { button class="button button--quiet" { (texts.clear_all) } }))
        }
    }
}

fn next_page(visit: &Visit, query: &Query, page: usize) -> Markup {
    let (kind, page) = (query.kinds.first().map_or("", |kind| &kind.0), page.to_string());
    let fields = [("q", query.text.as_str()), ("kind", kind), ("sort", query.sort.word()), ("page", &page)];
    let button = html! { button.button { (visit.i18n.texts().balance.lots_next) } };
    html! { div.plain-more { (visit.go((visit.home(), "/plain/home"), &fields, button)) } }
}

fn toolbar(visit: &Visit, query: &Query, found: &Found) -> Markup {
    let words = Words::new(visit.i18n);
    let texts = words.texts;
    let chosen = query.kinds.first();
    let number = |count: u32| visit.i18n.number(i64::from(count));
    let orders = Sort::ALL.into_iter().filter(|sort| visit.session.is_some() || *sort != Sort::Nearest);
    let body = html! {
        div.toolbar role="search" {
            div.toolbar__first {
                div.search {
                    svg.search__mark viewBox="0 0 20 20" aria-hidden="true" {
                        path d="M9 3.500a5.500 5.500 0 1 1-.1 0zM13.200 13.200l3.600 3.600" {}
                    }
                    input.search__field type="search" name="q" enterkeyhint="search" autocomplete="off" autocapitalize="off"
                        spellcheck="false" aria-label=(texts.search) placeholder=(texts.search_hint) value=(query.text);
                    // First of the buttons: what Enter presses.
                    button.search__clear aria-label=(texts.search) {
                        svg viewBox="0 0 16 16" aria-hidden="true" { path d="M3 8h9M9 4.500l3.500 3.500L9 11.500" {} }
                    }
                }
                label class="choice choice--sort" {
                    span.choice__name { (texts.sort) }
                    select.choice__select name="sort" {
                        @for sort in orders { option value=(sort.word()) selected[query.sort == sort] { (words.sort(sort)) } }
                    }
                }
            }
            div.chips role="group" aria-label=(texts.kinds) {
                button.chip name="kind" value="" aria-pressed=(chosen.is_none().to_string()) {
                    (texts.all) span.count { (number(found.counts.all_kinds)) }
                }
                @for (kind, count) in &found.counts.kinds {
                    button.chip name="kind" value=(kind.0) aria-pressed=((chosen == Some(kind)).to_string()) {
                        (words.kind(kind)) span.count { (number(*count)) }
                    }
                }
            }
        }
    };
    visit.go((visit.home(), "/plain/home"), &[("kind", chosen.map_or("", |kind| &kind.0))], body)
}

fn card(visit: &Visit, shelf: Shelf<'_>, (row, reward): (u32, &RewardCard)) -> Markup {
    let words = Words::new(visit.i18n);
    let described = format!("plain-reward-{row}");
    let low = reward.stock_left.filter(|left| (1..=STOCK_LOW).contains(left));
    let title = html! { button.reward__open aria-describedby=(described) { (reward.title) } };
    html! {
        li.reward {
            div.reward__picture {
                (picture(reward))
                (promotion_label(reward))
            }
            div.reward__facts {
                p.reward__brand { (reward.brand) }
                h3.reward__title { (visit.go(("/plain/reward", "/plain/reward"), &[("reward", &reward.id)], title)) }
                div.reward__foot id=(described) {
                    (price(words, reward, visit.now))
                    (standing(words, reward, (shelf.eligibility, visit.now), low))
                }
            }
        }
    }
}

fn price(words: Words, reward: &RewardCard, now: tukar_wire::Moment) -> Markup {
    let unit = if reward.points == 1 { words.i18n.texts().point } else { words.i18n.texts().points };
    html! {
        p.price {
            span.price__now { strong.price__number { (words.i18n.number(reward.points)) } " " (unit) }
            @if let Some(before) = reward.points_before.filter(|before| *before > reward.points) {
                span.price__before { span.visually-hidden { (words.texts.before) " " } s { (words.i18n.number(before)) } }
            }
            @if let Some(value) = reward.rupiah_hundredths_per_point { span.price__value { (words.point_value(value)) } }
            @if let Some(until) = words.promotion_until(reward, now) { span.price__until { (until) } }
        }
    }
}

fn standing(
    words: Words,
    reward: &RewardCard,
    (eligibility, now): (Option<&Eligibility>, tukar_wire::Moment),
    low: Option<u32>,
) -> Markup {
    let standing = words.standing(reward, eligibility, now);
    let (class, mark) = match standing.tone {
        Tone::Ready => ("standing standing--ready", Some("M3.500 8.500l3 3 6-7")),
        Tone::Short => ("standing standing--short", None),
        Tone::Barred => {
            ("standing standing--barred", Some("M8 4.500v4M8 11.400v.1M8 1.800a6.200 6.200 0 1 1-.1 0z"))
        }
        Tone::Plain => ("standing", None),
    };
    html! {
        div class=(class) {
            @if let Some(hundredths) = standing.progress {
                svg.standing__progress viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
                    rect.standing__track width="100" height="4" {}
                    rect.standing__done width=(hundredths) height="4" {}
                }
            }
            p.standing__line {
                @if let Some(mark) = mark { svg.standing__mark viewBox="0 0 16 16" aria-hidden="true" { path d=(mark) {} } }
                span.standing__text { (standing.text) }
                @if let Some(left) = low {
                    span.standing__low { (fill(words.texts.stock_low, &[&words.i18n.number(i64::from(left))])) }
                }
            }
        }
    }
}

/// The brand's initials on a tint of its own, and the picture over it where one may be shown: `https:`, or a path here.
fn picture(reward: &RewardCard) -> Markup {
    let hash = |sum: u32, byte: u8| (sum ^ u32::from(byte)).wrapping_mul(16_777_619);
    let tint = reward.brand.bytes().fold(2_166_136_261_u32, hash) / 7 % TINTS;
    let first = |word: &str| word.chars().find(|letter| letter.is_alphanumeric());
    let initials: String =
        reward.brand.split_whitespace().filter_map(first).take(2).flat_map(char::to_uppercase).collect();
    let may_show = |src: &str| {
        let ours = src.starts_with('/') && !src.starts_with("//");
        let safe = !src.chars().any(|letter| letter.is_control() || letter == '\\');
        safe && (ours || src.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://")))
    };
    let photo =
        reward.image.as_ref().filter(|image| may_show(&image.src) && image.width > 0 && image.height > 0);
    html! {
        span class=(format!("art art--tint-{tint}")) aria-hidden="true" {
            span.art__initials { (initials) }
            @if let Some(image) = photo {
                img.art__photo loading="lazy" decoding="async" alt="" width=(image.width) height=(image.height)
                    referrerpolicy="no-referrer" src=(image.src);
            }
        }
    }
}

/// One reward with its conditions, and the way to the review.
#[must_use]
pub fn detail(visit: &Visit, detail: &RewardDetail, eligibility: Option<&Eligibility>) -> Markup {
    let words = Words::new(visit.i18n);
    let card = &detail.card;
    let reasons =
        eligibility.and_then(|known| known.refused.get(&card.id)).map(Vec::as_slice).unwrap_or_default();
    let paragraphs = detail.description.split("\n\n").map(str::trim).filter(|text| !text.is_empty());
    html! {
        article.plain-detail {
            (visit.go((visit.home(), "/plain/home"), &[], html! { button.link-button { (visit.i18n.texts().redeem.back) } }))
            div.detail__picture { (picture(card)) (promotion_label(card)) }
            div.detail__head {
                p.detail__kind { (card.brand) " · " (words.kind(&card.kind)) }
                h2.detail__title { (card.title) }
                (price(words, card, visit.now))
                @if reasons.is_empty() { (standing(words, card, (eligibility, visit.now), None)) } @else {
                    div.why-not {
                        h3.why-not__heading { (words.texts.why_not) }
                        ul.why-not__list { @for reason in reasons { li { (words.reason_long(reason, visit.now)) } } }
                        @if is_of_account(words, reasons) { (crate::to_help(visit)) }
                    }
                }
            }
            div.detail__text { @for text in paragraphs { p { (text) } } }
            section.detail__part {
                h3.detail__subheading { (words.texts.good_to_know) }
                dl.facts { @for (name, fact) in facts(words, detail, visit.now) { div.fact { dt { (name) } dd { (fact) } } } }
            }
            @if !detail.terms.is_empty() {
                section.detail__part {
                    h3.detail__subheading { (words.texts.terms) }
                    ul.detail__terms { @for term in &detail.terms { li { (term) } } }
                }
            }
            @if reasons.is_empty() { (to_review(visit, detail, eligibility)) }
        }
    }
}

fn to_review(visit: &Visit, detail: &RewardDetail, eligibility: Option<&Eligibility>) -> Markup {
    let (words, texts) = (Words::new(visit.i18n), visit.i18n.texts().catalog);
    let left = eligibility.and_then(|known| known.quantity_max.get(&detail.card.id)).copied();
    let most = left.unwrap_or(detail.quantity_max).max(1);
    let label = if visit.session.is_some() { texts.redeem } else { texts.sign_in_to_redeem };
    let body = html! {
        @if detail.quantity_max > 1 {
            div.field {
                label.field__label for="plain-pieces" { (texts.quantity) }
                input #plain-pieces.field__input type="number" name="quantity" min="1" max=(most) value="1"
                    aria-describedby="plain-pieces-hint";
                p #plain-pieces-hint.field__hint { (words.pieces(detail.quantity_max, most)) }
            }
        }
        button class="button button--primary button--wide" { (label) }
    };
    visit.go(("/plain/sign-in", "/plain/review"), &[("reward", &detail.card.id)], body)
}

fn facts(words: Words, detail: &RewardDetail, now: tukar_wire::Moment) -> Vec<(&'static str, String)> {
    let (texts, card, i18n): (_, _, I18n) = (words.texts, &detail.card, words.i18n);
    let number = |count: u32| i18n.number(i64::from(count));
    let window = match (card.opens_at, card.closes_at) {
        (Some(from), Some(to)) => Some(format!("{} – {}", i18n.date(from), i18n.until_date(to))),
        (Some(from), None) => Some(fill(texts.opens_on, &[&i18n.when(from, now)])),
        (None, Some(to)) => Some(fill(texts.ends_on, &[&i18n.until_when(to, now)])),
        (None, None) => None,
    };
    let needs = match detail.needs {
        Needs::Nothing => texts.needs_nothing,
        Needs::Phone => texts.needs_phone,
        Needs::Address => texts.needs_address,
    };
    let facts = [
        (texts.fact_value, words.worth(card)),
        (texts.fact_valid, detail.voucher_days.map(|days| fill(texts.fact_days, &[&number(days)]))),
        (
            texts.fact_promotion,
            promotion_end(card).map(|to| fill(texts.ends_on, &[&i18n.until_when(to, now)])),
        ),
        (texts.fact_window, window),
        (texts.fact_limit, detail.limit.as_ref().map(|limit| words.limit(limit))),
        (texts.fact_tier, (!detail.tiers.is_empty()).then(|| words.list(&detail.tiers))),
        (texts.fact_balance, detail.balance_min.map(|points| i18n.points(points))),
        (texts.fact_stock, card.stock_left.map(number)),
        (texts.fact_needs, Some(needs.to_owned())),
    ];
    facts.into_iter().filter_map(|(name, fact)| Some((name, fact?))).collect()
}

/// Cut after two lines on a card (style/catalog.css), so it is its own title too.
fn promotion_label(card: &RewardCard) -> Markup {
    html! {
        @if let Some(promotion) = &card.promotion {
            span.reward__promotion title=(promotion.label) { (promotion.label) }
        }
    }
}

fn promotion_end(card: &RewardCard) -> Option<tukar_wire::Moment> {
    card.promotion.as_ref()?.ends_at
}

/// Whether one of the reasons is the state of the member's account.
pub(crate) fn is_of_account(words: Words, reasons: &[Reason]) -> bool {
    reasons.iter().any(|reason| account::barred_by(reason, words.i18n.texts().tag).is_some())
}

/// Reasons as sentences.
pub(crate) fn reasons(visit: &Visit, reasons: &[tukar_wire::Reason]) -> Vec<String> {
    let words = Words::new(visit.i18n);
    reasons.iter().map(|reason| words.reason_long(reason, visit.now)).collect()
}
