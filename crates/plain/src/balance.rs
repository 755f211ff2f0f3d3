//! Points: how many, and what ends when.

#[path = "../../../src/balance/chart.rs"]
pub mod chart;
#[path = "../../../src/balance/countdown.rs"]
pub mod countdown;

use crate::{Visit, i18n::fill};
use countdown::{Left, is_near, left};
use maud::{Markup, html};
use tukar_wire::{Balance, Lot, LotPage, MonthEnding};

/// Lots shown before the rest is folded.
const LOTS_SHOWN: usize = 5;

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
                    svg.balance__soon-icon viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" {
                        circle cx="12" cy="12" r="8" {}
                        path d="M12 7.500V12l3 2" {}
                    }
                    div {
                        p.balance__soon-title { (fill(t.lost_soon, &[&i18n.points(ending.points), &left_text(visit, ending.at)])) }
                        p.balance__soon-note { (fill(t.lost_soon_note, &[&i18n.date_time(ending.at)])) }
                        (visit.form("/plain/home", &[("can", "1")], html! { button.link-button { (t.save) } }))
                    }
                }
            } @else if points.available == 0 && points.held == 0 && points.pending == 0 {
                div.balance__calm { p { b { (t.none_title) } } p { (t.none_body) } }
            } @else { p.balance__calm { (t.nothing_lost_plain) } }
            @if points.months.len() > 1 { (months(visit, &points.months)) }
            @if !points.lots.is_empty() { (lots(visit, points)) }
        }
    }
}

fn months(visit: &Visit, months: &[MonthEnding]) -> Markup {
    let (i18n, t) = (visit.i18n, visit.i18n.texts().balance);
    let name = |bar: &chart::Bar, long: bool| {
        let month = i18n.month(&bar.month, long);
        if bar.and_later { format!("{month}+") } else { month }
    };
    let bars = chart::bars(months);
    html! {
        section.balance__part {
            h3.balance__heading { (t.chart) }
            ol.chart aria-hidden="true" {
                @for (at, bar) in bars.iter().enumerate() {
                    li.chart__bar title=(format!("{}: {}", name(bar, true), i18n.points(bar.points))) {
                        span.chart__room { span.chart__fill style=(format!("block-size:{}%", bar.percent)) {} }
                        span.chart__month { (name(bar, false)) @if let Some(year) = chart::new_year(&bars, at) { " ’" (year) } }
                    }
                }
            }
            details.chart-table {
                summary { (t.chart_table) }
                table {
                    thead { tr { th scope="col" { (t.chart_month) } th scope="col" { (t.chart_points) } } }
                    tbody { @for bar in &bars { tr { th scope="row" { (name(bar, true)) } td { (i18n.number(bar.points)) } } } }
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
        Left::Over => fill(t.seconds, &[&i18n.number(0)]),
        Left::Minutes(0, seconds) => fill(t.seconds, &[&i18n.number(seconds)]),
        Left::Minutes(minutes, _) => fill(t.minutes, &[&i18n.number(minutes)]),
        Left::Hours(hours, minutes) => two(t.hours, hours, minutes),
        Left::Days(days, hours) => two(t.days, days, hours),
        Left::DaysOnly(days) => fill(t.days_only, &[&i18n.number(days)]),
    }
}
