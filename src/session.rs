//! Who is here: the member and their token; and the sign-in screen.
//!
//! The token lives in memory and in the tab's session storage of the widget's own origin, so that a reload in the
//! middle of a redemption goes on. It never goes to the host page, a cookie or the address.

use crate::api::{Client, Failure, Wishes, attempt, is_signed_out};
use crate::challenge::{self, Waiting};
use crate::i18n::{I18n, fill};
use crate::ui::notice::{Notice, Tone, field_line};
use crate::ui::reactive::{Memo, RwSignal, Signal, StoredValue};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use tukar_wire::{Channel, CodeSent, Member, Moment, ProblemKind};

const TOKEN: &str = "tukar.session";
/// Whom the partner's page named when the session was opened.
const SUBJECT: &str = "tukar.subject";
/// Whether others use this computer too, as the visitor said at sign-in.
const SHARED: &str = "tukar.shared";
/// A mark of the member who was here last.
const MEMBER: &str = "tukar.member";

/// What one member leaves half done is not the next one's.
fn forget_member() {
    for name in [
        MEMBER,
        "tukar.attempt",
        "tukar.review",
        "tukar.recipient",
        "tukar.screen",
        "tukar.then",
        "tukar.card",
    ] {
        attempt::forget_value(name);
    }
    for name in [challenge::SIGN_IN, challenge::LOCKER] {
        attempt::forget_value(name);
    }
}

/// Tells members apart, and nothing of who they are: FNV-1a of what the server calls them.
fn mark_of(member: &Member) -> String {
    let told = [Some(&member.name), member.phone_masked.as_ref(), member.email_masked.as_ref()];
    let bytes = told.into_iter().flatten().flat_map(|text| text.bytes().chain([0]));
    let mark = bytes.fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    });
    mark.to_string()
}

/// Who is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A token was found; whether it still counts is being asked.
    Asking,
    /// Nobody.
    Nobody,
    /// A member.
    Member(Box<Member>),
}

/// The session: copied into every view that has to know.
#[derive(Clone, Copy)]
pub struct Session {
    client: StoredValue<Client>,
    who: RwSignal<Who>,
    /// Ticket by which the member who signs in may let this page show their points without a code.
    link: RwSignal<Option<String>>,
    /// What the page's partner signed, kept while a session of the same person is open.
    unused: StoredValue<Option<String>>,
    /// Whom the page named last; also kept for a reload, where the browser lets the frame keep anything.
    subject: StoredValue<Option<String>>,
    on_refused: StoredValue<Option<Callback<()>>>,
    /// Where signing in stands: kept while a change of language draws its screen anew.
    sign_in: Stand,
}

impl Session {
    /// Picks the kept token up, if there is one, and asks who it is.
    #[must_use]
    pub fn begin(client: Client) -> Session {
        let session = Session {
            client: StoredValue::new(client),
            who: RwSignal::new(Who::Nobody),
            link: RwSignal::new(None),
            unused: StoredValue::new(None),
            subject: StoredValue::new(attempt::find_kept(SUBJECT)),
            on_refused: StoredValue::new(None),
            sign_in: Stand::new(),
        };
        if let Some(token) = attempt::find_kept::<String>(TOKEN) {
            session.client.with_value(|client| client.set_token(Some(token)));
            session.who.set(Who::Asking);
            session.ask();
        }
        session
    }

    /// The API, with the session's token.
    #[must_use]
    pub fn client(self) -> Client {
        self.client.get_value()
    }

    /// Answers come in this language from now on.
    pub fn speak(self, tag: &str) {
        self.client.update_value(|client| *client = client.with_locale(tag));
    }

    /// Who is here; tracked.
    #[must_use]
    pub fn who(self) -> Who {
        self.who.get()
    }

    /// True while a token is held, even before it is known whose it is; tracked.
    #[must_use]
    pub fn is_open(self) -> bool {
        self.who.with(|who| *who != Who::Nobody)
    }

