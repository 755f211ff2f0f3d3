//! What is said around the list, and instead of it: stale, broken off, nothing found, nothing there.

use crate::api::Failure;
use crate::catalog::query::Query;
use crate::catalog::words::Words;
use crate::catalog::{Load, Shelf};
use crate::i18n::fill;
use crate::ui::reactive::Memo;
use leptos::prelude::*;

/// One line over the list, with one thing to do.
pub(crate) fn notices(shelf: Shelf) -> impl IntoView {
    let texts = shelf.words.texts;
    let standing = move || {
        shelf.standing_lost.get().then(|| {
            notice("notice notice--warn", texts.standing_failed.into(), texts.again, move || {
                shelf.ask_standing()
            })
        })
    };
    let broken = move || match shelf.load.get() {
        Load::BrokenOff(failure) if shelf.len() > 0 => {
            let text = match (failure, shelf.told_at.get()) {
                (Failure::Offline, Some(at)) => fill(texts.stale, &[&shelf.words.i18n.date_time(at)]),
                _ => texts.rest_failed.to_owned(),
            };
            Some(notice("notice notice--warn", text, texts.again, move || shelf.load_next()))
        }
        _ => None,
    };
    view! { <div class="notices">{standing}{broken}</div> }
}

fn notice(
    class: &'static str,
    text: String,
    button: &'static str,
    press: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        <div class=class part="notice">
            <p class="notice__text">{text}</p>
            <button type="button" class="notice__button" on:click=move |_| press()>{button}</button>
        </div>
    }
}

/// What stands where cards would stand.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Instead {
    Nothing,
    Failed(Failure),
    NoRewards,
    NoneFound,
}

pub(crate) fn instead_of_list(shelf: Shelf) -> impl IntoView {
    let instead = Memo::new(move |_| {
        shelf.version.track();
        match shelf.load.get() {
            Load::BrokenOff(failure) if shelf.len() == 0 => Instead::Failed(failure),
            Load::Whole if shelf.len() == 0 => Instead::NoRewards,
            // While pages come, "nothing found" may be wrong a moment later; it is said all the same, with the rest on
            // its way told below it.
            _ if shelf.len() > 0 && shelf.found.with(|found| found.rows.is_empty()) => Instead::NoneFound,
            _ => Instead::Nothing,
        }
    });
    let texts = shelf.words.texts;
    move || match instead.get() {
        Instead::Nothing => loading_more(shelf).into_any(),
        Instead::NoRewards => view! {
            <div class="instead">
                {drawing("M12 22h40v26a4 4 0 0 1-4 4H16a4 4 0 0 1-4-4zM12 22l6-10h28l6 10M32 12v10M24 32h16")}
                <h3 class="instead__title">{texts.nothing_title}</h3>
                <p class="instead__text">{texts.nothing_body}</p>
            </div>
        }
        .into_any(),
        Instead::Failed(failure) => failed(shelf, &failure).into_any(),
        Instead::NoneFound => none_found(shelf).into_any(),
    }
}

fn loading_more(shelf: Shelf) -> impl IntoView {
    move || {
        (shelf.load.get() == Load::Rest && shelf.found.with(|found| found.rows.len()) < 60)
            .then(|| view! { <p class="loading-more">{shelf.words.texts.loading_more}</p> })
    }
}

fn failed(shelf: Shelf, failure: &Failure) -> impl IntoView + use<> {
    let texts = shelf.words.texts;
    let why = why(shelf.words, failure);
    view! {
        <div class="instead" role="alert">
            {drawing("M8 26c14-14 34-14 48 0M17 35c9-9 21-9 30 0M26 44c4-4 8-4 12 0M32 52v.1M10 10l44 44")}
            <h3 class="instead__title">{texts.error_title}</h3>
            <p class="instead__text">{why}</p>
            <button type="button" class="button" part="button" on:click=move |_| shelf.load_next()>{texts.again}</button>
        </div>
    }
}

/// Why something did not come, in the server's own words where it has any.
pub(crate) fn why(words: Words, failure: &Failure) -> String {
    match failure {
        Failure::Offline => words.texts.error_offline.into(),
        Failure::Unknown => words.texts.error_lost.into(),
        Failure::Refused(problem) => problem.title.clone(),
    }
}

fn none_found(shelf: Shelf) -> impl IntoView {
    let words = shelf.words;
    let texts = words.texts;
    let only_text = move || {
        shelf.query.with(|query| {
            let only = query.active() == [crate::catalog::query::Filter::Text];
            only.then(|| fill(texts.empty_text, &[query.text.trim()]))
        })
    };
    let ways_out = Memo::new(move |_| shelf.found.with(|found| found.counts.without.clone()));
    let body = move || {
        only_text().unwrap_or_else(|| {
            if ways_out.with(Vec::is_empty) { texts.empty_none } else { texts.empty_body }.to_owned()
        })
    };
    let buttons = move || {
        let query = shelf.query.get();
        ways_out
            .get()
            .into_iter()
            .map(|(filter, back)| {
                let name = fill(texts.without, &[&words.filter(&filter, &query)]);
                let back = words.i18n.number(i64::from(back));
                view! {
                    <button
                        type="button"
                        class="chip"
                        on:click=move |_| shelf.query.update(|query| *query = query.without(&filter))
                    >
                        {name}<span class="count">{back}</span>
                    </button>
                }
            })
            .collect_view()
    };
    view! {
        <div class="instead">
            {drawing("M28 10a18 18 0 1 1-.1 0zM41 41l13 13M21 28h14")}
            <h3 class="instead__title">{texts.empty_title}</h3>
            <p class="instead__text">{body}</p>
            <div class="chips instead__ways">{buttons}</div>
            <button
                type="button"
                class="button button--quiet" part="button"
                on:click=move |_| shelf.query.update(|query: &mut Query| *query = query.cleared())
            >
                {texts.clear_all}
            </button>
            {loading_more(shelf)}
        </div>
    }
}

fn drawing(path: &'static str) -> impl IntoView {
    view! { <svg class="instead__drawing" viewBox="0 0 64 64" aria-hidden="true"><path d=path /></svg> }
}
