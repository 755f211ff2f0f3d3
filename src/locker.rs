//! The claim locker: every voucher can be found again; its code is seen after a fresh one-time code.

mod words;

use crate::api::{Client, Failure, attempt, is_signed_out};
use crate::challenge::{self, Waiting};
use crate::i18n::{I18n, fill, locker::Texts};
use crate::ui::countdown::{clock_text, seconds_until, spoken_step};
use crate::ui::focus::focus_heading;
use crate::ui::notice::{ListBones, LoadAgain, NotLoaded, failure_line};
use crate::ui::reactive::{Memo, RwSignal, Signal, StoredValue};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use tukar_wire::{Channel, Moment, ProblemKind, Redemption, Voucher};

/// What has been loaded.
#[derive(Clone, PartialEq)]
enum Loaded {
    Nothing,
    Here { vouchers: Vec<Voucher>, next: Option<String> },
    Failed(Failure),
}

/// The lock on the codes.
#[derive(Clone, PartialEq)]
enum Lock {
    /// Codes are hidden.
    Closed { said: Option<String> },
    /// A code was asked for.
    Asking,
    /// A code is on its way to the member.
    Code(Waiting),
    /// Codes are visible until then.
    Open { until: Moment },
}

#[derive(Clone, Copy)]
struct Shelf {
    i18n: I18n,
    now: Signal<Moment>,
    client: StoredValue<Client>,
    loaded: RwSignal<Loaded>,
    held: RwSignal<Vec<Redemption>>,
    lock: RwSignal<Lock>,
    more: RwSignal<bool>,
    digits: RwSignal<String>,
    root: NodeRef<html::Section>,
    on_open: Callback<String>,
    on_signed_out: Option<Callback<()>>,
}

impl Shelf {
    /// Also for what comes after an answer: does nothing when the member has left.
    fn load(self, after: Option<String>) {
        let Some(client) = self.client.try_get_value() else { return };
        let first = after.is_none();
        self.more.set(!first);
        spawn_local(async move {
            let answer = client.vouchers(after.as_deref()).await;
            let Some(before) = self.loaded.try_get_untracked() else { return };
            self.more.set(false);
            match answer {
                Ok(page) => {
                    let mut vouchers = match before {
                        Loaded::Here { vouchers, .. } if !first => vouchers,
                        _ => vec![],
                    };
                    vouchers.extend(page.vouchers);
                    self.loaded.set(Loaded::Here { vouchers, next: page.next });
                    if let Some(until) = page.open_until {
                        self.open(until);
                    }
                }
                Err(failure) => {
                    self.heed(&failure);
                    // While a code is typed no code is shown that would have to go, and the field has to stay.
                    let typing = matches!(self.lock.try_get_untracked(), Some(Lock::Code(_)));
                    if first && !(typing && matches!(before, Loaded::Here { .. })) {
                        self.loaded.set(Loaded::Failed(failure));
                    }
                }
            }
        });
    }

    /// Redemptions that wait for their code; without an answer the locker is shown without them.
    fn load_held(self) {
        let client = self.client.get_value();
        spawn_local(async move {
            if let Ok(open) = client.open_redemptions().await {
                self.held.set(open.redemptions);
            }
        });
    }

    /// Where the session ended, only signing in helps.
    fn heed(self, failure: &Failure) {
        if is_signed_out(failure)
            && let Some(on_signed_out) = self.on_signed_out
        {
            let _ = on_signed_out.try_run(());
        }
    }

    /// The lock, kept for a reload while a code is waited for.
    fn put(self, lock: Lock) {
        match &lock {
            Lock::Code(waiting) => waiting.keep(challenge::LOCKER),
            Lock::Closed { .. } | Lock::Asking | Lock::Open { .. } => {
                attempt::forget_value(challenge::LOCKER)
            }
        }
        self.lock.set(lock);
    }

    /// Keeps the keyboard with the story: the field of a right code goes, and the screen goes on at its heading.
    fn open(self, until: Moment) {
        let typed = matches!(self.lock.try_get_untracked(), Some(Lock::Code(_)));
        self.digits.set(String::new());
        self.put(Lock::Open { until });
        if typed {
            focus_heading(self.root);
        }
    }

    fn close(self) {
        self.put(Lock::Closed { said: None });
        self.load(None);
    }

    /// The codes go from the screen at once, and from this session's answers as soon as the server has heard of it.
    fn hide(self) {
        let client = self.client.get_value();
        self.lock.set(Lock::Closed { said: None });
        self.loaded.update(|loaded| {
            if let Loaded::Here { vouchers, .. } = loaded {
                for voucher in vouchers {
                    (voucher.code, voucher.qr, voucher.barcode) = (None, None, None);
                }
            }
        });
        spawn_local(async move {
            if let Err(failure) = client.close_locker().await {
                self.heed(&failure);
                // Still open for who reloads: that is shown, not claimed away.
                self.load(None);
            }
        });
    }

