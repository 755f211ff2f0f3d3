//! Points: how many, what ends when, lot by lot, counted down by the server's clock.

pub mod chart;
pub mod countdown;

use crate::api::{Client, Failure};
use crate::i18n::{I18n, fill};
use crate::ui::notice::{LoadAgain, NotLoaded};
use crate::ui::reactive::{Memo, RwSignal, Signal, StoredValue};
use countdown::{Left, is_near, left};
use leptos::prelude::*;
use leptos::task::spawn_local;
use tukar_wire::{Balance as Points, Lot, Moment, MonthEnding};

/// Lots shown before the rest is folded.
const LOTS_SHOWN: usize = 5;

/// What has been loaded; the last answer stays readable while a new one comes.
#[derive(Clone, PartialEq)]
enum Loaded {
    Nothing,
    Here(Box<Points>),
    Failed(Failure),
}

#[derive(Clone, Copy)]
struct Purse {
    i18n: I18n,
    now: Signal<Moment>,
    client: StoredValue<Client>,
    loaded: RwSignal<Loaded>,
    busy: RwSignal<bool>,
    /// Number of the newest question; an answer to an older one would put old figures back.
    newest: StoredValue<u32>,
    on_told: Callback<i64>,
    on_signed_out: Callback<()>,
}

impl Purse {
    fn load(self) {
        let client = self.client.get_value();
        let serial = self.newest.get_value().wrapping_add(1);
        self.newest.set_value(serial);
        self.busy.set(true);
        spawn_local(async move {
            let answer = client.balance().await;
            if self.newest.try_get_value() != Some(serial) {
                return;
            }
            self.busy.set(false);
            match answer {
                Ok(points) => {
                    let _ = self.on_told.try_run(points.available);
                    self.loaded.set(Loaded::Here(Box::new(points)));
                }
                Err(failure) if crate::api::is_signed_out(&failure) => drop(self.on_signed_out.try_run(())),
                Err(failure) => self.loaded.update(|loaded| {
                    if !matches!(loaded, Loaded::Here(_)) {
                        *loaded = Loaded::Failed(failure);
                    }
                }),
            }
        });
    }
}

/// The member's points.
#[component]
pub fn Balance(
    /// The language.
    i18n: I18n,
    /// The API.
    client: Client,
    /// The server's clock, once a second.
    #[prop(into)]
    now: Signal<Moment>,
    /// Changes whenever points may have moved: they are asked for again.
    #[prop(into)]
    points_version: Signal<u32>,
    /// Shows what can be had now.
    on_save: Callback<()>,
    /// The balance was read: the available points.
    on_told: Callback<i64>,
    /// The session ended.
    on_signed_out: Callback<()>,
) -> impl IntoView {
    let t = i18n.texts().balance;
    let purse = Purse {
        i18n,
        now,
        client: StoredValue::new(client),
        loaded: RwSignal::new(Loaded::Nothing),
        busy: RwSignal::new(false),
        newest: StoredValue::new(0),
        on_told,
        on_signed_out,
    };
    // Keeps the figures in step with the server: on the first view and whenever points may have moved.
    Effect::new(move || {
        points_version.track();
        purse.load();
    });
    let next_end = Memo::new(move |_| {
        purse.loaded.with(|loaded| match loaded {
            Loaded::Here(points) => points.next_ending.as_ref().map(|ending| ending.at),
            _ => None,
        })
    });
    // Keeps the figures in step with a lot that has just ended on this screen.
    Effect::new(move |over: Option<bool>| {
        let is_over = next_end.get().is_some_and(|at| now.get() > at);
        if is_over && over == Some(false) {
            purse.load();
        }
        is_over
    });
    let words = NotLoaded { title: t.failed_title, body: t.failed_body, again: t.again };
    view! {
        <section class="balance" part="balance" aria-labelledby="balance-title">
            <h2 class="visually-hidden" id="balance-title" tabindex="-1">{t.title}</h2>
            {move || match purse.loaded.get() {
                Loaded::Nothing => bones(t.loading),
                Loaded::Failed(failure) => {
                    view! { <LoadAgain failure words on_again=Callback::new(move |()| purse.load())/> }.into_any()
                }
                Loaded::Here(points) => view! { <Purseful purse points=*points on_save/> }.into_any(),
            }}
        </section>
    }
}

