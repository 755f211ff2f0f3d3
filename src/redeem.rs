//! Redeeming a reward: one view per state of the flow.
//!
//! [`flow`] decides; this file carries out what it asks for and shows where it stands. Invariants: an answer is
//! taken only from the newest request; the attempt is in the store before it is in the network; what the member typed
//! survives every error and a reload; who shows points is told that they may have moved, also when the member has left.

#[expect(unreachable_pub, reason = "the component macro writes public props")]
mod code_step;
pub mod flow;
mod paper;
#[expect(unreachable_pub, reason = "the component macro writes public props")]
mod receipt;
pub mod recipient;
#[expect(unreachable_pub, reason = "the component macro writes public props")]
mod review;

use crate::api::attempt;
use crate::api::{Client, Failure};
use crate::i18n::{
    I18n,
    redeem::{EndedText, Texts},
};
use crate::ui::focus::focus_heading;
use crate::ui::notice::{Notice, Tone, problem_notice};
use crate::ui::reactive::{Memo, RwSignal, Signal, StoredValue};
use code_step::CodeStep;
use flow::{Do, Event, Order, State, Trouble, Why};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use receipt::Receipt;
use recipient::Draft;
use review::Review;
use std::time::Duration;
use tukar_wire::{AskQuote, AskRedemption, Confirm, Moment, Problem, Redemption, ResendCode, RewardDetail};

/// How a redemption begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begin {
    /// With a reward.
    Reward(Order),
    /// With an attempt that was made before: after a reload, or from the locker or the history.
    Attempt(String),
}

/// How the member leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Back to where they came from; a hold goes on.
    Back,
    /// The redemption is over.
    Done,
    /// To the claim locker, to see the codes.
    Locker,
    /// To the help.
    Help,
    /// To the sign-in; the attempt is kept and goes on afterwards.
    SignIn,
}

/// The member's own contacts, masked, by the way that a code takes to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contacts {
    /// As `0812••••678`.
    pub phone: Option<String>,
    /// As `s•••@example.id`.
    pub email: Option<String>,
}

/// What every view of the flow works with; copied into them.
#[derive(Clone, Copy)]
struct Desk {
    i18n: I18n,
    now: Signal<Moment>,
    contacts: Signal<Contacts>,
    client: StoredValue<Client>,
    state: RwSignal<State>,
    draft: RwSignal<Draft>,
    /// Number of the newest request; an answer of an older one is dropped.
    newest: StoredValue<u32>,
    /// Id of the attempt that this flow is of, once there is one; another may be stored.
    attempt: StoredValue<Option<String>>,
    on_leave: Callback<Leave>,
    /// May outlive this screen, and is then run all the same.
    on_moved: Callback<Option<Spent>>,
    /// With what it would have to begin to come back to where it is.
    on_begun: Callback<Begin>,
}

/// A redemption that was confirmed just now, on this screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// Which reward.
    pub reward_id: String,
    /// Points in all.
    pub points: i64,
}

/// What a request may do to points.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moves {
    Nothing,
    Points,
    /// The right code spends them.
    Spends,
}

fn spent_on(redemption: &Redemption) -> Spent {
    Spent { reward_id: redemption.reward_id.clone(), points: redemption.points }
}

const DRAFT: &str = "tukar.recipient";

/// What is being reviewed, before anything was sent; a reload comes back to it.
const REVIEW: &str = "tukar.review";

/// Where a reload has to go on: at a review that is open, or at an attempt that was sent.
#[must_use]
pub fn unfinished() -> Option<Begin> {
    let kept = attempt::find();
    match (attempt::find_kept::<(String, u32)>(REVIEW), kept) {
        // An attempt that never arrived is reviewed again: it has to keep its id, so it is looked up once more.
        (Some((reward_id, _)), Some(kept)) if reward_id == kept.reward_id && !kept.over => {
            Some(Begin::Attempt(kept.id))
        }
        (Some((reward_id, quantity)), _) => Some(Begin::Reward(Order { reward_id, quantity })),
        (None, kept) => Some(Begin::Attempt(kept?.id)),
    }
}

/// The member goes to another screen, by whichever way: a review is given up, and a receipt that was shown has been seen.
/// An attempt that is held, or whose outcome is not known, stays for a reload.
pub fn screen_left() {
    attempt::forget_value(REVIEW);
    receipt_left();
}

