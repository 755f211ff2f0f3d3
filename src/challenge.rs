//! The step at which a one-time code is typed: one view for signing in, the locker and redeeming.
//!
//! What the server told of a challenge is kept for this tab, so that a reload, or coming back from web mail, goes on at the
//! same code instead of asking for another. The code itself is never kept. In a frame the storage is of the programme's
//! origin, which the page around can't read.

pub mod life;

use crate::api::{Failure, attempt};
use crate::i18n::{I18n, fill};
use crate::ui::code_field::CodeField;
use crate::ui::countdown::{clock_text, spoken_step};
use crate::ui::notice::field_line;
use crate::ui::reactive::{Memo, RwSignal, Signal, StoredValue};
use crate::ui::web_otp::WebOtp;
use leptos::prelude::*;
use life::{CodeNow, Life, Resend, look};
use tukar_wire::{Channel, CodeSent, CodeState, Moment, ProblemKind};

/// Name under which the challenge of a sign-in is kept for this tab.
pub const SIGN_IN: &str = "tukar.sign-in";
/// Name under which the locker's challenge is kept for this tab.
pub const LOCKER: &str = "tukar.locker-code";

/// From how many seconds left on the time is shown as a warning.
const HURRY_SECONDS: i64 = 60;

/// A code that was sent and is waited for.
#[derive(Clone, PartialEq)]
pub struct Waiting {
    /// What was told of it.
    pub sent: Box<CodeSent>,
    /// Why the last one was not taken.
    pub error: Option<String>,
    /// A request is under way.
    pub busy: bool,
}

impl Waiting {
    /// A code that was sent just now, or is found again.
    #[must_use]
    pub fn new(sent: CodeSent) -> Waiting {
        Waiting { sent: Box::new(sent), error: None, busy: false }
    }

    /// The one that is kept for this tab under `name`.
    #[must_use]
    pub fn find_kept(name: &str) -> Option<Waiting> {
        attempt::find_kept(name).map(Waiting::new)
    }

    /// Keeps it for this tab.
    pub fn keep(&self, name: &str) {
        attempt::keep_value(name, &*self.sent);
    }

    /// The same while a request is under way; `None` when one is already.
    #[must_use]
    pub fn begin(&self) -> Option<Waiting> {
        (!self.busy).then(|| Waiting { sent: self.sent.clone(), error: None, busy: true })
    }

    /// After a request that failed: what to say, and the tries that are left. `lost` is said when there was no answer.
    #[must_use]
    pub fn failed(mut self, failure: &Failure, lost: &'static str) -> Waiting {
        if let Failure::Refused(problem) = failure {
            match (problem.kind, problem.tries_left) {
                (ProblemKind::CodeLocked, _) => self.sent.code.tries_left = 0,
                (_, Some(left)) => self.sent.code.tries_left = left,
                _ => {}
            }
        }
        Waiting { error: Some(field_line(failure, lost)), busy: false, ..self }
    }

    /// True once nobody can be expected to come back to it.
    #[must_use]
    pub fn is_stale(&self, now: Moment) -> bool {
        life::is_stale(self.sent.code.ends_at, now)
    }
}

/// Field, time and tries left, the button, and sending again. Lives through wrong codes and codes that are sent again.
///
/// A code that is locked or over has one message, at the field, and its button sends a new one.
#[component]
pub fn CodeStep(
    /// The language.
    i18n: I18n,
    /// The server's clock, once a second.
    now: Signal<Moment>,
    /// Unique id of the field.
    id: &'static str,
    /// The code as the server last told it.
    code: Signal<Option<CodeState>>,
    /// The digits typed so far; cleared by the caller when a new code is sent.
    digits: RwSignal<String>,
    /// Why the last code was not taken.
    error: Signal<Option<String>>,
    /// The code is being checked.
    checking: Signal<bool>,
    /// Any request is under way.
    busy: Signal<bool>,
    /// The button.
    confirm: String,
    /// The button while the code is checked.
    checking_text: &'static str,
    /// Whether the frame's script lets the button act only where it can be seen.
    guarded: bool,
    /// Whether a whole code is sent without a press: never where it spends.
    sends_itself: bool,
    /// Called with a whole code.
    on_code: Callback<String>,
    /// A new code is wanted, perhaps another way.
    on_resend: Callback<Option<Channel>>,
    /// Between the time left and the button.
    above: AnyView,
    /// Further buttons in the row of ways out.
    more: AnyView,
) -> impl IntoView {
    let (t, c) = (i18n.texts().redeem, i18n.texts().challenge);
    let code_now = Memo::new(move |_| code.with(|code| code.as_ref().map(|code| look(code, now.get()))));
    let life = Memo::new(move |_| code_now.with(|code| code.as_ref().map(|code| code.life)));
    let over = Signal::derive(move || match life.get() {
        Some(Life::Locked) => Some(t.code_locked.to_owned()),
        Some(Life::Over) => Some(t.code_over.to_owned()),
        _ => None,
    });
    let is_over = Memo::new(move |_| matches!(life.get(), Some(Life::Locked | Life::Over)));
    let round = Signal::derive(move || code.with(|code| code.as_ref().map_or(0, |code| code.ends_at.0)));
    let by_sms = code.with(|code| code.as_ref().is_some_and(|code| code.channel == Channel::Sms));
    let on_read = Callback::new(move |code| {
        if !busy.get_untracked() && !is_over.get_untracked() {
            digits.set(code);
        }
    });
    let spoken = Memo::new(move |_| match life.get() {
        _ if checking.get() => checking_text.to_owned(),
        Some(Life::Running { seconds, .. }) => fill(t.code_running, &[&clock_text(spoken_step(seconds))]),
        _ => String::new(),
    });
    let confirm = StoredValue::new(confirm);
    let press = move |_| on_code.run(digits.get_untracked());
    let incomplete = move || busy.get() || digits.with(String::len) != tukar_wire::CODE_DIGITS;
    view! {
        <CodeField id label=Signal::derive(move || t.code_label.to_owned()) value=digits error over unclear=c.unclear busy round
            sends_itself on_full=on_code/>
        {by_sms.then(|| view! { <WebOtp on_code=on_read/> })}
        <p class="code-step__life" aria-hidden="true">{move || life.get().map(|life| life_line(i18n, life))}</p>
        <p class="visually-hidden" role="status">{move || spoken.get()}</p>
        {above}
        {move || if is_over.get() {
            view! { <NewCode i18n code_now busy on_resend/> }.into_any()
        } else {
            view! {
                <button class="button button--primary button--wide" part="button primary" type="button" data-guard=guarded.then_some("")
                    on:click=press disabled=incomplete>
                    {move || if checking.get() { checking_text.to_owned() } else { confirm.get_value() }}
                </button>
            }.into_any()
        }}
        <div class="code-step__ways">
            {move || (!is_over.get()).then(|| view! { <SendAgain i18n code_now busy on_resend/> })}
            <OtherWay i18n code_now busy on_resend/>
            {more}
        </div>
    }
}