fn bones(said: &'static str) -> AnyView {
    view! {
        <div class="balance__bones" aria-busy="true">
            <span class="bone"></span><span class="bone"></span><span class="bone"></span><span class="bone"></span>
            <p class="visually-hidden" role="status">{said}</p>
        </div>
    }
    .into_any()
}

#[component]
fn Purseful(purse: Purse, points: Points, on_save: Callback<()>) -> impl IntoView {
    let i18n = purse.i18n;
    let t = i18n.texts().balance;
    let held = (points.held > 0).then(|| view! { <span>{fill(t.held, &[&i18n.number(points.held)])}</span> });
    let pending = (points.pending > 0)
        .then(|| view! { <span>{fill(t.pending, &[&i18n.number(points.pending)])}</span> });
    let empty = points.available == 0 && points.held == 0 && points.pending == 0;
    // What is told with a countdown is what ends at that very moment; what ends later has its own line in the lots.
    let soon = points.about_to_be_lost.as_ref().and(points.next_ending.clone());
    let available = points.available;
    view! {
        <div class="balance__sum">
            <p class="balance__points"><span class="balance__number">{i18n.number(available)}</span>" "
                <span class="balance__unit">{if available == 1 { i18n.texts().point } else { i18n.texts().points }}</span></p>
            <p class="balance__aside">{held}{pending}</p>
            <p class="balance__time">
                <span>{fill(t.true_at, &[&i18n.time(points.server_time)])}</span>
                <button class="icon-button" type="button" aria-label=t.refresh title=t.refresh disabled=move || purse.busy.get() on:click=move |_| purse.load()>
                    <svg class="balance__refresh" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
                        <path d="M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9"/><path d="M19.5 4.5V9H15"/>
                    </svg>
                </button>
            </p>
        </div>
        {match soon {
            Some(ending) => view! { <Soon purse points=ending.points at=ending.at on_save/> }.into_any(),
            None if empty => view! { <div class="balance__calm"><p><b>{t.none_title}</b></p><p>{t.none_body}</p></div> }.into_any(),
            None => view! { <p class="balance__calm">{t.nothing_lost_plain}</p> }.into_any(),
        }}
        {(points.months.len() > 1).then(|| view! { <Chart i18n months=points.months.clone()/> })}
        {(!points.lots.is_empty()).then(|| view! { <Lots purse lots=points.lots.clone() next=points.lots_next.clone()/> })}
    }
}

/// What is about to be lost: the only thing here that raises its voice.
#[component]
fn Soon(purse: Purse, points: i64, at: Moment, on_save: Callback<()>) -> impl IntoView {
    let i18n = purse.i18n;
    let t = i18n.texts().balance;
    let figure = i18n.points(points);
    let time = move || left_text(i18n, left(at, purse.now.get()));
    view! {
        <div class="balance__soon">
            <svg class="balance__soon-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
                <circle cx="12" cy="12" r="8"/><path d="M12 7.5V12l3 2"/>
            </svg>
            <div>
                <p class="balance__soon-title">{move || fill(t.lost_soon, &[&figure, &time()])}</p>
                <p class="balance__soon-note">{fill(t.lost_soon_note, &[&i18n.date_time(at)])}</p>
                <button class="link-button" type="button" on:click=move |_| on_save.run(())>{t.save}</button>
            </div>
        </div>
    }
}

fn left_text(i18n: I18n, left: Left) -> String {
    let t = i18n.texts().balance;
    let two = |text: &str, a: i64, b: i64| fill(text, &[&i18n.number(a), &i18n.number(b)]);
    match left {
        Left::Over => fill(t.seconds, &[&i18n.number(0)]),
        Left::Minutes(0, seconds) => fill(t.seconds, &[&i18n.number(seconds)]),
        Left::Minutes(minutes, _) => fill(t.minutes, &[&i18n.number(minutes)]),
        Left::Hours(hours, minutes) => two(t.hours, hours, minutes),
        Left::Days(days, hours) => two(t.days, days, hours),
        Left::DaysOnly(days) => fill(t.days_only, &[&i18n.number(days)]),
    }
}

