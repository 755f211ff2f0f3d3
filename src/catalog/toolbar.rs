//! Over the list: search, order, filters, what is on, and how many were found.

use crate::catalog::query::{Filter, Query, Sort};
use crate::catalog::sheet::sheet;
use crate::catalog::{Load, Shelf, filters};
use crate::i18n::fill;
use crate::ui::reactive::{Memo, RwSignal, StoredValue};
use leptos::prelude::*;
use std::time::Duration;

/// Pause after the last change before the number of rewards is read out.
const READ_OUT_AFTER: Duration = Duration::from_millis(700);

pub(crate) fn toolbar(shelf: Shelf) -> impl IntoView {
    let sheet_open = RwSignal::new(false);
    view! {
        <div class="toolbar" role="search">
            <div class="toolbar__first">
                {search(shelf)}
                {filter_button(shelf, sheet_open)}
                {sort(shelf)}
            </div>
            {filters::kinds(shelf)}
            <div class="toolbar__filters">
                {filters::toggles(shelf)}
                {filters::brand(shelf)}
                {filters::points(shelf)}
            </div>
        </div>
        <div class="outcome">
            <p class="outcome__count">{move || outcome(shelf)}</p>
            {active(shelf)}
        </div>
        {read_out(shelf)}
        {filter_sheet(shelf, sheet_open)}
    }
}

fn search(shelf: Shelf) -> impl IntoView {
    let texts = shelf.words.texts;
    view! {
        <div class="search">
            <svg class="search__mark" viewBox="0 0 20 20" aria-hidden="true">
                <path d="M9 3.5a5.5 5.5 0 1 1-.1 0zM13.2 13.2l3.6 3.6" />
            </svg>
            <input
                class="search__field"
                part="field"
                type="search"
                enterkeyhint="search"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                aria-label=texts.search
                placeholder=texts.search_hint
                prop:value=move || shelf.query.with(|query| query.text.clone())
                on:input=move |event| {
                    let typed = event_target_value(&event);
                    shelf.query.update(|query| query.text = typed);
                }
            />
            {move || {
                shelf.query.with(|query| !query.text.is_empty()).then(|| view! {
                    <button
                        type="button"
                        class="search__clear"
                        aria-label=texts.clear_search
                        on:click=move |_| shelf.query.update(|query| query.text.clear())
                    >
                        <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 4l8 8M12 4l-8 8" /></svg>
                    </button>
                })
            }}
        </div>
    }
}

fn sort(shelf: Shelf) -> impl IntoView {
    let words = shelf.words;
    // "Nearly affordable" needs a balance to be near to.
    let offered = move || {
        let signed_in = shelf.signed_in.get();
        Sort::ALL
            .into_iter()
            .filter(move |sort| signed_in || *sort != Sort::Nearest)
            .map(|sort| {
                view! {
                    <option value=sort.word() selected=move || shelf.query.with(|query| query.sort == sort)>
                        {words.sort(sort)}
                    </option>
                }
            })
            .collect_view()
    };
    let change = move |event| {
        let sort = Sort::find(&event_target_value(&event)).unwrap_or_default();
        shelf.query.update(|query| query.sort = sort);
    };
    view! {
        <label class="choice choice--sort">
            <span class="choice__name">{words.texts.sort}</span>
            <select class="choice__select" on:change=change>{offered}</select>
        </label>
    }
}

fn filter_button(shelf: Shelf, sheet_open: RwSignal<bool>) -> impl IntoView {
    let words = shelf.words;
    let on = Memo::new(move |_| shelf.query.with(|query| hidden_filters(query).len()));
    let label = move || match on.get() {
        0 => words.texts.filters.to_owned(),
        on => fill(words.texts.filters_on, &[&on.to_string()]),
    };
    view! {
        <button type="button" class="filter-button" aria-haspopup="dialog" aria-label=label on:click=move |_| sheet_open.set(true)>
            <svg viewBox="0 0 20 20" aria-hidden="true">
                <path d="M3 6h8M15 6h2M3 14h2M9 14h8M13 4a2 2 0 1 1-.1 0zM7 12a2 2 0 1 1-.1 0z" />
            </svg>
            <span>{words.texts.filters}</span>
            {move || (on.get() > 0).then(|| view! { <span class="filter-button__count">{on.get()}</span> })}
        </button>
    }
}