    /// True for a session that may redeem; one by a partner's word needs a code first. Tracked.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.who.with(|who| match who {
            Who::Asking => true,
            Who::Nobody => false,
            Who::Member(member) => !member.read_only,
        })
    }

    /// The page says who looks at it: `token` is what its partner signed, empty where nobody is named. A session of the
    /// same person stays as it is; one of another ends first. `on_refused`: the token was not taken. `true`: what is shown
    /// may be another's.
    pub fn identify(self, token: String, on_refused: Callback<()>) -> bool {
        self.on_refused.set_value(Some(on_refused));
        let kept = self.subject.get_value();
        let subject = subject_of(&token);
        if subject.is_none() && kept.is_none() {
            return false;
        }
        let was_open = untrack(|| self.is_open());
        if subject.is_some() && subject == kept && was_open {
            self.unused.set_value(Some(token));
            return false;
        }
        self.close();
        let other = subject != kept && (kept.is_some() || was_open);
        if subject != kept {
            forget_member();
            self.sign_in.begin();
        }
        match subject {
            Some(subject) => self.give(token, subject),
            None => {
                self.subject.set_value(None);
                self.link.set(None);
                attempt::forget_value(SUBJECT);
            }
        }
        other
    }

    fn give(self, token: String, subject: String) {
        attempt::keep_value(SUBJECT, &subject);
        self.subject.set_value(Some(subject));
        let client = self.client();
        spawn_local(async move {
            match client.identify(token).await {
                Ok(told) => {
                    // Whoever signed in by code meanwhile stays.
                    if let Some(signed_in) = told.session
                        && self.who.try_get_untracked() == Some(Who::Nobody)
                    {
                        self.open(signed_in.token, signed_in.member);
                    }
                    self.link.set(told.link);
                }
                Err(Failure::Refused(_)) => {
                    if let Some(Some(on_refused)) = self.on_refused.try_get_value() {
                        on_refused.run(());
                    }
                }
                Err(_) => {}
            }
        });
    }

    /// This page shows nothing without a code any more.
    pub fn forget_identity(self) {
        let client = self.client();
        spawn_local(async move {
            if client.forget_identity().await.is_ok() {
                self.close();
            }
        });
    }

    /// The code was right. `false`: what is kept here was another member's, and is gone.
    fn open(self, token: String, member: Member) -> bool {
        let mark = mark_of(&member);
        let same = attempt::find_kept::<String>(MEMBER).is_none_or(|kept| kept == mark);
        if !same {
            forget_member();
        }
        attempt::keep_value(MEMBER, &mark);
        attempt::keep_value(TOKEN, &token);
        let _ = self.client.try_with_value(|client| client.set_token(Some(token)));
        self.who.set(Who::Member(Box::new(member)));
        same
    }

    /// The token counts no more.
    pub fn close(self) {
        attempt::forget_value(TOKEN);
        let _ = self.client.try_with_value(|client| client.set_token(None));
        self.who.set(Who::Nobody);
    }

    /// Ends the session here at once, and at the server when it can be reached.
    pub fn sign_out(self) {
        let leaving = self.client().leaving();
        forget_member();
        self.sign_in.begin();
        self.close();
        spawn_local(async move {
            let _ = leaving.sign_out().await;
        });
    }

    /// A sign-in begins, or goes on at the code that is waited for.
    pub fn begin_sign_in(self) {
        let waits = self.sign_in.step.with_untracked(|step| matches!(step, Step::Code(_)));
        if !waits {
            self.sign_in.begin();
        }
    }

    /// True once the server has told its time.
    #[must_use]
    pub fn knows_time(self) -> bool {
        self.client.with_value(Client::knows_time)
    }

    /// Asks who the token belongs to; without an answer the token is kept, and every screen says what it lacks itself.
    pub fn ask(self) {
        let client = self.client();
        let asked_with = client.token();
        spawn_local(async move {
            let told = client.me().await;
            // It tells of whoever it was asked for, and says nothing of who came meanwhile.
            if client.token() != asked_with {
                return;
            }
            match told {
                Ok(member) => {
                    attempt::keep_value(MEMBER, &mark_of(&member));
                    self.who.set(Who::Member(Box::new(member)));
                }
                Err(failure) if is_signed_out(&failure) => {
                    self.close();
                    // The kept session had ended: now the page's word counts.
                    if let Some(Some(token)) = self.unused.try_get_value()
                        && let Some(subject) = subject_of(&token)
                    {
                        self.unused.set_value(None);
                        self.give(token, subject);
                    }
                }
                Err(_) => {}
            }
        });
    }
}