fn life_line(i18n: I18n, life: Life) -> AnyView {
    let t = i18n.texts().redeem;
    let Life::Running { seconds, tries } = life else { return ().into_any() };
    view! {
        <span class:code-step__life--warn=seconds <= HURRY_SECONDS>{fill(t.code_running, &[&clock_text(seconds)])}</span>
        <span class:code-step__life--warn={tries <= 2}>{tries_text(i18n, tries)}</span>
    }
    .into_any()
}

/// `Tersisa 4 percobaan`.
#[must_use]
pub fn tries_text(i18n: I18n, tries: u32) -> String {
    let t = i18n.texts().redeem;
    if tries == 1 { t.tries_one.to_owned() } else { fill(t.tries_many, &[&i18n.number(i64::from(tries))]) }
}

/// Seconds until another code can be asked for; 0: now.
fn wait_of(code: Memo<Option<CodeNow>>) -> Memo<i64> {
    Memo::new(move |_| match code.with(|code| code.as_ref().map(|code| code.resend)) {
        Some(Resend::In(seconds)) => seconds,
        Some(Resend::Ready) | None => 0,
    })
}

fn resend_label(i18n: I18n, wait_seconds: i64) -> String {
    let t = i18n.texts().redeem;
    if wait_seconds == 0 { t.resend.to_owned() } else { fill(t.resend_in, &[&clock_text(wait_seconds)]) }
}

/// In the place of the button whose code is dead.
#[component]
fn NewCode(
    i18n: I18n,
    code_now: Memo<Option<CodeNow>>,
    busy: Signal<bool>,
    on_resend: Callback<Option<Channel>>,
) -> impl IntoView {
    let wait = wait_of(code_now);
    let label = move || resend_label(i18n, wait.get());
    view! {
        <button class="button button--primary button--wide" part="button primary" type="button"
            disabled=move || busy.get() || wait.get() != 0 on:click=move |_| on_resend.run(None)>{label}</button>
    }
}

#[component]
fn SendAgain(
    i18n: I18n,
    code_now: Memo<Option<CodeNow>>,
    busy: Signal<bool>,
    on_resend: Callback<Option<Channel>>,
) -> impl IntoView {
    let wait = wait_of(code_now);
    let label = move || resend_label(i18n, wait.get());
    view! {
        <button class="link-button" type="button" disabled=move || busy.get() || wait.get() != 0
            on:click=move |_| on_resend.run(None)>{label}</button>
    }
}

#[component]
fn OtherWay(
    i18n: I18n,
    code_now: Memo<Option<CodeNow>>,
    busy: Signal<bool>,
    on_resend: Callback<Option<Channel>>,
) -> impl IntoView {
    let t = i18n.texts().redeem;
    let wait = wait_of(code_now);
    let other = Memo::new(move |_| code_now.with(|code| code.as_ref().and_then(|code| code.other)));
    move || {
        other.get().map(|way| {
            view! {
                <button class="link-button" type="button" disabled=move || busy.get() || wait.get() != 0
                    on:click=move |_| on_resend.run(Some(way))>
                    {match way { Channel::Sms => t.resend_sms, Channel::Email => t.resend_email }}
                </button>
            }
        })
    }
}
