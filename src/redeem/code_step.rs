//! The code step: where the code went, the field, time and tries left, sending again, and the hold that ends by itself.

use super::Desk;
use super::code::{Life, Resend, look};
use super::flow::{Doing, Event, Note, State};
use crate::api::attempt;
use crate::i18n::{I18n, fill};
use crate::ui::code_field::CodeField;
use crate::ui::countdown::{clock_text, seconds_until, spoken_step};
use crate::ui::notice::{Notice, Tone, one_line, problem_notice};
use crate::ui::reactive::{Memo, RwSignal, Signal};
use leptos::prelude::*;
use tukar_wire::{Channel, ProblemKind, Redemption};

/// From how many seconds left on the time is shown as a warning.
const HURRY_SECONDS: i64 = 60;

/// Lives while the redemption is held, through wrong codes and resends.
#[component]
pub(super) fn CodeStep(desk: Desk) -> impl IntoView {
    let i18n = desk.i18n;
    let t = i18n.texts().redeem;
    let now = desk.now;
    let held = Memo::new(move |_| desk.state.with(held_of));
    // A code whose answer was lost stands there still: one that never arrived is sent again by a press, not typed again.
    let digits = RwSignal::new(desk.state.with_untracked(lost_code));
    let confirming = Memo::new(move |_| desk.state.with(|state| matches!(state, State::Confirming { .. })));
    let doing = Memo::new(move |_| {
        desk.state.with(|state| match state {
            State::Code { doing, .. } => *doing,
            _ => Doing::Nothing,
        })
    });
    let note = Memo::new(move |_| {
        desk.state.with(|state| match state {
            State::Code { note: Some(note), .. } => Some((**note).clone()),
            _ => None,
        })
    });
    let code_now =
        Memo::new(move |_| held.with(|held| held.as_ref()?.code.as_ref().map(|code| look(code, now.get()))));
    let error = Signal::derive(move || match note.get() {
        Some(Note::Refused(problem)) if at_field(problem.kind) => Some(one_line(&problem)),
        Some(Note::Wrong(_)) => {
            match held.with(|held| held.as_ref()?.code.as_ref().map(|code| code.tries_left)) {
                None | Some(0) => Some(t.code_locked.to_owned()),
                Some(tries) => Some(format!("{} {}.", t.code_wrong, tries_text(i18n, tries))),
            }
        }
        _ => None,
    });
    let hold_left = Memo::new(move |_| {
        held.with(|held| held.as_ref().map_or(0, |held| seconds_until(held.hold_ends_at, now.get())))
    });
    let busy = Memo::new(move |_| confirming.get() || doing.get() != Doing::Nothing);
    // Keeps the server's end of the hold and ours in step: at zero the server is asked, or as soon as nothing else is.
    Effect::new(move || {
        if hold_left.get() == 0 && !busy.get() && held.with_untracked(Option::is_some) {
            desk.dispatch(Event::HoldOver);
        }
    });
    // A new code makes what was typed of the old one useless.
    Effect::new(move || {
        if note.with(|note| matches!(note, Some(Note::Resent))) {
            digits.set(String::new());
        }
    });
    let submit = move |code| desk.dispatch(Event::Submit { code, key: attempt::new_id() });
    let on_full = Callback::new(submit);
    let press = move |_| {
        let code = digits.get_untracked();
        if code.len() == tukar_wire::CODE_DIGITS {
            submit(code);
        }
    };
    let spoken = Memo::new(move |_| {
        code_now.get().map(|code| match code.life {
            Life::Running { seconds, .. } => fill(t.code_running, &[&clock_text(spoken_step(seconds))]),
            Life::Locked => t.code_locked.to_owned(),
            Life::Over => t.code_over.to_owned(),
        })
    });
    let points = Memo::new(move |_| {
        held.with(|held| held.as_ref().map_or(String::new(), |held| i18n.points(held.points)))
    });
    view! {
        <div class="code-step">
            {move || held.get().map(|held| view! { <SentTo desk held/> }.into_any())}
            {move || match note.get() {
                Some(Note::Refused(problem)) if !at_field(problem.kind) => problem_notice(&problem, t.reference_note),
                Some(Note::Resent) => view! { <Notice tone=Tone::Good>{t.resent}</Notice> }.into_any(),
                Some(Note::NotArrived(_)) => view! { <Notice tone=Tone::Warn>{t.not_arrived}</Notice> }.into_any(),
                _ => ().into_any(),
            }}
            <CodeField id="redeem-code" label=Signal::derive(move || t.code_label.to_owned()) value=digits error busy on_full/>
            <p class="code-step__life" aria-hidden="true">{move || code_now.get().map(|code| life_line(i18n, code.life))}</p>
            <p class="visually-hidden" role="status">{move || if confirming.get() { Some(t.confirming.to_owned()) } else { spoken.get() }}</p>
            <button class="button button--primary button--wide" part="button primary" type="button" data-guard="" on:click=press
                disabled=move || busy.get() || digits.with(String::len) != tukar_wire::CODE_DIGITS>
                {move || if confirming.get() { t.confirming.to_owned() } else { fill(t.confirm, &[&points.get()]) }}
            </button>
            <Ways desk code_now=Signal::derive(move || code_now.get()) busy/>
            <div class="code-step__hold">
                <p>{move || held.get().map(|held| fill(t.held, &[&i18n.points(held.points)]))}
                    " " {move || fill(t.hold_left, &[&clock_text(hold_left.get())])}</p>
                <button class="link-button" type="button" disabled=move || busy.get() on:click=move |_| desk.dispatch(Event::Cancel)>
                    {move || if doing.get() == Doing::Cancelling { t.cancelling } else { t.cancel }}
                </button>
            </div>
        </div>
    }
}