    fn ask_code(self) {
        let client = self.client.get_value();
        let lost = self.i18n.texts().locker.lost;
        self.put(Lock::Asking);
        spawn_local(async move {
            let lock = match client.open_locker(None).await {
                Ok(sent) => Lock::Code(Waiting::new(sent)),
                Err(failure) => {
                    self.heed(&failure);
                    Lock::Closed { said: Some(failure_line(&failure, lost)) }
                }
            };
            self.put(lock);
        });
    }

    fn resend(self, channel: Option<Channel>) {
        let Some(waiting) = self.begin() else { return };
        let client = self.client.get_value();
        spawn_local(async move {
            match client.resend_code(&waiting.sent.challenge_id, channel).await {
                Ok(sent) => {
                    self.digits.set(String::new());
                    self.put(Lock::Code(Waiting::new(sent)));
                }
                // Nobody knows this challenge any more: one that was kept for too long.
                Err(Failure::Refused(problem)) if problem.kind == ProblemKind::NotFound => self.ask_code(),
                Err(failure) => self.failed(waiting, &failure),
            }
        });
    }

    fn check(self, code: String) {
        let Some(waiting) = self.begin() else { return };
        let client = self.client.get_value();
        spawn_local(async move {
            match client.check_locker(&waiting.sent.challenge_id, &code).await {
                Ok(opened) => {
                    self.open(opened.open_until);
                    self.load(None);
                }
                Err(failure) => {
                    self.heed(&failure);
                    self.failed(waiting, &failure);
                }
            }
        });
    }

    fn failed(self, waiting: Waiting, failure: &Failure) {
        let may_be_open = is_unsure(failure);
        self.put(Lock::Code(waiting.failed(failure, self.i18n.texts().locker.lost)));
        if may_be_open {
            self.load(None);
        }
    }

    /// Marks the code step as busy; `None` when it already is, or is not there.
    fn begin(self) -> Option<Waiting> {
        let Lock::Code(waiting) = self.lock.try_get_untracked()? else { return None };
        let begun = waiting.begin()?;
        self.lock.set(Lock::Code(begun.clone()));
        Some(begun)
    }
}

/// The right code may have come before, and its answer been lost: then the locker is open, and only asking tells.
fn is_unsure(failure: &Failure) -> bool {
    match failure {
        Failure::Refused(problem) => {
            matches!(problem.kind, ProblemKind::CodeEnded | ProblemKind::WrongState | ProblemKind::Broken)
        }
        Failure::Offline | Failure::Unknown => true,
    }
}

/// Closed, or at the code that was waited for before a reload.
fn kept_lock() -> Lock {
    Waiting::find_kept(challenge::LOCKER).map_or(Lock::Closed { said: None }, Lock::Code)
}