/// Whom a token names. Only to tell one visitor from the next: the server believes nothing before it has checked it.
fn subject_of(token: &str) -> Option<String> {
    let claims = token.split('.').nth(1)?.replace('-', "+").replace('_', "/");
    let text = web_sys::window()?.atob(&claims).ok()?;
    let claims = js_sys::JSON::parse(&text).ok()?;
    js_sys::Reflect::get(&claims, &"sub".into()).ok()?.as_string()
}

/// Steps of signing in.
#[derive(Clone, PartialEq)]
enum Step {
    /// Who are you?
    Contact { said: Option<String>, busy: bool },
    /// Type the code.
    Code(Waiting),
}

impl Step {
    /// Nothing typed, nothing said.
    const NEW: Step = Step::Contact { said: None, busy: false };
}

/// Where signing in stands.
#[derive(Clone, Copy)]
struct Stand {
    step: RwSignal<Step>,
    contact: RwSignal<String>,
    digits: RwSignal<String>,
    /// The member wants this page to show their points without a code.
    agreed: RwSignal<bool>,
    /// Others use this computer too.
    shared: RwSignal<bool>,
    /// Number of the sign-in; an answer to an earlier one is dropped.
    round: StoredValue<u32>,
    /// Of the newest screen: signed in, and whether what is kept is still theirs.
    on_done: StoredValue<Option<Callback<bool>>>,
}

impl Stand {
    /// At the code that was waited for before a reload, if there is one.
    fn new() -> Stand {
        let step = Waiting::find_kept(challenge::SIGN_IN).map_or(Step::NEW, Step::Code);
        Stand {
            step: RwSignal::new(step),
            contact: RwSignal::new(String::new()),
            digits: RwSignal::new(String::new()),
            agreed: RwSignal::new(false),
            shared: RwSignal::new(attempt::find_kept(SHARED).unwrap_or(false)),
            round: StoredValue::new(0),
            on_done: StoredValue::new(None),
        }
    }

    /// The step, kept for a reload while a code is waited for.
    fn put(self, step: Step) {
        match &step {
            Step::Code(waiting) => waiting.keep(challenge::SIGN_IN),
            Step::Contact { .. } => attempt::forget_value(challenge::SIGN_IN),
        }
        self.step.set(step);
    }

    fn begin(self) {
        self.round.update_value(|round| *round = round.wrapping_add(1));
        self.contact.set(String::new());
        self.digits.set(String::new());
        self.agreed.set(false);
        self.put(Step::NEW);
    }
}

#[derive(Clone, Copy)]
struct Door {
    i18n: I18n,
    session: Session,
    now: Signal<Moment>,
    stand: Stand,
}

impl Door {
    /// Takes the step that an answer leads to, unless another sign-in has begun.
    fn answer(self, round: u32, step: Step) {
        if self.stand.round.try_get_value() == Some(round) {
            self.stand.put(step);
        }
    }

    /// The step after asking for a code.
    fn asked(self, answer: Result<CodeSent, Failure>) -> Step {
        let lost = self.i18n.texts().session.lost;
        match answer {
            Ok(sent) => Step::Code(Waiting::new(sent)),
            Err(failure) => Step::Contact { said: Some(field_line(&failure, lost)), busy: false },
        }
    }

    /// A code to the member whom the session knows already; they may still name another contact.
    fn step_up(self) {
        self.stand.put(Step::Contact { said: None, busy: true });
        let (client, round) = (self.session.client(), self.stand.round.get_value());
        spawn_local(async move {
            let answer = client.step_up().await;
            self.answer(round, self.asked(answer));
        });
    }

    fn ask_code(self) {
        let t = self.i18n.texts().session;
        let contact = self.stand.contact.get_untracked().trim().to_owned();
        if contact.is_empty() {
            self.stand.put(Step::Contact { said: Some(t.contact_empty.to_owned()), busy: false });
            return;
        }
        self.stand.put(Step::Contact { said: None, busy: true });
        let (client, round) = (self.session.client(), self.stand.round.get_value());
        spawn_local(async move {
            let answer = client.ask_code(&contact).await;
            self.answer(round, self.asked(answer));
        });
    }