fn held_of(state: &State) -> Option<Redemption> {
    match state {
        State::Code { held, .. } | State::Confirming { held, .. } => Some((**held).clone()),
        _ => None,
    }
}

fn lost_code(state: &State) -> String {
    match state {
        State::Code { note: Some(note), .. } => match note.as_ref() {
            Note::NotArrived(typed) => typed.code.clone(),
            Note::Wrong(code) => code.clone(),
            Note::Refused(_) | Note::Resent => String::new(),
        },
        _ => String::new(),
    }
}

/// Problems of what was typed sit at the field; all others above it.
fn at_field(kind: ProblemKind) -> bool {
    matches!(
        kind,
        ProblemKind::CodeWrong
            | ProblemKind::CodeEnded
            | ProblemKind::CodeLocked
            | ProblemKind::Invalid
            | ProblemKind::Malformed
    )
}

fn tries_text(i18n: I18n, tries: u32) -> String {
    let t = i18n.texts().redeem;
    if tries == 1 { t.tries_one.to_owned() } else { fill(t.tries_many, &[&i18n.number(i64::from(tries))]) }
}

fn life_line(i18n: I18n, life: Life) -> AnyView {
    let t = i18n.texts().redeem;
    match life {
        Life::Running { seconds, tries } => {
            view! {
                <span class:code-step__life--warn=seconds <= HURRY_SECONDS>{fill(t.code_running, &[&clock_text(seconds)])}</span>
                <span class:code-step__life--warn={tries <= 2}>{tries_text(i18n, tries)}</span>
            }
            .into_any()
        }
        Life::Locked => view! { <span class="code-step__life--warn">{t.code_locked}</span> }.into_any(),
        Life::Over => view! { <span class="code-step__life--warn">{t.code_over}</span> }.into_any(),
    }
}

#[component]
fn SentTo(desk: Desk, held: Redemption) -> impl IntoView {
    let i18n = desk.i18n;
    let t = i18n.texts().redeem;
    let (before, after, to) = held.code.as_ref().map_or(("", "", String::new()), |code| {
        let text = match code.channel {
            Channel::Sms => t.code_sent_sms,
            Channel::Email => t.code_sent_email,
        };
        let (before, after) = text.split_once("{0}").unwrap_or((text, ""));
        (before, after, code.sent_to.clone())
    });
    let title = if held.quantity > 1 {
        format!("{} × {}", i18n.number(i64::from(held.quantity)), held.title)
    } else {
        held.title.clone()
    };
    view! {
        <p class="code-step__sent">
            {before}<b><bdi>{to}</bdi></b>{after}" "
            <span class="code-step__for">{fill(t.code_for, &[&title, &i18n.points(held.points)])}</span>
            {held.recipient.map(|to| view! { <span class="code-step__for">{t.receipt_recipient}": "<bdi>{to}</bdi></span> })}
        </p>
    }
}

#[component]
fn Ways(desk: Desk, code_now: Signal<Option<super::code::CodeNow>>, busy: Memo<bool>) -> impl IntoView {
    let t = desk.i18n.texts().redeem;
    let ready = Memo::new(move |_| {
        code_now.with(|code| code.as_ref().is_none_or(|code| code.resend == Resend::Ready))
    });
    let label = move || {
        code_now.with(|code| match code.as_ref().map(|code| code.resend) {
            Some(Resend::In(seconds)) => fill(t.resend_in, &[&clock_text(seconds)]),
            _ => t.resend.to_owned(),
        })
    };
    let other = Memo::new(move |_| code_now.with(|code| code.as_ref().and_then(|code| code.other)));
    view! {
        <div class="code-step__ways">
            <button class="link-button" type="button" disabled=move || busy.get() || !ready.get()
                on:click=move |_| desk.dispatch(Event::Resend(None))>{label}</button>
            {move || other.get().map(|channel| view! {
                <button class="link-button" type="button" disabled=move || busy.get() || !ready.get()
                    on:click=move |_| desk.dispatch(Event::Resend(Some(channel)))>
                    {match channel { Channel::Sms => t.resend_sms, Channel::Email => t.resend_email }}
                </button>
            })}
        </div>
    }
}