/// The locker's screen.
#[component]
pub fn Locker(
    /// The language.
    i18n: I18n,
    /// The API.
    client: Client,
    /// The server's clock, once a second.
    #[prop(into)]
    now: Signal<Moment>,
    /// Opens a redemption: its receipt, or its code step when it is held.
    on_open: Callback<String>,
    /// To the catalogue.
    on_catalogue: Callback<()>,
    /// The session ended.
    #[prop(optional)]
    on_signed_out: Option<Callback<()>>,
) -> impl IntoView {
    let t = i18n.texts().locker;
    let shelf = Shelf {
        i18n,
        now,
        client: StoredValue::new(client),
        loaded: RwSignal::new(Loaded::Nothing),
        held: RwSignal::new(vec![]),
        lock: RwSignal::new(kept_lock()),
        more: RwSignal::new(false),
        digits: RwSignal::new(String::new()),
        root: NodeRef::new(),
        on_open,
        on_signed_out,
    };
    shelf.load(None);
    shelf.load_held();
    // Keeps the screen in step with the server's lock: when its time is over, codes go from the screen too.
    // A challenge that was kept for a reload is given up when it is too old, once the server has told its time.
    Effect::new(move || {
        let over = match shelf.lock.get() {
            Lock::Open { until } => now.get() >= until,
            Lock::Code(waiting) => waiting.is_stale(now.get()) && shelf.client.with_value(Client::knows_time),
            Lock::Closed { .. } | Lock::Asking => false,
        };
        if over {
            shelf.close();
        }
    });
    // Not the time on the screen: it would be read out once a second.
    let spoken = move || match shelf.lock.get() {
        Lock::Open { until } => {
            fill(t.open_note, &[&clock_text(spoken_step(seconds_until(until, now.get())))])
        }
        _ => String::new(),
    };
    let words = NotLoaded { title: t.failed_title, body: t.failed_body, again: t.again };
    let again = Callback::new(move |()| {
        shelf.loaded.set(Loaded::Nothing);
        shelf.load(None);
        shelf.load_held();
    });
    view! {
        <section class="locker" node_ref=shelf.root>
            <header class="locker__head">
                <h2 class="screen__title" tabindex="-1">{t.title}</h2>
                <p class="screen__lead">{t.intro}</p>
            </header>
            <p class="visually-hidden" role="status">{spoken}</p>
            <Held shelf/>
            {move || match shelf.loaded.get() {
                Loaded::Nothing => view! { <ListBones said=t.loading/> }.into_any(),
                Loaded::Failed(failure) => view! { <LoadAgain failure words on_again=again/> }.into_any(),
                Loaded::Here { vouchers, .. } if vouchers.is_empty() => view! {
                    <div class="locker__empty">
                        <p class="locker__empty-title">{t.empty_title}</p>
                        <p>{t.empty_body}</p>
                        <div><button class="button button--primary" part="button primary" type="button" on:click=move |_| on_catalogue.run(())>{t.to_catalogue}</button></div>
                    </div>
                }.into_any(),
                Loaded::Here { vouchers, next } => view! { <Vouchers shelf vouchers next/> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Held(shelf: Shelf) -> impl IntoView {
    let i18n = shelf.i18n;
    let t = i18n.texts().locker;
    let row = move |redemption: Redemption| {
        let ends = redemption.hold_ends_at;
        let (title, points) = (redemption.title.clone(), i18n.points(redemption.points));
        let body = move || {
            let left = clock_text(seconds_until(ends, shelf.now.get()));
            fill(t.continue_body, &[&title, &points, &left])
        };
        let id = redemption.id.clone();
        view! {
            <div class="locker-held">
                <div>
                    <p class="locker-held__title">{t.continue_title}</p>
                    <p class="locker-held__body">{body}</p>
                </div>
                <button class="button button--primary" part="button primary" type="button" on:click=move |_| shelf.on_open.run(id.clone())>{t.continue_action}</button>
            </div>
        }
    };
    // Worked out once a second only for the few that wait; a hold that ended goes from the screen by itself.
    let waiting = Memo::new(move |_| {
        let now = shelf.now.get();
        shelf.held.with(|held| held.iter().filter(|one| one.hold_ends_at > now).cloned().collect::<Vec<_>>())
    });
    move || waiting.get().into_iter().map(row).collect_view()
}

#[component]
fn Vouchers(shelf: Shelf, vouchers: Vec<Voucher>, next: Option<String>) -> impl IntoView {
    let t = shelf.i18n.texts().locker;
    let coded = vouchers.iter().any(|voucher| !voucher.code_masked.is_empty() || voucher.code.is_some());
    let (active, past): (Vec<_>, Vec<_>) = vouchers.into_iter().partition(words::is_active);
    let group = move |title: &'static str, rows: Vec<Voucher>| {
        (!rows.is_empty()).then(|| {
            view! {
                <section class="locker__group">
                    <h3 class="locker__heading">{title}</h3>
                    <ul class="locker__rows">{rows.into_iter().map(|voucher| view! { <Row shelf voucher/> }).collect_view()}</ul>
                </section>
            }
        })
    };
    let more = next.map(|after| {
        view! {
            <div><button class="button" part="button" type="button" disabled=move || shelf.more.get() on:click=move |_| shelf.load(Some(after.clone()))>{t.more}</button></div>
        }
    });
    view! {
        {coded.then(|| view! { <LockBar shelf/> })}
        {group(t.active, active)}
        {group(t.past, past)}
        {more}
    }
}

#[component]
fn Row(shelf: Shelf, voucher: Voucher) -> impl IntoView {
    let i18n = shelf.i18n;
    let t = i18n.texts().locker;
    let (word, state) = words::state(i18n, voucher.state);
    let date = words::date(i18n, &voucher);
    let open = voucher.code.is_some();
    let code = voucher
        .code
        .clone()
        .or_else(|| (!voucher.code_masked.is_empty()).then(|| voucher.code_masked.clone()));
    let name = format!("{} {}", t.show, voucher.title);
    let id = voucher.redemption_id.clone();
    view! {
        <li class="locker-row">
            <div class="locker-row__what">
                <span class="locker-row__brand">{voucher.brand.clone()}</span>
                <span class="locker-row__title">{voucher.title.clone()}</span>
                <span class="locker-row__meta">
                    <span class=format!("locker-row__state locker-row__state--{word}")>{state}</span>
                    <span>{date}</span>
                </span>
            </div>
            {code.map(|code| view! { <bdi class="locker-row__code" class:locker-row__code--open=open dir="ltr">{code}</bdi> })}
            <button class="button" part="button" type="button" aria-label=name on:click=move |_| shelf.on_open.run(id.clone())>{t.show}</button>
        </li>
    }
}

/// Which face of the lock is shown; the code field lives through wrong codes and resends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Face {
    Closed,
    Code,
    Open,
}

#[component]
fn LockBar(shelf: Shelf) -> impl IntoView {
    let t = shelf.i18n.texts().locker;
    let face = Memo::new(move |_| {
        shelf.lock.with(|lock| match lock {
            Lock::Closed { .. } | Lock::Asking => Face::Closed,
            Lock::Code(_) => Face::Code,
            Lock::Open { .. } => Face::Open,
        })
    });
    let asking = Memo::new(move |_| shelf.lock.with(|lock| *lock == Lock::Asking));
    let said = move || {
        shelf.lock.with(|lock| match lock {
            Lock::Closed { said } => said.clone(),
            _ => None,
        })
    };
    let left = move || match shelf.lock.get() {
        Lock::Open { until } => fill(t.open_note, &[&clock_text(seconds_until(until, shelf.now.get()))]),
        _ => String::new(),
    };
    view! {
        {move || match face.get() {
            Face::Closed => view! {
                <div class="locker-lock">
                    <LockIcon open=false/>
                    <div><p class="locker-lock__text">{t.closed_note}</p><p class="locker-lock__said" role="alert">{said}</p></div>
                    <button class="button button--primary" part="button primary" type="button" disabled=move || asking.get() on:click=move |_| shelf.ask_code()>
                        {move || if asking.get() { t.opening } else { t.open }}
                    </button>
                </div>
            }.into_any(),
            Face::Code => view! { <CodeStep shelf t/> }.into_any(),
            Face::Open => view! {
                <div class="locker-lock locker-lock--open"><LockIcon open=true/><p class="locker-lock__text" aria-hidden="true">{left}</p>
                    <button class="button" part="button" type="button" on:click=move |_| shelf.hide()>{t.hide}</button></div>
            }.into_any(),
        }}
    }
}

#[component]
fn LockIcon(open: bool) -> impl IntoView {
    let shackle = if open { "M8 11V7.5a4 4 0 0 1 7.6-1.8" } else { "M8 11V7.5a4 4 0 0 1 8 0V11" };
    view! {
        <svg class="locker-lock__icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.5"
            stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
            <rect x="5" y="11" width="14" height="9" rx="2"/>
            <path d=shackle/>
            <path d="M12 14.5v2"/>
        </svg>
    }
}

#[component]
fn CodeStep(shelf: Shelf, t: &'static Texts) -> impl IntoView {
    let i18n = shelf.i18n;
    let r = i18n.texts().redeem;
    let waiting = Memo::new(move |_| {
        shelf.lock.with(|lock| match lock {
            Lock::Code(waiting) => Some(waiting.clone()),
            _ => None,
        })
    });
    let code =
        Signal::derive(move || waiting.with(|waiting| waiting.as_ref().map(|one| one.sent.code.clone())));
    let error =
        Signal::derive(move || waiting.with(|waiting| waiting.as_ref().and_then(|one| one.error.clone())));
    let busy = Signal::derive(move || waiting.with(|waiting| waiting.as_ref().is_some_and(|one| one.busy)));
    let to = move || {
        code.get().map(|code| {
            let text = match code.channel {
                Channel::Sms => r.code_sent_sms,
                Channel::Email => r.code_sent_email,
            };
            fill(text, &[&code.sent_to])
        })
    };
    let cancel = view! {
        <button class="link-button" type="button" disabled=move || busy.get() on:click=move |_| shelf.put(Lock::Closed { said: None })>{t.cancel}</button>
    };
    view! {
        <div class="locker-code">
            <h3 class="locker__heading">{t.code_title}</h3>
            <p class="locker-code__to">{to}"."</p>
            <challenge::CodeStep i18n now=shelf.now id="locker-code" code digits=shelf.digits error checking=busy busy confirm=t.check.to_owned()
                checking_text=t.checking guarded=false sends_itself=true on_code=Callback::new(move |code| shelf.check(code))
                on_resend=Callback::new(move |way| shelf.resend(way)) above=().into_any() more=cancel.into_any()/>
        </div>
    }
}