#[component]
fn Chart(i18n: I18n, months: Vec<MonthEnding>) -> impl IntoView {
    let t = i18n.texts().balance;
    let name = |bar: &chart::Bar, long: bool| {
        let month = i18n.month(&bar.month, long);
        if bar.and_later { format!("{month}+") } else { month }
    };
    let bars = chart::bars(&months);
    let columns = bars
        .iter()
        .enumerate()
        .map(|(at, bar)| {
            view! {
                <li class="chart__bar" title=format!("{}: {}", name(bar, true), i18n.points(bar.points))>
                    <span class="chart__room"><span class="chart__fill" style=format!("block-size:{}%", bar.percent)></span></span>
                    <span class="chart__month">{name(bar, false)}{chart::new_year(&bars, at).map(|year| format!(" ’{year}"))}</span>
                </li>
            }
        })
        .collect_view();
    let rows = bars
        .iter()
        .map(
            |bar| view! { <tr><th scope="row">{name(bar, true)}</th><td>{i18n.number(bar.points)}</td></tr> },
        )
        .collect_view();
    view! {
        <section class="balance__part">
            <h3 class="balance__heading">{t.chart}</h3>
            <ol class="chart" aria-hidden="true">{columns}</ol>
            <details class="chart-table">
                <summary>{t.chart_table}</summary>
                <table>
                    <thead><tr><th scope="col">{t.chart_month}</th><th scope="col">{t.chart_points}</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </details>
        </section>
    }
}

#[component]
fn Lots(purse: Purse, lots: Vec<Lot>, next: Option<String>) -> impl IntoView {
    let i18n = purse.i18n;
    let t = i18n.texts().balance;
    let lots = RwSignal::new(lots);
    let next = RwSignal::new(next);
    let shown = RwSignal::new(LOTS_SHOWN);
    let busy = RwSignal::new(false);
    let rows = move || {
        lots.with(|lots| {
            lots.iter().take(shown.get()).map(|lot| view! { <LotRow purse lot=lot.clone()/> }).collect_view()
        })
    };
    let hidden = Memo::new(move |_| lots.with(Vec::len).saturating_sub(shown.get()));
    let load = move |_| {
        let client = purse.client.get_value();
        let after = next.get_untracked();
        busy.set(true);
        spawn_local(async move {
            let answer = client.lots(after.as_deref()).await;
            busy.set(false);
            if let Ok(page) = answer {
                lots.update(|lots| lots.extend(page.lots));
                next.set(page.next);
                shown.set(usize::MAX);
            }
        });
    };
    let more = move || {
        match hidden.get() {
        0 => next.get().map(|_| {
            view! { <button class="link-button" type="button" disabled=move || busy.get() on:click=load>{t.lots_next}</button> }.into_any()
        }),
        hidden => {
            let label = fill(t.lots_more, &[&i18n.number(i64::try_from(hidden).unwrap_or(i64::MAX))]);
            Some(view! { <button class="link-button" type="button" on:click=move |_| shown.set(usize::MAX)>{label}</button> }.into_any())
        }
    }
    };
    view! {
        <section class="balance__part">
            <h3 class="balance__heading">{t.lots}</h3>
            <p class="balance__note">{t.lots_note}</p>
            <ul class="lots">{rows}</ul>
            {more}
        </section>
    }
}

#[component]
fn LotRow(purse: Purse, lot: Lot) -> impl IntoView {
    let i18n = purse.i18n;
    let t = i18n.texts().balance;
    let near = Memo::new(move |_| lot.ends_at.is_some_and(|at| is_near(at, purse.now.get())));
    let ends = match lot.ends_at {
        None => view! { <span class="lot__ends">{t.lot_never}</span> }.into_any(),
        Some(at) => {
            let exact = i18n.date_time(at);
            let date = fill(t.lot_ends, &[&i18n.date(at)]);
            let time = Memo::new(move |_| fill(t.lot_in, &[&left_text(i18n, left(at, purse.now.get()))]));
            view! {
                <span class="lot__ends" title=exact>{date}</span>
                <span class="lot__in" class:lot__in--near=move || near.get()>{move || time.get()}</span>
            }
            .into_any()
        }
    };
    let tag = if lot.pending {
        Some(t.lot_pending.to_owned())
    } else {
        (lot.held > 0).then(|| fill(t.lot_held, &[&i18n.number(lot.held)]))
    };
    view! {
        <li class="lot" class:lot--near=move || near.get()>
            <span class="lot__source">{lot.source.clone()}</span>
            <span class="lot__points">{i18n.number(if lot.pending { lot.granted } else { lot.available })}</span>
            {ends}
            <span class="lot__earned">
                <span>{fill(t.lot_earned, &[&i18n.date(lot.earned_at)])}</span>
                {tag.map(|tag| view! { <span class="lot__tag">{tag}</span> })}
            </span>
        </li>
    }
}