/// A receipt that was shown is no longer on the screen.
pub fn receipt_left() {
    if attempt::find().is_some_and(|kept| kept.over) {
        attempt::forget();
        attempt::forget_value(DRAFT);
    }
}

impl Desk {
    fn client(self) -> Client {
        self.client.get_value()
    }

    fn leave(self, how: Leave) {
        if self.state.with_untracked(flow::is_over) {
            self.attempt_over();
            if how == Leave::Done && attempt::find().is_none() {
                attempt::forget_value(DRAFT);
            }
        }
        self.on_leave.run(how);
    }

    /// The stored attempt, where it is this flow's.
    fn own_attempt(self) -> Option<attempt::Attempt> {
        let own = self.attempt.try_get_value().flatten()?;
        attempt::find().filter(|kept| kept.id == own)
    }

    /// This flow's attempt is over; another one that is stored goes on.
    fn attempt_over(self) {
        if self.own_attempt().is_some() {
            attempt::forget();
        }
    }

    /// The receipt is here: a reload still comes back to it, and the next screen ends the attempt.
    fn receipt_shown(self) {
        if let Some(kept) = self.own_attempt().filter(|kept| !kept.over) {
            attempt::keep(&attempt::Attempt { over: true, ..kept });
        }
    }

    fn dispatch(self, event: Event) {
        let Some(state) = self.state.try_get_untracked() else { return };
        let confirming = flow::is_paying(&state);
        let (state, todo) = flow::step(state, event);
        let spent = match &state {
            State::Receipt { redemption, .. } if confirming => Some(spent_on(redemption)),
            _ => None,
        };
        // Back in the review after a refusal: a reload has to find it again.
        if let State::Review { order, .. } = &state {
            self.in_review(order);
        }
        if let State::Receipt { .. } = &state {
            self.receipt_shown();
        }
        self.state.set(state);
        self.carry_out(todo, spent);
    }

    fn carry_out(self, todo: Vec<Do>, spent: Option<Spent>) {
        for what in todo {
            match what {
                Do::Store(ask) => {
                    attempt::forget_value(REVIEW);
                    self.on_begun.run(Begin::Attempt(ask.id.clone()));
                    self.attempt.set_value(Some(ask.id.clone()));
                    attempt::keep(&attempt::Attempt {
                        id: ask.id,
                        reward_id: ask.reward_id,
                        quantity: ask.quantity,
                        over: false,
                    });
                }
                Do::Forget => self.attempt_over(),
                Do::PointsMoved => drop(self.on_moved.try_run(spent.clone())),
                Do::Quote(order) => {
                    self.in_review(&order);
                    self.ask(Moves::Nothing, move |client| async move {
                        let ask = AskQuote { reward_id: order.reward_id, quantity: order.quantity };
                        client.quote(&ask).await.map(Event::Quoted)
                    });
                }
                Do::Create(ask) => {
                    self.ask(Moves::Points, move |client| async move {
                        client.redeem(&ask).await.map(Event::Told)
                    });
                }
                Do::Confirm { id, typed } => self.ask(Moves::Spends, move |client| async move {
                    client.confirm(&id, &Confirm { code: typed.code }, &typed.key).await.map(Event::Told)
                }),
                Do::Resend { id, channel } => self.ask(Moves::Points, move |client| async move {
                    client.resend(&id, &ResendCode { channel }).await.map(Event::Told)
                }),
                Do::Cancel { id } => {
                    self.ask(Moves::Points, move |client| async move {
                        client.cancel(&id).await.map(Event::Told)
                    });
                }
                Do::LookUp { id, after_ms } => self.look_up(id, after_ms),
            }
        }
    }

    /// A reload, and whatever draws the screen anew, comes back to this review.
    fn in_review(self, order: &Order) {
        attempt::keep_value(REVIEW, &(&order.reward_id, order.quantity));
        self.on_begun.run(Begin::Reward(order.clone()));
    }

    fn look_up(self, id: String, after_ms: u32) {
        let Some(serial) = self.next_serial() else { return };
        let go = move || {
            if self.newest.try_get_value() == Some(serial) {
                self.ask(Moves::Nothing, move |client| async move {
                    client.redemption(&id).await.map(Event::Told)
                });
            }
        };
        if after_ms == 0 {
            go();
        } else {
            set_timeout(go, Duration::from_millis(after_ms.into()));
        }
    }

