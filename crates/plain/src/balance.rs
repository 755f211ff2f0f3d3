//! Points: how many, and what ends when.

use crate::{Visit, i18n::fill};
use maud::{Markup, html};
use tukar_screens::{
    Formats as _, chart,
    countdown::{Left, is_near, left},
    points::{Soon, about_to_be_lost},
};
use tukar_wire::{Balance, Lot, LotPage, MonthEnding};

/// Lots shown before the rest is folded.
const LOTS_SHOWN: usize = 5;

/// The member's points.
#[must_use]
pub fn purse(visit: &Visit, points: &Balance) -> Markup {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().balance);
    let unit = if points.available == 1 { i18n.texts().point } else { i18n.texts().points };
    let soon = about_to_be_lost(points);
    html! {
        section.balance aria-labelledby="plain-balance-title" {
            h2 #plain-balance-title.visually-hidden { (t.title) }
            div.balance__sum {
                p.balance__points { span.balance__number { (i18n.number(points.available)) } " " span.balance__unit { (unit) } }
                p.balance__aside {
                    @if points.held > 0 { span { (fill(t.held, &[&i18n.number(points.held)])) } }
                    @if points.pending > 0 { span { (pending(visit, points)) } }
                }
                p.balance__time { span { (fill(t.true_at, &[&i18n.time(points.server_time)])) } }
            }
            @if let Some(soon) = &soon {
                div.balance__soon {
                    svg.balance__soon-icon viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" {
                        circle cx="12" cy="12" r="8" {}
                        path d="M12 7.500V12l3 2" {}
                    }
                    div {
                        @let (title, note) = warning(visit, soon);
                        p.balance__soon-title { (title) }
                        p.balance__soon-note { (note) }
                        (visit.form("/plain/home", &[("can", "1")], html! { button.link-button { (t.save) } }))
                    }
                }
            } @else if points.available == 0 && points.held == 0 && points.pending == 0 {
                div.balance__calm { p { b { (t.none_title) } } p { (t.none_body) } }
            } @else { p.balance__calm { (t.nothing_lost_plain) } }
            @if points.months.len() > 1 { (months(visit, &points.months, soon.is_some())) }
            @if !points.lots.is_empty() { (lots(visit, points)) }
        }
    }
}

/// Points that are not granted yet, and when the last of them come.
fn pending(visit: &Visit, points: &Balance) -> String {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().balance);
    let number = i18n.number(points.pending);
    match points.pending_by {
        Some(by) => fill(t.pending_by, &[&number, &i18n.date(by)]),
        None => fill(t.pending, &[&number]),
    }
}

/// All that is about to be lost, and what goes first.
fn warning(visit: &Visit, soon: &Soon) -> (String, String) {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().balance);
    let (all, left) = (i18n.points(soon.points), left_text(visit, soon.first.at));
    let until = i18n.until_date_time(soon.first.at);
    if soon.at_once() {
        return (fill(t.lost_soon, &[&all, &left]), fill(t.lost_soon_note, &[&until]));
    }
    let first = i18n.number(soon.first.points);
    (fill(t.lost_soon_all, &[&all]), fill(t.lost_soon_first, &[&first, &left, &until]))
}

fn months(visit: &Visit, months: &[MonthEnding], soon: bool) -> Markup {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().balance);
    html! {
        section.balance__part {
            h3.balance__heading { (t.chart) }
            ol.chart {
                @for bar in &chart::bars(months, soon) {
                    li.chart__bar.chart__bar--soon[bar.soon] {
                        span.chart__month { (i18n.month(&bar.month)) @if bar.and_later { "+" } }
                        span.chart__room aria-hidden="true" {
                            span.chart__fill style=(format!("inline-size:{}%", bar.percent)) {}
                        }
                        span.chart__value { (i18n.number(bar.points)) }
                    }
                }
            }
        }
    }
}

fn lots(visit: &Visit, points: &Balance) -> Markup {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().balance);
    let (first, rest) = points.lots.split_at(points.lots.len().min(LOTS_SHOWN));
    let hidden = i18n.number(i64::try_from(rest.len()).unwrap_or(i64::MAX));
    html! {
        section.balance__part {
            h3.balance__heading { (t.lots) }
            p.balance__note { (t.lots_note) }
            ul.lots { @for lot in first { (row(visit, lot)) } }
            @if !rest.is_empty() {
                details.plain-rest {
                    summary.link-button { (fill(t.lots_more, &[&hidden])) }
                    ul.lots { @for lot in rest { (row(visit, lot)) } }
                    (further(visit, points.lots_next.as_deref()))
                }
            }
        }
    }
}

fn further(visit: &Visit, after: Option<&str>) -> Markup {
    let t = visit.i18n.texts().balance;
    html! {
        @if let Some(after) = after {
            (visit.form("/plain/lots", &[("after", after)], html! { button.link-button { (t.lots_next) } }))
        }
    }
}

/// A further page of lots, in the order in which they are spent.
#[must_use]
pub fn page(visit: &Visit, page: &LotPage) -> Markup {
    let t = visit.i18n.texts().balance;
    html! {
        section.balance.plain-narrow {
            (visit.form("/plain/home", &[], html! { button.link-button { (visit.i18n.texts().redeem.back) } }))
            h2.screen__title { (t.lots) }
            p.balance__note { (t.lots_note) }
            ul.lots { @for lot in &page.lots { (row(visit, lot)) } }
            (further(visit, page.next.as_deref()))
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
                    span.lot__ends title=(i18n.until_date_time(at)) { (fill(t.lot_ends, &[&i18n.until_date(at)])) }
                    span.lot__in.lot__in--near[near] { (fill(t.lot_in, &[&left_text(visit, at)])) }
                }
            }
            span.lot__earned {
                span { (fill(t.lot_earned, &[&i18n.date(lot.earned_at)])) }
                @if lot.pending {
                    span.lot__tag {
                        @match lot.grant_at {
                            Some(at) => (fill(t.lot_coming, &[&i18n.date(at)])),
                            None => (t.lot_pending),
                        }
                    }
                }
                @else if lot.held > 0 { span.lot__tag { (fill(t.lot_held, &[&i18n.number(lot.held)])) } }
            }
        }
    }
}

fn left_text(visit: &Visit, at: tukar_wire::Moment) -> String {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().balance);
    let two = |text: &str, a: i64, b: i64| fill(text, &[&i18n.number(a), &i18n.number(b)]);
    match left(at, visit.now) {
        Left::Over => fill(t.seconds, &[&i18n.number(0)]),
        Left::Minutes(0, seconds) => fill(t.seconds, &[&i18n.number(seconds)]),
        Left::Minutes(minutes, _) => fill(t.minutes, &[&i18n.number(minutes)]),
        Left::Hours(hours, minutes) => two(t.hours, hours, minutes),
        Left::Days(days, hours) => two(t.days, days, hours),
        Left::DaysOnly(days) => fill(t.days_only, &[&i18n.number(days)]),
    }
}
