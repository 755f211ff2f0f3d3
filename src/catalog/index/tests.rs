//! The index against a slow, plain reading of the same rules, and its time for 10,000 rewards.

use super::*;
use std::collections::BTreeMap;
use tukar_wire::{Moment, Promotion, Reason};

const KINDS: [&str; 7] = ["airtime", "data", "voucher", "premium", "goods", "discount", "hologram"];
const BRANDS: [&str; 9] =
    ["Kopi Senja", "Café Olé", "Nusa Mart", "Layar", "Sinyal", "H&M", "Batik Ayu", "Éclair", "Warung Bu Tin"];
const WORDS: [&str; 8] = ["Voucher", "Belanja", "Paket", "Kuota", "Gratis", "Minuman", "Diskon", "Langganan"];

fn card(number: usize) -> RewardCard {
    let mix = number.wrapping_mul(2_654_435_761) >> 7;
    let points = 500 + i64::try_from(mix % 2_000).unwrap() * 125;
    RewardCard {
        id: format!("reward-{number}"),
        kind: RewardKind(KINDS[mix % KINDS.len()].into()),
        brand: BRANDS[mix / 7 % BRANDS.len()].into(),
        title: format!(
            "{} {} Rp{}.000 No {number}",
            WORDS[mix / 3 % WORDS.len()],
            WORDS[mix / 11 % WORDS.len()],
            mix % 90 + 5
        ),
        image: None,
        points,
        points_before: None,
        worth_rupiah: Some(points * 2),
        worth_is_maximum: false,
        rupiah_hundredths_per_point: (!mix.is_multiple_of(4)).then(|| i64::try_from(mix % 400).unwrap()),
        stock_left: None,
        published_at: Moment(i64::try_from(mix % 100_000).unwrap()),
        opens_at: None,
        closes_at: mix.is_multiple_of(6).then(|| Moment(i64::try_from(mix % 9_000).unwrap())),
        promotion: mix
            .is_multiple_of(5)
            .then(|| Promotion { label: "Hemat".into(), ends_at: Some(Moment(5_000)) }),
    }
}

fn cards(count: usize) -> Vec<RewardCard> {
    (0..count).map(card).collect()
}

fn eligibility(cards: &[RewardCard], available: i64) -> Eligibility {
    let refused: BTreeMap<String, Vec<Reason>> = cards
        .iter()
        .filter(|card| card.points > available)
        .map(|card| {
            (card.id.clone(), vec![Reason::ShortOfPoints { missing: card.points - available, coming: None }])
        })
        .collect();
    Eligibility { refused, quantity_max: BTreeMap::new(), available, server_time: Moment(0) }
}

fn filled(cards: &[RewardCard], standing: &Eligibility) -> Index {
    let mut index = Index::default();
    for page in cards.chunks(1_000) {
        index.add(page, None);
    }
    index.set_standing(cards, Some(standing));
    index
}

/// The rules once more, one reward and one filter at a time.
fn passes(card: &RewardCard, standing: &Eligibility, query: &Query, left_out: Option<&Filter>) -> bool {
    let on = |filter: Filter| left_out != Some(&filter);
    let mut text = String::new();
    fold_into(&card.title, &mut text);
    text.push(' ');
    fold_into(&card.brand, &mut text);
    let search = fold_search(&query.text);
    (!on(Filter::Text) || search.split(' ').all(|word| has_word(&text, word)))
        && (!on(Filter::Kinds) || query.kinds.is_empty() || query.kinds.contains(&card.kind))
        && (!on(Filter::Brand) || query.brand.as_ref().is_none_or(|brand| *brand == card.brand))
        && (!on(Filter::CanRedeem) || !query.can_redeem || !standing.refused.contains_key(&card.id))
        && (!on(Filter::Points)
            || (query.points_min.is_none_or(|min| card.points >= min)
                && query.points_max.is_none_or(|max| card.points <= max)))
        && (!on(Filter::OnPromotion) || !query.on_promotion || card.promotion.is_some())
}

fn queries() -> Vec<Query> {
    let mut queries = Vec::new();
    let texts = [
        "",
        "k",
        "ko",
        "kopi",
        "kopi v",
        "cafe ole",
        "ECLAIR",
        "50.000",
        "kopisenja",
        "h m",
        "50rb",
        "zzz",
        "vou sen",
        "bu",
    ];
    for (at, text) in texts.iter().enumerate() {
        for sort in Sort::ALL {
            queries.push(Query {
                text: (*text).into(),
                kinds: (0..at % 3).map(|kind| RewardKind(KINDS[kind * 2].into())).collect(),
                brand: (at % 4 == 1).then(|| BRANDS[at % BRANDS.len()].into()),
                can_redeem: at % 2 == 1,
                points_min: (at % 3 == 1).then_some(5_000),
                points_max: (at % 5 == 2).then_some(90_000),
                on_promotion: at % 4 == 3,
                sort,
            });
        }
    }
    queries
}