/// Filters that are only seen in the sheet where it is narrow.
fn hidden_filters(query: &Query) -> Vec<Filter> {
    query.active().into_iter().filter(|filter| !matches!(filter, Filter::Text | Filter::Kinds)).collect()
}

/// What is on, each to be taken off with one press.
fn active(shelf: Shelf) -> impl IntoView {
    let words = shelf.words;
    let filters = Memo::new(move |_| shelf.query.with(Query::active));
    let one = move |filter: Filter| {
        let named = filter.clone();
        let label = filter.clone();
        let hidden = !matches!(filter, Filter::Text | Filter::Kinds);
        view! {
            <button
                type="button"
                class="active__filter"
                class:active__filter--hidden=hidden
                aria-label=move || fill(words.texts.remove, &[&shelf.query.with(|query| words.filter(&label, query))])
                on:click=move |_| shelf.query.update(|query| *query = query.without(&filter))
            >
                <span class="active__name">{move || shelf.query.with(|query| words.filter(&named, query))}</span>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4.5 4.5l7 7M11.5 4.5l-7 7" /></svg>
            </button>
        }
    };
    move || {
        (!filters.get().is_empty()).then(|| {
            view! {
                <div class="active">
                    {filters.get().into_iter().map(one).collect_view()}
                    <button
                        type="button"
                        class="active__all"
                        on:click=move |_| shelf.query.update(|query| *query = query.cleared())
                    >
                        {words.texts.clear_all}
                    </button>
                </div>
            }
        })
    }
}

fn outcome(shelf: Shelf) -> String {
    shelf.version.track();
    let found = shelf.found.with(|found| found.rows.len());
    match shelf.len() {
        0 => String::new(),
        all => shelf.words.count(found, all),
    }
}

/// The same for those who do not see it, once the visitor pauses.
fn read_out(shelf: Shelf) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let timer = StoredValue::new(None::<TimeoutHandle>);
    // Keeps what assistive technology reads in step, but not with every letter.
    Effect::new(move |_| {
        let now = match shelf.load.get() {
            Load::First => shelf.words.texts.loading.to_owned(),
            _ => outcome(shelf),
        };
        if let Some(timer) = timer.get_value() {
            timer.clear();
        }
        let say = move || {
            said.set(now);
        };
        timer.set_value(set_timeout_with_handle(say, READ_OUT_AFTER).ok());
    });
    view! { <p class="visually-hidden" role="status">{move || said.get()}</p> }
}

fn filter_sheet(shelf: Shelf, sheet_open: RwSignal<bool>) -> impl IntoView {
    let words = shelf.words;
    let close = move || sheet_open.set(false);
    let show = move || match shelf.found.with(|found| found.rows.len()) {
        1 => words.texts.show_one.to_owned(),
        count => fill(words.texts.show_results, &[&words.i18n.number(i64::try_from(count).unwrap_or(0))]),
    };
    let content = move || {
        view! {
            <h3 class="sheet__heading" id="tukar-filters-heading">{words.texts.filters}</h3>
            <div class="filter-sheet__body">
                {filters::toggles(shelf)}
                <div class="filter-sheet__part">
                    <h4 class="choice__name">{words.texts.kinds}</h4>
                    {filters::kinds(shelf)}
                </div>
                {filters::brand(shelf)}
                {filters::points(shelf)}
            </div>
            <div class="sheet__foot filter-sheet__foot">
                <button
                    type="button"
                    class="button button--quiet" part="button"
                    on:click=move |_| shelf.query.update(|query| *query = query.cleared())
                >
                    {words.texts.clear_all}
                </button>
                <button type="button" class="button" part="button" on:click=move |_| close()>{show}</button>
            </div>
        }
        .into_any()
    };
    sheet(words, "filter-sheet", "tukar-filters-heading", sheet_open.into(), (close, content))
}
