//! The filters: kinds, "can redeem now", promotion, brand, points. Shown in the toolbar, and in a sheet where it is narrow.

use crate::catalog::Shelf;
use crate::catalog::query::Query;
use crate::ui::reactive::{Memo, RwSignal};
use leptos::prelude::*;
use tukar_wire::RewardKind;

/// Whether a query has something on.
type IsOn = fn(&Query) -> bool;
/// Turns it on or off.
type Turn = fn(&mut Query);
/// One bound of a query.
type Read = fn(&Query) -> Option<i64>;
/// Sets that bound.
type Write = fn(&mut Query, Option<i64>);

/// Chips, one for each kind, with the count each would show.
pub(crate) fn kinds(shelf: Shelf) -> impl IntoView {
    let words = shelf.words;
    let kinds = Memo::new(move |_| {
        shelf.version.track();
        shelf.index.with_value(|index| index.kinds().to_vec())
    });
    let none = move || shelf.query.with(|query| query.kinds.is_empty());
    view! {
        <div class="chips" role="group" aria-label=words.texts.kinds>
            <button
                type="button"
                class="chip"
                aria-pressed=move || none().to_string()
                on:click=move |_| shelf.query.update(|query| query.kinds.clear())
            >
                {words.texts.all}
                {count(shelf, move || shelf.found.with(|found| found.counts.all_kinds))}
            </button>
            <For each=move || kinds.get() key=RewardKind::clone let:kind>
                {kind_chip(shelf, kind)}
            </For>
        </div>
    }
}

fn kind_chip(shelf: Shelf, kind: RewardKind) -> impl IntoView {
    let name = shelf.words.kind(&kind);
    let counted = kind.clone();
    let chosen = kind.clone();
    view! {
        <button
            type="button"
            class="chip"
            aria-pressed=move || shelf.query.with(|query| query.kinds.contains(&chosen)).to_string()
            on:click=move |_| shelf.query.update(|query| query.toggle_kind(&kind))
        >
            {name}
            {count(shelf, move || {
                shelf.found.with(|found| {
                    found.counts.kinds.iter().find(|(kind, _)| *kind == counted).map_or(0, |(_, count)| *count)
                })
            })}
        </button>
    }
}

/// Two filters that are on or off.
pub(crate) fn toggles(shelf: Shelf) -> impl IntoView {
    let texts = shelf.words.texts;
    let can_redeem = move || {
        shelf.signed_in.get().then(|| {
            toggle(
                shelf,
                texts.can_redeem,
                (|query| query.can_redeem, |query| query.can_redeem = !query.can_redeem),
                move || shelf.found.with(|found| found.counts.can_redeem),
            )
        })
    };
    view! {
        <div class="toggles">
            {can_redeem}
            {toggle(
                shelf,
                texts.on_promotion,
                (|query| query.on_promotion, |query| query.on_promotion = !query.on_promotion),
                move || shelf.found.with(|found| found.counts.on_promotion),
            )}
        </div>
    }
}

fn toggle(
    shelf: Shelf,
    name: &'static str,
    (is_on, turn): (IsOn, Turn),
    how_many: impl Fn() -> u32 + Send + 'static,
) -> impl IntoView {
    view! {
        <label class="toggle">
            <input
                type="checkbox"
                class="toggle__box"
                prop:checked=move || shelf.query.with(is_on)
                on:change=move |_| shelf.query.update(turn)
            />
            <span class="toggle__name">{name}{count(shelf, how_many)}</span>
        </label>
    }
}

/// The brand, with counts. The choices are taken when the list is about to be opened: a thousand brands are not worth
/// counting anew with every letter that is typed.
pub(crate) fn brand(shelf: Shelf) -> impl IntoView {
    let words = shelf.words;
    let choices = RwSignal::new(Vec::<(String, u32)>::new());
    let refresh = move || {
        let chosen = shelf.query.with_untracked(|query| query.brand.clone());
        choices.set(shelf.found.with_untracked(|found| {
            let kept = |(brand, count): &&(String, u32)| *count > 0 || Some(brand) == chosen.as_ref();
            found.counts.brands.iter().filter(kept).cloned().collect()
        }));
    };
    let shown = move || {
        let chosen = shelf.query.with(|query| query.brand.clone());
        let mut shown = choices.get();
        if let Some(chosen) =
            chosen.as_ref().filter(|chosen| !shown.iter().any(|(brand, _)| brand == *chosen))
        {
            shown.insert(0, (chosen.clone(), 0));
        }
        shown
            .into_iter()
            .map(|(brand, count)| {
                let label = if count == 0 {
                    brand.clone()
                } else {
                    format!("{brand} ({})", words.i18n.number(i64::from(count)))
                };
                let selected = Some(&brand) == chosen.as_ref();
                view! { <option value=brand selected=selected>{label}</option> }
            })
            .collect_view()
    };
    let change = move |event| {
        let brand = event_target_value(&event);
        shelf.query.update(|query| query.brand = Some(brand).filter(|brand| !brand.is_empty()));
    };
    view! {
        <label class="choice">
            <span class="choice__name">{words.texts.brand}</span>
            <select class="choice__select" on:focus=move |_| refresh() on:pointerenter=move |_| refresh() on:change=change>
                <option value="" selected=move || shelf.query.with(|query| query.brand.is_none())>
                    {words.texts.all_brands}
                </option>
                {shown}
            </select>
        </label>
    }
}

/// Fewest and most points.
pub(crate) fn points(shelf: Shelf) -> impl IntoView {
    let texts = shelf.words.texts;
    let min = points_field(
        shelf,
        (texts.points_min, texts.min_hint),
        (|query| query.points_min, |query, points| query.points_min = points),
    );
    let max = points_field(
        shelf,
        (texts.points_max, texts.max_hint),
        (|query| query.points_max, |query, points| query.points_max = points),
    );
    view! {
        <div class="points-range" role="group" aria-label=texts.points_range>
            <span class="choice__name" aria-hidden="true">{texts.points_range}</span>
            {min}
            <span class="points-range__dash" aria-hidden="true">"–"</span>
            {max}
        </div>
    }
}

fn points_field(
    shelf: Shelf,
    (label, hint): (&'static str, &'static str),
    (read, write): (Read, Write),
) -> impl IntoView {
    let shown = move || shelf.query.with(read).map(|points| points.to_string()).unwrap_or_default();
    let input = move |event| {
        let typed = event_target_value(&event);
        let digits: String = typed.chars().filter(char::is_ascii_digit).take(9).collect();
        shelf.query.update(|query| write(query, digits.parse().ok().filter(|points| *points > 0)));
    };
    view! {
        <input
            class="points-range__field"
            type="text"
            inputmode="numeric"
            autocomplete="off"
            aria-label=label
            placeholder=hint
            prop:value=shown
            on:input=input
        />
    }
}

/// A count in its own muted figure.
fn count(shelf: Shelf, how_many: impl Fn() -> u32 + Send + 'static) -> impl IntoView {
    view! { <span class="count">{move || shelf.words.i18n.number(i64::from(how_many()))}</span> }
}