    fn resend(self, channel: Option<Channel>) {
        let Some(waiting) = self.begin() else { return };
        let (client, round) = (self.session.client(), self.stand.round.get_value());
        let lost = self.i18n.texts().session.lost;
        spawn_local(async move {
            let waiting = match client.resend_code(&waiting.sent.challenge_id, channel).await {
                Ok(sent) => {
                    self.stand.digits.set(String::new());
                    Waiting::new(sent)
                }
                // It was right, and the answer that said so was lost; or nobody knows it any more.
                Err(Failure::Refused(problem))
                    if matches!(problem.kind, ProblemKind::WrongState | ProblemKind::NotFound) =>
                {
                    return self.ask_anew(round);
                }
                Err(failure) => waiting.failed(&failure, lost),
            };
            self.answer(round, Step::Code(waiting));
        });
    }

    /// A new challenge in place of one that is used up. After a reload the contact is not known any more: it is asked for.
    fn ask_anew(self, round: u32) {
        if self.stand.round.try_get_value() != Some(round) {
            return;
        }
        self.stand.digits.set(String::new());
        let no_contact = self.stand.contact.with_untracked(String::is_empty);
        if !no_contact {
            self.ask_code();
        } else if untrack(|| self.session.is_open()) {
            self.step_up();
        } else {
            self.stand.put(Step::NEW);
        }
    }

    fn check(self, code: String) {
        let Some(waiting) = self.begin() else { return };
        let (client, round) = (self.session.client(), self.stand.round.get_value());
        let lost = self.i18n.texts().session.lost;
        let link = self.session.link.get_untracked().filter(|_| self.stand.agreed.get_untracked());
        let shared = self.stand.shared.get_untracked();
        spawn_local(async move {
            match client.check_code(&waiting.sent.challenge_id, code, Wishes { link, shared }).await {
                Ok(signed_in) => {
                    self.session.link.set(None);
                    let same = self.session.open(signed_in.token, signed_in.member);
                    // Whoever went elsewhere meanwhile is signed in there.
                    if let Some(Some(on_done)) = self.stand.on_done.try_get_value() {
                        let _ = on_done.try_run(same);
                    }
                    self.stand.begin();
                }
                Err(failure) => self.answer(round, Step::Code(waiting.failed(&failure, lost))),
            }
        });
    }

    /// Marks the code step as busy; `None` when it already is, or is not there.
    fn begin(self) -> Option<Waiting> {
        let Step::Code(waiting) = self.stand.step.try_get_untracked()? else { return None };
        let begun = waiting.begin()?;
        self.stand.step.set(Step::Code(begun.clone()));
        Some(begun)
    }
}

/// Signing in: contact, then code.
#[component]
pub fn SignIn(
    /// The language.
    i18n: I18n,
    /// The session to open.
    session: Session,
    /// The server's clock, once a second.
    #[prop(into)]
    now: Signal<Moment>,
    /// Why the member is asked, in a line.
    #[prop(optional_no_strip)]
    why: Option<&'static str>,
    /// Signed in; and whether what is kept of a redemption is this member's.
    on_done: Callback<bool>,
    /// Not now.
    on_back: Callback<()>,
) -> impl IntoView {
    let t = i18n.texts().session;
    let door = Door { i18n, session, now, stand: session.sign_in };
    door.stand.on_done.set_value(Some(on_done));
    let is_new = door.stand.step.with_untracked(|step| *step == Step::NEW);
    if is_new && untrack(|| session.is_open() && !session.is_whole()) {
        door.step_up();
    }
    let at_code = Memo::new(move |_| door.stand.step.with(|step| matches!(step, Step::Code(_))));
    view! {
        <section class="sign-in">
            <button class="link-button" type="button" on:click=move |_| on_back.run(())>{t.back}</button>
            {why.map(|why| view! { <Notice tone=Tone::Warn>{why}</Notice> })}
            {move || if at_code.get() { view! { <CodeStep door/> }.into_any() } else { view! { <ContactStep door/> }.into_any() }}
        </section>
    }
}

