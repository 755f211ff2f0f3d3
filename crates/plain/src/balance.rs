//! Points: how many, and what ends when.

#[path = "../../../src/balance/countdown.rs"]
pub mod countdown;

use crate::{Visit, i18n::fill};
use countdown::{Left, is_near, left};
use maud::{Markup, html};
use tukar_wire::{Balance, Lot};

/// The member's points.
#[must_use]
pub fn purse(visit: &Visit, points: &Balance) -> Markup {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().balance);
    let unit = if points.available == 1 { i18n.texts().point } else { i18n.texts().points };
    let soon = points.about_to_be_lost.as_ref().and(points.next_ending.as_ref());
    html! {
        section.balance aria-labelledby="plain-balance-title" {
            h2 #plain-balance-title.visually-hidden { (t.title) }
            div.balance__sum {
                p.balance__points { span.balance__number { (i18n.number(points.available)) } " " span.balance__unit { (unit) } }
                p.balance__aside {
                    @if points.held > 0 { span { (fill(t.held, &[&i18n.number(points.held)])) } }
                    @if points.pending > 0 { span { (fill(t.pending, &[&i18n.number(points.pending)])) } }
                }
                p.balance__time { span { (fill(t.true_at, &[&i18n.time(points.server_time)])) } }
            }
            @if let Some(ending) = soon {
                div.balance__soon {
                    div {
                        p.balance__soon-title { (fill(t.lost_soon, &[&i18n.points(ending.points), &left_text(visit, ending.at)])) }
                        p.balance__soon-note { (fill(t.lost_soon_note, &[&i18n.date_time(ending.at)])) }
                    }
                }
            } @else { p.balance__calm { (t.nothing_lost_plain) } }
            @if !points.lots.is_empty() {
                section.balance__part {
                    h3.balance__heading { (t.lots) }
                    p.balance__note { (t.lots_note) }
                    ul.lots { @for lot in &points.lots { (row(visit, lot)) } }
                }
            }
        }
    }
}

fn row(visit: &Visit, lot: &Lot) -> Markup {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().balance);
    let near = lot.ends_at.is_some_and(|at| is_near(at, visit.now));
    html! {
        li.lot.lot--near[near] {
            span.lot__source { (lot.source) }
            span.lot__points { (i18n.number(if lot.pending { lot.granted } else { lot.available })) }
            @match lot.ends_at {
                None => span.lot__ends { (t.lot_never) },
                Some(at) => {
                    span.lot__ends title=(i18n.date_time(at)) { (fill(t.lot_ends, &[&i18n.date(at)])) }
                    span.lot__in.lot__in--near[near] { (fill(t.lot_in, &[&left_text(visit, at)])) }
                }
            }
            span.lot__earned {
                span { (fill(t.lot_earned, &[&i18n.date(lot.earned_at)])) }
                @if lot.pending { span.lot__tag { (t.lot_pending) } }
                @else if lot.held > 0 { span.lot__tag { (fill(t.lot_held, &[&i18n.number(lot.held)])) } }
            }
        }
    }
}

fn left_text(visit: &Visit, at: tukar_wire::Moment) -> String {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().balance);
    let two = |text: &str, a: i64, b: i64| fill(text, &[&i18n.number(a), &i18n.number(b)]);
    match left(at, visit.now) {
        Left::Over => two(t.minutes, 0, 0),
        Left::Minutes(minutes, seconds) => two(t.minutes, minutes, seconds),
        Left::Hours(hours, minutes) => two(t.hours, hours, minutes),
        Left::Days(days, hours) => two(t.days, days, hours),
        Left::DaysOnly(days) => fill(t.days_only, &[&i18n.number(days)]),
    }
}
