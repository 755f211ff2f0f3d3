//! The code step of a redemption: where the code went and what for, and the hold that ends by itself.

use super::Desk;
use super::flow::{Doing, Event, Note, State};
use crate::api::attempt;
use crate::challenge::{self, tries_text};
use crate::i18n::{I18n, fill};
use crate::ui::countdown::{clock_text, seconds_until};
use crate::ui::notice::{Notice, Tone, one_line, problem_notice};
use crate::ui::reactive::{Memo, RwSignal, Signal};
use leptos::prelude::*;
use tukar_wire::{Channel, ProblemKind, Redemption};

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
    let on_code = Callback::new(move |code| desk.dispatch(Event::Submit { code, key: attempt::new_id() }));
    let on_resend = Callback::new(move |channel| desk.dispatch(Event::Resend(channel)));
    let code = Signal::derive(move || held.with(|held| held.as_ref()?.code.clone()));
    let points = held.with_untracked(|held| held.as_ref().map_or(0, |held| held.points));
    view! {
        <div class="code-step">
            {move || held.get().map(|held| view! { <SentTo desk held/> }.into_any())}
            {move || match note.get() {
                Some(Note::Refused(problem)) if !at_field(problem.kind) => problem_notice(&problem, t.reference_note),
                Some(Note::Resent) => view! { <Notice tone=Tone::Good>{t.resent}</Notice> }.into_any(),
                Some(Note::NotArrived(_)) => view! { <Notice tone=Tone::Warn>{t.not_arrived}</Notice> }.into_any(),
                _ => ().into_any(),
            }}
            <challenge::CodeStep i18n now id="redeem-code" code digits error=error_of(desk, note, held) checking=confirming.into()
                busy=busy.into() confirm=fill(t.confirm, &[&i18n.points(points)]) checking_text=t.confirming guarded=true sends_itself=false
                on_code on_resend above=().into_any() more=().into_any()/>
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

/// Why the last code was not taken.
fn error_of(desk: Desk, note: Memo<Option<Note>>, held: Memo<Option<Redemption>>) -> Signal<Option<String>> {
    let t = desk.i18n.texts().redeem;
    Signal::derive(move || match note.get() {
        Some(Note::Refused(problem)) if at_field(problem.kind) => Some(one_line(&problem)),
        Some(Note::Wrong(_)) => {
            match held.with(|held| held.as_ref()?.code.as_ref().map(|code| code.tries_left)) {
                None | Some(0) => Some(t.code_locked.to_owned()),
                Some(tries) => Some(format!("{} {}.", t.code_wrong, tries_text(desk.i18n, tries))),
            }
        }
        _ => None,
    })
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
    let title = title_of(i18n, &held);
    view! {
        <p class="code-step__sent">
            {before}<b><bdi>{to}</bdi></b>{after}" "
            <span class="code-step__for">{fill(t.code_for, &[&title, &i18n.points(held.points)])}</span>
            {held.recipient.map(|to| view! { <span class="code-step__for">{t.receipt_recipient}": "<bdi>{to}</bdi></span> })}
        </p>
    }
}

fn title_of(i18n: I18n, held: &Redemption) -> String {
    if held.quantity > 1 {
        format!("{} × {}", i18n.number(i64::from(held.quantity)), held.title)
    } else {
        held.title.clone()
    }
}