#[component]
fn ContactStep(door: Door) -> impl IntoView {
    let t = door.i18n.texts().session;
    let error = Memo::new(move |_| {
        door.stand.step.with(|step| match step {
            Step::Contact { said, .. } => said.clone(),
            Step::Code(_) => None,
        })
    });
    let busy =
        Memo::new(move |_| door.stand.step.with(|step| matches!(step, Step::Contact { busy: true, .. })));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            door.ask_code();
        }
    };
    let field = NodeRef::<leptos::html::Input>::new();
    // Keeps the keyboard where the member has to type: at first, and when something was wrong with it.
    Effect::new(move || {
        error.track();
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let c = door.i18n.texts().challenge;
    let shared = move |event| {
        let shared = event_target_checked(&event);
        door.stand.shared.set(shared);
        attempt::keep_value(SHARED, &shared);
    };
    view! {
        <form class="sign-in__form" novalidate=true on:submit=submit>
            <header>
                <h2 class="screen__title" tabindex="-1">{t.title}</h2>
                <p class="screen__lead">{t.lead}</p>
            </header>
            <div class="field">
                <label class="field__label" for="sign-in-contact">{t.contact}</label>
                <input node_ref=field class="field__input" part="field" id="sign-in-contact" name="contact" type="text" autocomplete="off"
                    autocapitalize="off" spellcheck="false" maxlength="254" required=true
                    aria-describedby="sign-in-hint sign-in-error" aria-invalid=move || error.with(Option::is_some).then_some("true")
                    prop:value=move || door.stand.contact.get() on:input=move |event| door.stand.contact.set(event_target_value(&event))/>
                <p class="field__hint" id="sign-in-hint">{t.contact_hint}</p>
                <p class="field__error" id="sign-in-error" role="alert">{move || error.get()}</p>
            </div>
            <div class="sign-in__shared">
                <label class="sign-in__agree">
                    <input type="checkbox" aria-describedby="sign-in-shared" prop:checked=move || door.stand.shared.get() on:change=shared/>
                    {c.shared}
                </label>
                <p class="field__hint" id="sign-in-shared">{c.shared_hint}</p>
            </div>
            <button class="button button--primary button--wide" part="button primary" type="submit" disabled=move || busy.get()>
                {move || if busy.get() { t.sending } else { t.send }}
            </button>
        </form>
    }
}

#[component]
fn CodeStep(door: Door) -> impl IntoView {
    let i18n = door.i18n;
    let t = i18n.texts().session;
    let stand = door.stand;
    let waiting = Memo::new(move |_| {
        stand.step.with(|step| match step {
            Step::Code(waiting) => Some(waiting.clone()),
            Step::Contact { .. } => None,
        })
    });
    let code =
        Signal::derive(move || waiting.with(|waiting| waiting.as_ref().map(|one| one.sent.code.clone())));
    let error =
        Signal::derive(move || waiting.with(|waiting| waiting.as_ref().and_then(|one| one.error.clone())));
    let busy = Signal::derive(move || waiting.with(|waiting| waiting.as_ref().is_some_and(|one| one.busy)));
    // What was kept for a reload is given up once the server's clock says that it was too long ago.
    Effect::new(move || {
        let now = door.now.get();
        let stale = waiting.with_untracked(|waiting| waiting.as_ref().is_some_and(|one| one.is_stale(now)));
        if stale && door.session.knows_time() {
            stand.begin();
        }
    });
    let to = move || {
        code.get().map(|code| {
            let text = match (code.channel, code.sent_to.is_empty()) {
                (Channel::Sms, false) => t.sent_sms,
                (Channel::Email, false) => t.sent_email,
                (Channel::Sms, true) => t.sent_other_sms,
                (Channel::Email, true) => t.sent_other_email,
            };
            fill(text, &[&code.sent_to])
        })
    };
    let agree = move || {
        door.session.link.with(Option::is_some).then(|| {
            view! {
                <label class="sign-in__agree" data-guard="">
                    <input type="checkbox" prop:checked=move || stand.agreed.get()
                        on:change=move |event| stand.agreed.set(event_target_checked(&event))/>
                    {t.show_here}
                </label>
            }
        })
    };
    let change = view! {
        <button class="link-button" type="button" disabled=move || busy.get() on:click=move |_| {
            stand.digits.set(String::new());
            stand.put(Step::NEW);
        }>{t.change}</button>
    };
    view! {
        <div class="sign-in__form">
            <header>
                <h2 class="screen__title" tabindex="-1">{t.code_title}</h2>
                <p class="screen__lead">{to}</p>
            </header>
            <challenge::CodeStep i18n now=door.now id="sign-in-code" code digits=stand.digits error checking=busy busy confirm=t.check.to_owned()
                checking_text=t.checking guarded=false sends_itself=true on_code=Callback::new(move |code| door.check(code))
                on_resend=Callback::new(move |way| door.resend(way)) above=agree.into_any() more=change.into_any()/>
            <p class="review__note">{t.not_come}</p>
        </div>
    }
}