#[test]
fn it_finds_and_counts_what_a_slow_reading_finds_and_counts() {
    let cards = cards(300);
    let standing = eligibility(&cards, 80_000);
    let mut index = filled(&cards, &standing);
    for query in queries() {
        let found = index.find(&query);
        let mut rows = found.rows.clone();
        rows.sort_unstable();
        let slow = |left_out: Option<Filter>| {
            (0..cards.len())
                .filter(|at| passes(&cards[*at], &standing, &query, left_out.as_ref()))
                .map(|at| u32::try_from(at).unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(rows, slow(None), "{query:?}");
        let with = |left_out: Filter, keep: &dyn Fn(&RewardCard) -> bool| {
            slow(Some(left_out)).iter().filter(|at| keep(&cards[**at as usize])).count()
        };
        for (kind, count) in &found.counts.kinds {
            assert_eq!(*count as usize, with(Filter::Kinds, &|card| card.kind == *kind), "{query:?}");
        }
        for (brand, count) in &found.counts.brands {
            assert_eq!(*count as usize, with(Filter::Brand, &|card| card.brand == *brand), "{query:?}");
        }
        assert_eq!(
            found.counts.can_redeem as usize,
            with(Filter::CanRedeem, &|card| !standing.refused.contains_key(&card.id))
        );
        assert_eq!(
            found.counts.on_promotion as usize,
            with(Filter::OnPromotion, &|card| card.promotion.is_some())
        );
        for (filter, count) in &found.counts.without {
            assert_eq!(*count as usize, slow(Some(filter.clone())).len(), "{query:?} without {filter:?}");
        }
    }
}

#[test]
fn a_search_typed_letter_by_letter_finds_what_it_finds_at_once() {
    let cards = cards(900);
    let standing = eligibility(&cards, 10_000);
    let mut typed = filled(&cards, &standing);
    for whole in ["cafe vou 5", "kopisenja 50rb"] {
        for end in (1..=whole.len()).chain((0..whole.len()).rev()) {
            let query = Query { text: whole[..end].into(), ..Query::default() };
            assert_eq!(typed.find(&query), filled(&cards, &standing).find(&query), "{}", &whole[..end]);
        }
    }
    // Letters that are put in front.
    for text in ["ja", "senja", "isenja", "kopisenja"] {
        let query = Query { text: text.into(), ..Query::default() };
        assert_eq!(typed.find(&query), filled(&cards, &standing).find(&query), "{text}");
    }
}

#[test]
fn rewards_that_come_later_are_searched_too() {
    let cards = cards(300);
    let standing = eligibility(&cards, 60_000);
    let query = Query { text: "kopi".into(), sort: Sort::PointsUp, ..Query::default() };
    let mut index = Index::default();
    for page in cards.chunks(60) {
        index.add(page, Some(&standing));
        let _ = index.find(&query);
    }
    assert_eq!(index.find(&query), filled(&cards, &standing).find(&query));
}

#[test]
fn each_order_puts_first_what_it_promises() {
    let cards = cards(400);
    let standing = eligibility(&cards, 100_000);
    let mut index = filled(&cards, &standing);
    let mut sorted = |sort| index.find(&Query { sort, ..Query::default() }).rows;
    let points = |rows: &[u32]| rows.iter().map(|row| cards[*row as usize].points).collect::<Vec<_>>();
    assert_eq!(sorted(Sort::Own), (0..400).collect::<Vec<u32>>());
    assert!(points(&sorted(Sort::PointsUp)).is_sorted());
    assert!(points(&sorted(Sort::PointsDown)).iter().rev().is_sorted());
    let nearest = points(&sorted(Sort::Nearest));
    let first_payable = nearest.iter().position(|points| *points <= 100_000).unwrap();
    assert!(nearest[..first_payable].is_sorted());
    assert!(nearest[first_payable..].iter().all(|points| *points <= 100_000));
    assert!(nearest[first_payable..].iter().rev().is_sorted());
    let value = sorted(Sort::Value);
    assert!(cards[value[0] as usize].rupiah_hundredths_per_point.is_some());
    assert!(cards[value[399] as usize].rupiah_hundredths_per_point.is_none());
}

#[test]
fn an_empty_result_names_the_filters_worth_dropping() {
    let cards = cards(200);
    let standing = eligibility(&cards, 0);
    let mut index = filled(&cards, &standing);
    let query = Query { text: "kopi".into(), can_redeem: true, ..Query::default() };
    let found = index.find(&query);
    assert!(found.rows.is_empty());
    let [(Filter::CanRedeem, back)] = found.counts.without[..] else {
        panic!("only dropping \"can redeem now\" brings something back: {:?}", found.counts.without);
    };
    assert_eq!(back as usize, index.find(&query.without(&Filter::CanRedeem)).rows.len());
}

#[test]
fn an_unknown_brand_or_kind_finds_nothing_and_breaks_nothing() {
    let cards = cards(50);
    let mut index = filled(&cards, &eligibility(&cards, 0));
    let brand = Query { brand: Some("Nobody".into()), ..Query::default() };
    assert!(index.find(&brand).rows.is_empty());
    let kind = Query { kinds: vec![RewardKind("unheard-of".into())], ..Query::default() };
    assert!(index.find(&kind).rows.is_empty());
    assert_eq!(Index::default().find(&kind), Found::default());
}

/// Prints its times (`--nocapture`); the bound is loose because a debug build on a busy machine runs it too.
#[test]
#[expect(clippy::disallowed_methods, reason = "measures itself; nothing is decided by the clock")]
fn ten_thousand_rewards_answer_a_keystroke_quickly() {
    let cards = cards(10_000);
    let standing = eligibility(&cards, 100_000);
    let started = std::time::Instant::now();
    let mut index = filled(&cards, &standing);
    let filled_ms = started.elapsed().as_secs_f64() * 1_000.0;
    let mut times = Vec::new();
    for sort in Sort::ALL {
        for text in ["k", "ko", "kop", "kopi", "kopi ", "kopi s", "kop", "", "vou", "zzz"] {
            let query = Query { text: text.into(), sort, ..Query::default() };
            let started = std::time::Instant::now();
            let found = index.find(&query);
            times.push((started.elapsed().as_secs_f64() * 1_000.0, text, sort, found.rows.len()));
        }
    }
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    println!("fill {filled_ms:.1} ms · p50 {:?} · p95 {:?} · worst {:?}", times[35], times[66], times[69]);
    assert!(times[66].0 < 100.0, "{:?}", times[66]);
}
