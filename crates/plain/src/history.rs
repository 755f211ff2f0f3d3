//! The history of points: every change, newest first, by kind, page after page.

#[path = "../../../src/history/kinds.rs"]
pub mod kinds;

use crate::Visit;
use kinds::{KINDS, kind_text, word_of};
use maud::{Markup, html};
use tukar_wire::{Activity, ActivityKind, ActivityPage};

/// A page of the history; `kind` is the API's word for what is asked for, empty for all, and `first` says that nothing was
/// newer.
#[must_use]
pub fn history(visit: &Visit, page: &ActivityPage, (kind, first): (&str, bool)) -> Markup {
    let t = visit.i18n.texts().history;
    html! {
        section.history {
            h2.screen__title { (t.title) }
            (filter(visit, kind))
            @if page.activities.is_empty() && first { (empty(visit, kind)) } @else {
                ol.history__rows { @for row in &page.activities { (self::row(visit, row)) } }
                @match &page.next {
                    Some(before) => div.history__more {
                        (visit.form("/plain/history", &[("kind", kind), ("before", before)], html! { button.button { (t.more) } }))
                    },
                    None => p.history__end { (t.end) },
                }
            }
        }
    }
}

fn filter(visit: &Visit, kind: &str) -> Markup {
    let t = visit.i18n.texts().history;
    let chip = |word: &str, label: &str| {
        html! { button.chip name="kind" value=(word) aria-pressed=((kind == word).to_string()) { (label) } }
    };
    let chips = html! {
        div.history__filter role="group" aria-label=(t.filter) {
            (chip("", t.all))
            @for (kind, word) in KINDS { (chip(word, kind_text(t, kind))) }
        }
    };
    visit.form("/plain/history", &[], chips)
}

fn empty(visit: &Visit, kind: &str) -> Markup {
    let t = visit.i18n.texts().history;
    html! {
        div.history__empty {
            @if kind.is_empty() {
                p.history__empty-title { (t.empty_title) }
                p { (t.empty_body) }
            } @else {
                p { (t.empty_filter) }
                (visit.form("/plain/history", &[], html! { div { button.button { (t.show_all) } } }))
            }
        }
    }
}

fn row(visit: &Visit, row: &Activity) -> Markup {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().history);
    let redemption = row.redemption_id.as_deref().filter(|_| row.kind != ActivityKind::Earned);
    let class = format!("history-row__kind history-row__kind--{}", word_of(row.kind).unwrap_or("other"));
    html! {
        li.history-row {
            div.history-row__what {
                span.history-row__title { (row.title) }
                span.history-row__meta {
                    span class=(class) { (kind_text(t, row.kind)) }
                    span { (kinds::date(i18n, row)) }
                }
            }
            span.history-row__points.history-row__points--gained[row.points > 0] {
                @if row.points == 0 { "–" } @else { (i18n.signed(row.points)) }
                span.visually-hidden { " " (i18n.texts().points) }
            }
            div.history-row__actions {
                @if let Some(id) = redemption {
                    (visit.form("/plain/redemption", &[("attempt", id), ("tab", "history")], html! {
                        button.link-button { (t.receipt) }
                    }))
                }
                // What the widget copies is here to be selected.
                span.plain-reference { (i18n.texts().redeem.receipt_reference) " " bdi dir="ltr" { (row.id) } }
            }
        }
    }
}