    fn ask<F: Future<Output = Result<Event, Failure>> + 'static>(
        self,
        moves: Moves,
        call: impl FnOnce(Client) -> F,
    ) {
        // The page may have taken the widget away when it was told of what moved.
        let (Some(serial), Some(client)) = (self.next_serial(), self.client.try_get_value()) else { return };
        let answer = call(client);
        spawn_local(async move {
            let answer = answer.await;
            self.hear((serial, moves), answer);
        });
    }

    fn hear(self, (serial, moves): (u32, Moves), answer: Result<Event, Failure>) {
        let event = match answer {
            Ok(event) => event,
            Err(Failure::Refused(problem)) => Event::Failed(Trouble::Refused(*problem)),
            // Offline at the moment of asking: the look-up waits for the connection just as well.
            Err(Failure::Offline | Failure::Unknown) => Event::Failed(Trouble::Lost),
        };
        match self.newest.try_get_value() {
            Some(newest) if newest == serial => self.dispatch(event),
            Some(_) => {}
            // The member has left: what was asked for has happened all the same, or may have.
            None if moves != Moves::Nothing => {
                let spent = match &event {
                    Event::Told(told) if moves == Moves::Spends => Some(spent_on(told)),
                    _ => None,
                };
                let _ = self.on_moved.try_run(spent);
            }
            None => {}
        }
    }

    fn next_serial(self) -> Option<u32> {
        self.newest.try_update_value(|newest| {
            *newest = newest.wrapping_add(1);
            *newest
        })
    }

    /// A new attempt gets its id here; one that never arrived keeps its own.
    fn with_id(self, ask: AskRedemption) -> AskRedemption {
        if ask.id.is_empty() { AskRedemption { id: attempt::new_id(), ..ask } } else { ask }
    }

    fn draft_changed(self, change: impl FnOnce(&mut Draft)) {
        self.draft.update(change);
        self.draft.with_untracked(|draft| attempt::keep_value(DRAFT, draft));
    }
}

/// Which view is shown; the view of a stage lives through all states of that stage.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Review,
    NoQuote,
    Checking,
    Code,
    Receipt,
    Refused,
    Ended,
    Cancelled,
}

fn stage_of(state: &State) -> Stage {
    match state {
        State::Quoting { .. } | State::Review { .. } | State::Sending { .. } => Stage::Review,
        State::NoQuote { .. } => Stage::NoQuote,
        State::Checking { .. } => Stage::Checking,
        State::Code { .. } | State::Confirming { .. } => Stage::Code,
        State::Receipt { .. } => Stage::Receipt,
        State::Refused { .. } => Stage::Refused,
        State::Ended { .. } => Stage::Ended,
        State::Cancelled { .. } => Stage::Cancelled,
    }
}

/// The whole flow, from the review to the receipt.
#[component]
pub fn Redeem(
    /// The language.
    i18n: I18n,
    /// The API.
    client: Client,
    /// The server's clock, once a second.
    #[prop(into)]
    now: Signal<Moment>,
    /// With what it begins.
    begin: Begin,
    /// Where codes go.
    contacts: Signal<Contacts>,
    /// The member's name, to begin an address with.
    name: String,
    /// The member leaves.
    on_leave: Callback<Leave>,
    /// Points were held, spent or came back; with what was spent when it was just confirmed. Give one that outlives this
    /// screen: an answer may come when the member has left it.
    on_moved: Callback<Option<Spent>>,
    /// With what it would have to begin from now on, to come back to where it is.
    on_begun: Callback<Begin>,
) -> impl IntoView {
    let (own, (state, todo)) = match begin {
        Begin::Reward(order) => (None, flow::start(order)),
        Begin::Attempt(id) => {
            let kept = attempt::find().filter(|kept| kept.id == id);
            let order = kept.map(|kept| Order { reward_id: kept.reward_id, quantity: kept.quantity });
            (Some(id.clone()), flow::resume(id, order))
        }
    };
    let mut draft: Draft = attempt::find_kept(DRAFT).unwrap_or_default();
    if draft == Draft::default() {
        draft.name = name;
    }
    let desk = Desk {
        i18n,
        now,
        contacts,
        client: StoredValue::new(client),
        state: RwSignal::new(state),
        draft: RwSignal::new(draft),
        newest: StoredValue::new(0),
        attempt: StoredValue::new(own),
        on_leave,
        on_moved,
        on_begun,
    };
    desk.carry_out(todo, None);
    let stage = Memo::new(move |_| desk.state.with(stage_of));
    let root = NodeRef::<html::Section>::new();
    // Keeps the keyboard with the story: a new stage begins at its heading. The code step focuses its own field.
    Effect::new(move |before: Option<Stage>| {
        let stage = stage.get();
        if before.is_some_and(|before| before != stage) && stage != Stage::Code {
            request_animation_frame(move || focus_heading(root));
        }
        stage
    });
    view! {
        <section class="redeem" node_ref=root>
            {move || match stage.get() {
                Stage::Review => view! { <ReviewStage desk/> }.into_any(),
                Stage::NoQuote => view! { <NoQuote desk/> }.into_any(),
                Stage::Checking => view! { <Checking desk/> }.into_any(),
                Stage::Code => view! { <Head desk title=i18n.texts().redeem.code_title step=1/><CodeStep desk/> }.into_any(),
                Stage::Receipt => view! { <Receipt desk/> }.into_any(),
                Stage::Refused => view! { <Refused desk/> }.into_any(),
                Stage::Ended | Stage::Cancelled => view! { <PointsBack desk/> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Head(desk: Desk, title: &'static str, step: usize) -> impl IntoView {
    let t = desk.i18n.texts().redeem;
    let steps = [t.step_review, t.step_code, t.step_receipt].into_iter().enumerate().map(|(at, name)| {
        view! {
            <li class="redeem-steps__step" class:redeem-steps__step--past=at < step aria-current=(at == step).then_some("step")>{name}</li>
        }
    });
    view! {
        <header class="redeem__head">
            <button class="link-button" type="button" on:click=move |_| desk.leave(Leave::Back)>{t.back}</button>
            <h2 class="screen__title" tabindex="-1">{title}</h2>
            <ol class="redeem-steps" aria-label=t.steps>{steps.collect_view()}</ol>
        </header>
    }
}

/// The reward's detail: terms, most pieces, what it needs.
#[derive(Clone, PartialEq)]
enum Detail {
    Loading,
    Here(Box<RewardDetail>),
    Missing(Option<Box<Problem>>),
}

#[component]
fn ReviewStage(desk: Desk) -> impl IntoView {
    let t = desk.i18n.texts().redeem;
    let detail = RwSignal::new(Detail::Loading);
    let load = move || {
        let reward = desk.state.with_untracked(|state| match state {
            State::Quoting { order, .. } | State::Review { order, .. } | State::Sending { order, .. } => {
                Some(order.reward_id.clone())
            }
            _ => None,
        });
        let Some(reward) = reward else { return };
        let client = desk.client();
        detail.set(Detail::Loading);
        spawn_local(async move {
            detail.set(match client.reward(&reward).await {
                Ok(here) => Detail::Here(Box::new(here)),
                Err(Failure::Refused(problem)) => Detail::Missing(Some(problem)),
                Err(_) => Detail::Missing(None),
            });
        });
    };
    load();
    let quoted =
        Memo::new(move |_| desk.state.with(|state| !matches!(state, State::Quoting { before: None, .. })));
    view! {
        <Head desk title=t.review_title step=0/>
        {move || match detail.get() {
            Detail::Here(detail) if quoted.get() => view! { <Review desk detail=*detail/> }.into_any(),
            Detail::Missing(problem) => view! { <NoAnswer desk earlier=None problem on_again=Callback::new(move |()| load())/> }.into_any(),
            _ => bones(t),
        }}
    }
}

fn bones(t: &'static Texts) -> AnyView {
    view! {
        <div class="review-bones" aria-busy="true">
            <span></span><span></span><span></span><span></span><span></span>
            <p class="visually-hidden" role="status">{t.loading}</p>
        </div>
    }
    .into_any()
}

#[component]
fn NoQuote(desk: Desk) -> impl IntoView {
    let t = desk.i18n.texts().redeem;
    let (problem, earlier) = desk.state.with_untracked(|state| match state {
        State::NoQuote { problem, earlier, .. } => (problem.clone(), earlier.clone()),
        _ => (None, None),
    });
    view! {
        <Head desk title=t.review_title step=0/>
        <NoAnswer desk earlier problem on_again=Callback::new(move |()| desk.dispatch(Event::Again))/>
    }
}

#[component]
fn NoAnswer(
    desk: Desk,
    earlier: Option<Box<Problem>>,
    problem: Option<Box<Problem>>,
    on_again: Callback<()>,
) -> impl IntoView {
    let t = desk.i18n.texts().redeem;
    let earlier = earlier.map(|earlier| problem_notice(&earlier, t.reference_note));
    let signed_out = problem.as_ref().is_some_and(|problem| flow::needs_code(problem.kind));
    let said = match problem {
        Some(problem) => problem_notice(&problem, t.reference_note),
        None => {
            view! { <Notice tone=Tone::Warn title=t.no_quote_title>{t.no_quote_body}</Notice> }.into_any()
        }
    };
    view! {
        <div class="redeem__narrow">
            {earlier}
            {said}
            <div>{if signed_out {
                view! { <button class="button button--primary" part="button primary" type="button" on:click=move |_| desk.leave(Leave::SignIn)>{t.sign_in}</button> }.into_any()
            } else {
                view! { <button class="button button--primary" part="button primary" type="button" on:click=move |_| on_again.run(())>{t.again}</button> }.into_any()
            }}</div>
        </div>
    }
}

#[component]
fn Checking(desk: Desk) -> impl IntoView {
    let t = desk.i18n.texts().redeem;
    let why = Memo::new(move |_| {
        desk.state.with(|state| match state {
            State::Checking { why: Why::Resumed, .. } => t.checking_resumed,
            State::Checking { why: Why::Busy, .. } => t.checking_busy,
            State::Checking { why: Why::HoldOver, .. } => t.checking_hold_over,
            State::Checking { why: Why::Moved, .. } => t.checking_moved,
            _ => t.checking_lost,
        })
    });
    let stalled = Memo::new(move |_| {
        desk.state
            .with(|state| matches!(state, State::Checking { asked, .. } if *asked >= flow::LOOK_UPS_MAX))
    });
    view! {
        <div class="checking" role="status">
            <h2 class="screen__title" tabindex="-1">{t.checking_title}</h2>
            <div class="checking__bar" hidden=move || stalled.get() aria-hidden="true"></div>
            <p class="screen__lead">{move || why.get()}</p>
            <p class="screen__lead">{t.checking_body}</p>
            {move || stalled.get().then(|| view! { <p>{t.checking_stalled}</p> })}
            <div><button class="button" part="button" type="button" on:click=move |_| desk.dispatch(Event::Again)>{t.check_now}</button></div>
        </div>
    }
}

#[component]
fn Refused(desk: Desk) -> impl IntoView {
    let t = desk.i18n.texts().redeem;
    let problem = desk.state.with_untracked(|state| match state {
        State::Refused { problem } => Some(problem.clone()),
        _ => None,
    });
    problem.map(|problem| {
        let (title, body, action, how) = if flow::needs_code(problem.kind) {
            (t.sign_in_title, view! { <p class="screen__lead">{t.sign_in_body}</p> }.into_any(), t.sign_in, Leave::SignIn)
        } else {
            let body = view! { {problem_notice(&problem, t.reference_note)}<p class="screen__lead">{t.refused_points}</p> };
            (t.refused_title, body.into_any(), t.done, Leave::Done)
        };
        view! {
            <div class="redeem__narrow">
                <h2 class="screen__title" tabindex="-1">{title}</h2>
                {body}
                <div><button class="button button--primary" part="button primary" type="button" on:click=move |_| desk.leave(how)>{action}</button></div>
            </div>
        }
    })
}

/// The hold ended, was cancelled, or the redemption was given back: either way the points are in their lots again.
#[component]
fn PointsBack(desk: Desk) -> impl IntoView {
    let t = desk.i18n.texts().redeem;
    let ended = desk.state.with_untracked(|state| match state {
        State::Ended { redemption } | State::Cancelled { redemption } => Some(redemption.clone()),
        _ => None,
    });
    ended.map(|redemption| {
        let EndedText { title, body } = t.points_back(&redemption, |points| desk.i18n.points(points));
        let again = Order { reward_id: redemption.reward_id.clone(), quantity: redemption.quantity };
        let start_over = move |_| {
            let (state, todo) = flow::start(again.clone());
            desk.state.set(state);
            desk.carry_out(todo, None);
        };
        view! {
            <div class="redeem__narrow">
                <h2 class="screen__title" tabindex="-1">{title}</h2>
                <p class="screen__lead">{body}</p>
                <p class="review__note">{redemption.title.clone()}" · "<bdi dir="ltr">{redemption.reference.clone()}</bdi></p>
                <div class="receipt__foot">
                    <button class="button button--primary" part="button primary" type="button" on:click=start_over>{t.start_over}</button>
                    <button class="button" part="button" type="button" on:click=move |_| desk.leave(Leave::Done)>{t.done}</button>
                </div>
            </div>
        }
    })
}
