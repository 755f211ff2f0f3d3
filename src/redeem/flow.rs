//! The redeem flow as a pure machine: `(state, event) → (state, what to do)`. No clock, no browser, no network.
//!
//! Invariants:
//! * The attempt is stored before it is sent ([`Do::Store`] comes before [`Do::Create`]).
//! * A lost answer is never answered by sending again, only by looking the attempt up ([`State::Checking`]).
//! * An attempt that the server does not know never arrived: it may be sent again *under the same id*, so that a
//!   late first copy and the second can not both count.
//! * A code that is sent again, unchanged, goes under the key of the first time, so that it counts once.
//! * Only the server ends a hold: when our countdown reaches zero the attempt is looked up, nothing is assumed.

use tukar_wire::{AskRedemption, Channel, Problem, ProblemKind, Quote, Redemption, RedemptionState};

/// Look-ups that happen by themselves; after them the member is offered a button.
pub const LOOK_UPS_MAX: u32 = 20;

/// How often the server has to say "not known" before an attempt with a lost answer counts as never arrived.
pub const MISSING_MIN: u32 = 2;

/// What is to be redeemed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which reward.
    pub reward_id: String,
    /// Pieces, from 1.
    pub quantity: u32,
}

/// Why an attempt is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// An answer got lost on its way back.
    Lost,
    /// The page was loaded anew, or the member came back to a held redemption.
    Resumed,
    /// The server is busy, restarting, or working on this very attempt.
    Busy,
    /// Our countdown of the hold is over; the server says whether it is.
    HoldOver,
    /// The server says that the redemption is no longer where we thought.
    Moved,
}

/// What the code step is doing beside waiting for digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Nothing: the member reads their phone.
    Nothing,
    /// A new code was asked for.
    Resending,
    /// The hold is being ended.
    Cancelling,
}

/// A code as it was typed, with what it takes to send the very same request again and to see whether it was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// Digits.
    pub code: String,
    /// The request's key: new for each code that is typed, the same when that one is sent again.
    pub key: String,
    /// Tries that were left before it.
    pub tries_left: u32,
}

/// Something worth saying at the code field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The server refused the last step.
    Refused(Problem),
    /// A new code is on its way.
    Resent,
    /// This code never reached the server: it can be sent again.
    NotArrived(Typed),
    /// This code reached the server and was wrong; its answer was lost.
    Wrong(String),
}

/// Where the member stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The price and the paying lots are being asked for.
    Quoting {
        /// What for.
        order: Order,
        /// The last quote, shown dimmed while a new one comes.
        before: Option<Box<Quote>>,
        /// An attempt that never arrived, whose id is used again.
        unsent: Option<String>,
        /// What to say above the new quote.
        problem: Option<Box<Problem>>,
    },
    /// No quote could be had.
    NoQuote {
        /// What for.
        order: Order,
        /// Kept for the next try.
        unsent: Option<String>,
        /// What the server said; `None` when no answer came.
        problem: Option<Box<Problem>>,
        /// What was to be said above the quote, and still is: that an order was called off, or costs something else.
        earlier: Option<Box<Problem>>,
    },
    /// The member reads what it costs and gives the recipient.
    Review {
        /// What for.
        order: Order,
        /// What it costs.
        quote: Box<Quote>,
        /// An attempt that never arrived, whose id is used again.
        unsent: Option<String>,
        /// What was refused the last time.
        problem: Option<Box<Problem>>,
    },
    /// The attempt is on its way.
    Sending {
        /// What for.
        order: Order,
        /// Agreed to.
        quote: Box<Quote>,
        /// As sent.
        ask: Box<AskRedemption>,
    },
    /// What became of the attempt is being asked; nothing is sent meanwhile.
    Checking {
        /// The attempt.
        id: String,
        /// What it was for, to go back to when it never arrived; `None` when only the id is known.
        order: Option<Order>,
        /// Why.
        why: Why,
        /// Look-ups so far.
        asked: u32,
        /// "Not known" answers so far.
        missing: u32,
        /// What to say when it turns out to be held: of a code whose answer got lost, that it did not arrive.
        note: Option<Box<Note>>,
    },
    /// Points are held and a code is waited for.
    Code {
        /// As the server last told it.
        held: Box<Redemption>,
        /// What else goes on.
        doing: Doing,
        /// What to say at the field.
        note: Option<Box<Note>>,
    },
    /// The code is being checked.
    Confirming {
        /// As the server last told it.
        held: Box<Redemption>,
        /// As sent.
        typed: Typed,
    },
    /// The member has it, or it is on its way.
    Receipt {
        /// With vouchers.
        redemption: Box<Redemption>,
        /// Look-ups so far while it is still on its way to the recipient.
        asked: u32,
    },
    /// A rule said no, and there is nothing to mend here.
    Refused {
        /// Which and why.
        problem: Box<Problem>,
    },
    /// The hold ended without a code; the points are back.
    Ended {
        /// As the server told it.
        redemption: Box<Redemption>,
    },
    /// Cancelled or given back; the points are back.
    Cancelled {
        /// As the server told it.
        redemption: Box<Redemption>,
    },
}

/// Why no answer of the expected kind came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The server answered with a problem.
    Refused(Problem),
    /// No answer, or none that says what became of it.
    Lost,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The quote came.
    Quoted(Quote),
    /// The member wants another number of pieces.
    Quantity(u32),
    /// The member agreed: hold the points and send a code.
    Send(AskRedemption),
    /// Any answer that tells where the redemption stands.
    Told(Redemption),
    /// The last request did not succeed.
    Failed(Trouble),
    /// The member typed a whole code.
    Submit {
        /// Digits.
        code: String,
        /// A new key, for a code that was not sent before.
        key: String,
    },
    /// The member wants a new code.
    Resend(Option<Channel>),
    /// The member gives up; the points come back at once.
    Cancel,
    /// Our countdown of the hold reached zero.
    HoldOver,
    /// The member asks again: for the quote, or what became of the attempt.
    Again,
}

/// What the view has to do next, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Do {
    /// Ask for a quote.
    Quote(Order),
    /// Keep the attempt where a reload finds it.
    Store(AskRedemption),
    /// Forget the stored attempt.
    Forget,
    /// Send the attempt.
    Create(AskRedemption),
    /// Ask what became of the attempt, after a pause.
    LookUp {
        /// The attempt.
        id: String,
        /// Pause before.
        after_ms: u32,
    },
    /// Send the code.
    Confirm {
        /// The attempt.
        id: String,
        /// As typed.
        typed: Typed,
    },
    /// Ask for a new code.
    Resend {
        /// The attempt.
        id: String,
        /// Which way; the same as before when absent.
        channel: Option<Channel>,
    },
    /// End the hold.
    Cancel {
        /// The attempt.
        id: String,
    },
    /// Points were held, spent or came back: what shows them asks anew.
    PointsMoved,
}

/// Begins with a reward.
#[must_use]
pub fn start(order: Order) -> (State, Vec<Do>) {
    let todo = vec![Do::Quote(order.clone())];
    (State::Quoting { order, before: None, unsent: None, problem: None }, todo)
}

/// Goes on with an attempt whose outcome is not known: after a reload, or from the locker.
#[must_use]
pub fn resume(id: String, order: Option<Order>) -> (State, Vec<Do>) {
    check(id, order, Why::Resumed, None)
}

/// Pause before look-up number `asked` (from 0), in milliseconds: at once, then slower and slower up to ten seconds.
#[must_use]
pub fn pause_ms(asked: u32) -> u32 {
    match asked {
        0 => 0,
        1 => 1_000,
        2 => 2_000,
        3 => 4_000,
        4 => 7_000,
        _ => 10_000,
    }
}

/// The machine. An event that makes no sense in a state changes nothing: answers may come late, buttons be pressed twice.
#[must_use]
pub fn step(state: State, event: Event) -> (State, Vec<Do>) {
    match (state, event) {
        (State::Quoting { order, unsent, problem, .. }, Event::Quoted(quote)) => {
            (State::Review { order, quote: Box::new(quote), unsent, problem }, vec![])
        }
        (State::Quoting { order, unsent, problem: earlier, .. }, Event::Failed(trouble)) => {
            let problem = match trouble {
                Trouble::Refused(problem) => Some(Box::new(problem)),
                Trouble::Lost => None,
            };
            (State::NoQuote { order, unsent, problem, earlier }, vec![])
        }
        (State::NoQuote { order, unsent, earlier, .. }, Event::Again) => {
            quote_again(order, None, unsent, earlier)
        }
        (State::Quoting { order, before, unsent, .. }, Event::Quantity(quantity)) => {
            quote_again(Order { quantity, ..order }, before, unsent, None)
        }
        (State::Review { order, quote, unsent, .. }, Event::Quantity(quantity)) => {
            quote_again(Order { quantity, ..order }, Some(quote), unsent, None)
        }
        (State::Review { order, quote, unsent, .. }, Event::Again) => {
            quote_again(order, Some(quote), unsent, None)
        }
        (State::Review { order, quote, .. }, Event::Send(ask)) => {
            let todo = vec![Do::Store(ask.clone()), Do::Create(ask.clone())];
            (State::Sending { order, quote, ask: Box::new(ask) }, todo)
        }
        (State::Sending { order, quote, ask }, Event::Failed(trouble)) => {
            not_held(order, quote, *ask, trouble)
        }
        (State::Checking { id, order, why, asked, missing, note }, Event::Failed(trouble)) => {
            not_told(Look { id, order, why, asked, missing, note }, trouble)
        }
        // What was heard so far still counts: who presses often must not begin anew each time.
        (State::Checking { id, order, why, missing, note, .. }, Event::Again) => {
            look_up_at_once(Look { id, order, why, asked: 0, missing, note })
        }
        (State::Code { held, doing: Doing::Nothing, note }, Event::Submit { code, key }) => {
            let key = match note.as_deref() {
                Some(Note::NotArrived(before)) if before.code == code => before.key.clone(),
                _ => key,
            };
            let tries_left = held.code.as_ref().map_or(0, |code| code.tries_left);
            let typed = Typed { code, key, tries_left };
            let todo = vec![Do::Confirm { id: held.id.clone(), typed: typed.clone() }];
            (State::Confirming { held, typed }, todo)
        }
        (State::Code { held, doing: Doing::Nothing, .. }, Event::Resend(channel)) => {
            let todo = vec![Do::Resend { id: held.id.clone(), channel }];
            (State::Code { held, doing: Doing::Resending, note: None }, todo)
        }
        (State::Code { held, doing: Doing::Nothing, .. }, Event::Cancel) => {
            let todo = vec![Do::Cancel { id: held.id.clone() }];
            (State::Code { held, doing: Doing::Cancelling, note: None }, todo)
        }
        (State::Code { held, doing: Doing::Nothing, .. }, Event::HoldOver) => {
            check(held.id.clone(), None, Why::HoldOver, None)
        }
        (State::Code { held, .. }, Event::Failed(trouble)) => not_done(held, None, trouble),
        (State::Confirming { held, typed }, Event::Failed(trouble)) => {
            not_done(held, Some(Box::new(Note::NotArrived(typed))), trouble)
        }
        (State::Receipt { redemption, asked }, Event::Failed(_)) => on_its_way(redemption, asked + 1),
        (State::Receipt { redemption, .. }, Event::Again) => on_its_way(redemption, 0),
        (state, Event::Told(redemption)) => told(state, redemption),
        (state, _) => (state, vec![]),
    }
}

/// A code is on its way, or its answer got lost: a receipt that is told now is what that code bought.
#[must_use]
pub fn is_paying(state: &State) -> bool {
    match state {
        State::Confirming { .. } => true,
        State::Checking { note: Some(note), .. } => matches!(**note, Note::NotArrived(_)),
        _ => false,
    }
}

/// The stored attempt is of no more use once the member leaves these states.
#[must_use]
pub fn is_over(state: &State) -> bool {
    match state {
        State::Receipt { .. } | State::Ended { .. } | State::Cancelled { .. } => true,
        State::Refused { problem } => !needs_code(problem.kind),
        _ => false,
    }
}

/// The member has to sign in with a code, and then goes on where they were: the session ended, or it only reads.
#[must_use]
pub fn needs_code(kind: ProblemKind) -> bool {
    matches!(kind, ProblemKind::NotSignedIn | ProblemKind::StepUpNeeded)
}

fn quote_again(
    order: Order,
    before: Option<Box<Quote>>,
    unsent: Option<String>,
    problem: Option<Box<Problem>>,
) -> (State, Vec<Do>) {
    let todo = vec![Do::Quote(order.clone())];
    (State::Quoting { order, before, unsent, problem }, todo)
}

fn check(id: String, order: Option<Order>, why: Why, note: Option<Box<Note>>) -> (State, Vec<Do>) {
    look_up_at_once(Look { id, order, why, asked: 0, missing: 0, note })
}

fn look_up_at_once(look: Look) -> (State, Vec<Do>) {
    let Look { id, order, why, asked, missing, note } = look;
    let todo = vec![Do::LookUp { id: id.clone(), after_ms: pause_ms(asked) }];
    (State::Checking { id, order, why, asked, missing, note }, todo)
}

/// The attempt was not held. A refusal had no effect, so the next attempt gets a new id.
fn not_held(order: Order, quote: Box<Quote>, ask: AskRedemption, trouble: Trouble) -> (State, Vec<Do>) {
    let problem = match trouble {
        Trouble::Lost => return check(ask.id, Some(order), Why::Lost, None),
        Trouble::Refused(problem) => problem,
    };
    match problem.kind {
        ProblemKind::Broken | ProblemKind::Busy | ProblemKind::Paused | ProblemKind::InFlight => {
            check(ask.id, Some(order), Why::Busy, None)
        }
        // The first copy came after all, with another recipient perhaps: what is held is that, and the member has to be told.
        ProblemKind::KeyReused => {
            check(ask.id, Some(order), Why::Moved, Some(Box::new(Note::Refused(problem))))
        }
        ProblemKind::WrongState => check(ask.id, Some(order), Why::Moved, None),
        // The session ended before anything was held; after signing in the same attempt is looked up.
        kind if needs_code(kind) => (State::Refused { problem: Box::new(problem) }, vec![]),
        ProblemKind::PriceChanged | ProblemKind::NotEligible => {
            let (state, mut todo) = quote_again(order, Some(quote), None, Some(Box::new(problem)));
            todo.insert(0, Do::Forget);
            (state, todo)
        }
        ProblemKind::NotFound => (State::Refused { problem: Box::new(problem) }, vec![Do::Forget]),
        _ => {
            (State::Review { order, quote, unsent: None, problem: Some(Box::new(problem)) }, vec![Do::Forget])
        }
    }
}

struct Look {
    id: String,
    order: Option<Order>,
    why: Why,
    asked: u32,
    missing: u32,
    note: Option<Box<Note>>,
}

/// A look-up did not tell where the redemption stands.
fn not_told(look: Look, trouble: Trouble) -> (State, Vec<Do>) {
    let Look { id, order, why, asked, mut missing, note } = look;
    if let Trouble::Refused(problem) = trouble {
        match problem.kind {
            ProblemKind::NotFound => {
                missing += 1;
                let sure = why == Why::Resumed || missing >= MISSING_MIN;
                match order {
                    Some(order) if sure => return quote_again(order, None, Some(id), None),
                    None if sure => {
                        return (State::Refused { problem: Box::new(problem) }, vec![Do::Forget]);
                    }
                    _ => return wait(Look { id, order, why, asked, missing, note }),
                }
            }
            kind if needs_code(kind) => return (State::Refused { problem: Box::new(problem) }, vec![]),
            _ => {}
        }
    }
    wait(Look { id, order, why, asked, missing, note })
}

fn wait(look: Look) -> (State, Vec<Do>) {
    let asked = look.asked + 1;
    let todo = if asked < LOOK_UPS_MAX {
        vec![Do::LookUp { id: look.id.clone(), after_ms: pause_ms(asked) }]
    } else {
        vec![]
    };
    let Look { id, order, why, missing, note, .. } = look;
    (State::Checking { id, order, why, asked, missing, note }, todo)
}

/// Confirming, resending or cancelling did not succeed; `note` is what to say when nobody knows and it is still held.
fn not_done(held: Box<Redemption>, note: Option<Box<Note>>, trouble: Trouble) -> (State, Vec<Do>) {
    let problem = match trouble {
        Trouble::Lost => return check(held.id.clone(), None, Why::Lost, note),
        Trouble::Refused(problem) => problem,
    };
    match problem.kind {
        ProblemKind::Broken | ProblemKind::Busy | ProblemKind::Paused | ProblemKind::InFlight => {
            check(held.id.clone(), None, Why::Busy, note)
        }
        ProblemKind::WrongState | ProblemKind::NotFound | ProblemKind::KeyReused => {
            check(held.id.clone(), None, Why::Moved, None)
        }
        // The hold is over and its points are back: what is offered now is reviewed again, under a new attempt.
        ProblemKind::OrderChanged => {
            let order = Order { reward_id: held.reward_id.clone(), quantity: held.quantity };
            let (state, mut todo) = quote_again(order, None, None, Some(Box::new(problem)));
            todo.splice(0..0, [Do::Forget, Do::PointsMoved]);
            (state, todo)
        }
        kind if needs_code(kind) => (State::Refused { problem: Box::new(problem) }, vec![]),
        _ => {
            let mut held = held;
            if let (Some(left), Some(code)) = (problem.tries_left, held.code.as_mut()) {
                code.tries_left = left;
            }
            if problem.kind == ProblemKind::CodeLocked
                && let Some(code) = held.code.as_mut()
            {
                code.tries_left = 0;
            }
            let note = Some(Box::new(Note::Refused(problem)));
            (State::Code { held, doing: Doing::Nothing, note }, vec![])
        }
    }
}

/// The server told where the redemption stands: that is where the member stands.
fn told(state: State, redemption: Redemption) -> (State, Vec<Do>) {
    let mut asked = 0;
    let mut note = None;
    let mut todo = vec![Do::PointsMoved];
    match state {
        State::Sending { .. } | State::Confirming { .. } => {}
        // Our clock ran ahead, or the server has not swept yet: still held, but nothing can be typed any more.
        State::Checking { id, order, why: Why::HoldOver, asked, missing, note }
            if redemption.state == RedemptionState::Held
                && redemption.server_time >= redemption.hold_ends_at =>
        {
            return wait(Look { id, order, why: Why::HoldOver, asked, missing, note });
        }
        State::Checking { note: kept, .. } => {
            note = kept.map(|kept| Box::new(still_true(*kept, &redemption)))
        }
        State::Code { doing, .. } => note = (doing == Doing::Resending).then(|| Box::new(Note::Resent)),
        State::Receipt { asked: before, .. } => {
            asked = before + 1;
            todo = vec![];
        }
        // A late answer: the member is elsewhere by now.
        _ => return (state, vec![]),
    }
    let redemption = Box::new(redemption);
    let state = match redemption.state {
        RedemptionState::Held => State::Code { held: redemption, doing: Doing::Nothing, note },
        RedemptionState::Confirmed => {
            let (state, more) = on_its_way(redemption, asked);
            todo.extend(more);
            state
        }
        RedemptionState::Fulfilled | RedemptionState::Other => State::Receipt { redemption, asked },
        RedemptionState::Voided | RedemptionState::Undone => {
            todo.insert(0, Do::Forget);
            State::Cancelled { redemption }
        }
        RedemptionState::Expired => {
            todo.insert(0, Do::Forget);
            State::Ended { redemption }
        }
    };
    (state, todo)
}

/// A code that took a try did arrive, whatever became of its answer.
fn still_true(note: Note, redemption: &Redemption) -> Note {
    match (note, &redemption.code) {
        (Note::NotArrived(typed), Some(now)) if now.tries_left < typed.tries_left => Note::Wrong(typed.code),
        (note, _) => note,
    }
}

/// Spent, but not with the recipient yet: look again by itself for a while.
fn on_its_way(redemption: Box<Redemption>, asked: u32) -> (State, Vec<Do>) {
    let todo = if redemption.state == RedemptionState::Confirmed && asked < LOOK_UPS_MAX {
        vec![Do::LookUp { id: redemption.id.clone(), after_ms: pause_ms(asked + 2) }]
    } else {
        vec![]
    };
    (State::Receipt { redemption, asked }, todo)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tukar_wire::{CodeState, Moment, RewardKind};

    const ID: &str = "7d8f0b52-2a55-4b0c-9d1a-6f6d2f0c2f11";

    fn order() -> Order {
        Order { reward_id: "pulsa-10000".into(), quantity: 1 }
    }

    fn quote() -> Quote {
        Quote {
            reward_id: "pulsa-10000".into(),
            title: "Pulsa Rp10.000".into(),
            quantity: 1,
            quantity_max: 1,
            points: 1_000,
            paid_by: vec![],
            paid_by_more: 0,
            paid_by_more_points: 0,
            left: 0,
            reasons: vec![],
            price_version: "1".into(),
            channels: vec![Channel::Sms],
            own_phone_masked: None,
            hold_seconds: 600,
            server_time: Moment(0),
        }
    }

    fn ask() -> AskRedemption {
        AskRedemption {
            id: ID.into(),
            reward_id: "pulsa-10000".into(),
            quantity: 1,
            points: 1_000,
            price_version: "1".into(),
            recipient: None,
            channel: None,
        }
    }

    fn redemption(state: RedemptionState) -> Redemption {
        let code = (state == RedemptionState::Held).then(|| CodeState {
            channel: Channel::Sms,
            sent_to: "0812••••678".into(),
            ends_at: Moment(300_000),
            resend_at: Moment(30_000),
            tries_left: 5,
            channels: vec![Channel::Sms],
        });
        Redemption {
            id: ID.into(),
            reference: "TKR-7F3K-29QD".into(),
            state,
            reward_id: "pulsa-10000".into(),
            title: "Pulsa Rp10.000".into(),
            kind: RewardKind("airtime".into()),
            quantity: 1,
            points: 1_000,
            recipient: None,
            held_at: Moment(0),
            hold_ends_at: Moment(600_000),
            code,
            vouchers: vec![],
            available: 0,
            left: None,
            expired: None,
            server_time: Moment(1_000),
        }
    }

    fn problem(kind: ProblemKind) -> Problem {
        Problem {
            kind,
            title: kind.word().into(),
            status: kind.status(),
            detail: String::new(),
            next: String::new(),
            fields: vec![],
            reasons: vec![],
            tries_left: (kind == ProblemKind::CodeWrong).then_some(3),
            retry_at: None,
            reference: String::new(),
        }
    }

    fn refused(kind: ProblemKind) -> Event {
        Event::Failed(Trouble::Refused(problem(kind)))
    }

    fn lost() -> Event {
        Event::Failed(Trouble::Lost)
    }

    fn review() -> State {
        State::Review { order: order(), quote: Box::new(quote()), unsent: None, problem: None }
    }

    fn sending() -> State {
        step(review(), Event::Send(ask())).0
    }

    fn code() -> State {
        step(sending(), Event::Told(redemption(RedemptionState::Held))).0
    }

    fn submit(code: &str, key: &str) -> Event {
        Event::Submit { code: code.into(), key: key.into() }
    }

    fn confirming() -> State {
        step(code(), submit("482913", "key-1")).0
    }

    fn held_with(tries_left: u32) -> Event {
        let mut held = redemption(RedemptionState::Held);
        held.code = held.code.map(|code| CodeState { tries_left, ..code });
        Event::Told(held)
    }

    fn name(state: &State) -> &'static str {
        match state {
            State::Quoting { .. } => "quoting",
            State::NoQuote { .. } => "no quote",
            State::Review { .. } => "review",
            State::Sending { .. } => "sending",
            State::Checking { .. } => "checking",
            State::Code { .. } => "code",
            State::Confirming { .. } => "confirming",
            State::Receipt { .. } => "receipt",
            State::Refused { .. } => "refused",
            State::Ended { .. } => "ended",
            State::Cancelled { .. } => "cancelled",
        }
    }

    /// Every state once, each reached by the machine itself.
    fn every_state() -> Vec<State> {
        let end = |state| step(sending(), Event::Told(redemption(state))).0;
        vec![
            start(order()).0,
            step(start(order()).0, lost()).0,
            review(),
            sending(),
            resume(ID.into(), Some(order())).0,
            code(),
            confirming(),
            end(RedemptionState::Fulfilled),
            step(sending(), refused(ProblemKind::NotFound)).0,
            end(RedemptionState::Expired),
            end(RedemptionState::Voided),
        ]
    }

    fn every_event() -> Vec<Event> {
        let mut events = vec![
            Event::Quoted(quote()),
            Event::Quantity(2),
            Event::Send(ask()),
            lost(),
            submit("482913", "key-1"),
            Event::Resend(None),
            Event::Cancel,
            Event::HoldOver,
            Event::Again,
        ];
        events.extend(ProblemKind::ALL.iter().map(|kind| refused(*kind)));
        events.extend(
            [
                RedemptionState::Held,
                RedemptionState::Confirmed,
                RedemptionState::Fulfilled,
                RedemptionState::Voided,
                RedemptionState::Expired,
                RedemptionState::Undone,
                RedemptionState::Other,
            ]
            .map(|state| Event::Told(redemption(state))),
        );
        events
    }

    #[test]
    fn only_agreeing_in_the_review_ever_sends_an_attempt_and_it_is_stored_first() {
        for state in every_state() {
            for event in every_event() {
                let agreed = name(&state) == "review" && matches!(event, Event::Send(_));
                let label = format!("{} + {event:?}", name(&state));
                let (_, todo) = step(state.clone(), event);
                let sent = todo.iter().position(|what| matches!(what, Do::Create(_)));
                assert_eq!(sent.is_some(), agreed, "{label}");
                if agreed {
                    assert_eq!(todo, vec![Do::Store(ask()), Do::Create(ask())], "{label}");
                }
            }
        }
    }

    #[test]
    fn only_a_typed_code_ever_confirms() {
        for state in every_state() {
            for event in every_event() {
                let typed = name(&state) == "code" && matches!(event, Event::Submit { .. });
                let label = format!("{} + {event:?}", name(&state));
                let (_, todo) = step(state.clone(), event);
                assert_eq!(todo.iter().any(|what| matches!(what, Do::Confirm { .. })), typed, "{label}");
            }
        }
    }

    #[test]
    fn a_lost_answer_of_any_step_that_moves_points_is_looked_up() {
        let resending = step(code(), Event::Resend(None)).0;
        let cancelling = step(code(), Event::Cancel).0;
        for state in [sending(), confirming(), resending, cancelling] {
            let label = name(&state);
            let (next, todo) = step(state, lost());
            assert_eq!(name(&next), "checking", "{label}");
            assert_eq!(todo, vec![Do::LookUp { id: ID.into(), after_ms: 0 }], "{label}");
        }
    }

    #[test]
    fn what_the_server_tells_decides_the_state() {
        for (said, then) in [
            (RedemptionState::Held, "code"),
            (RedemptionState::Confirmed, "receipt"),
            (RedemptionState::Fulfilled, "receipt"),
            (RedemptionState::Voided, "cancelled"),
            (RedemptionState::Undone, "cancelled"),
            (RedemptionState::Expired, "ended"),
            (RedemptionState::Other, "receipt"),
        ] {
            for state in [sending(), resume(ID.into(), None).0, code(), confirming()] {
                let label = name(&state);
                assert_eq!(name(&step(state, Event::Told(redemption(said))).0), then, "{label} + {said:?}");
            }
        }
    }

    #[test]
    fn a_refused_attempt_goes_where_it_can_be_mended() {
        for (kind, then) in [
            (ProblemKind::Invalid, "review"),
            (ProblemKind::Malformed, "review"),
            (ProblemKind::TooMany, "review"),
            (ProblemKind::PriceChanged, "quoting"),
            (ProblemKind::NotEligible, "quoting"),
            (ProblemKind::InFlight, "checking"),
            (ProblemKind::KeyReused, "checking"),
            (ProblemKind::Broken, "checking"),
            (ProblemKind::Busy, "checking"),
            (ProblemKind::NotSignedIn, "refused"),
            (ProblemKind::StepUpNeeded, "refused"),
            (ProblemKind::NotFound, "refused"),
        ] {
            let (next, todo) = step(sending(), refused(kind));
            assert_eq!(name(&next), then, "{kind:?}");
            let kept = matches!(then, "checking") || needs_code(kind);
            assert_eq!(!todo.contains(&Do::Forget), kept, "{kind:?}");
        }
    }

    #[test]
    fn an_order_that_changed_is_reviewed_again_with_the_points_back() {
        for state in [confirming(), step(code(), Event::Resend(None)).0] {
            let (next, todo) = step(state, refused(ProblemKind::OrderChanged));
            let State::Quoting { order: again, unsent: None, problem: Some(problem), .. } = next else {
                panic!("{next:?}")
            };
            assert_eq!((again, problem.kind), (order(), ProblemKind::OrderChanged));
            assert_eq!(todo, [Do::Forget, Do::PointsMoved, Do::Quote(order())]);
        }
    }

    #[test]
    fn why_an_order_changed_is_said_however_often_the_quote_is_lost() {
        let (mut state, _) = step(confirming(), refused(ProblemKind::OrderChanged));
        for _ in 0..2 {
            (state, _) = step(state, lost());
            let State::NoQuote { problem: None, earlier: Some(earlier), .. } = &state else {
                panic!("{state:?}")
            };
            assert_eq!(earlier.kind, ProblemKind::OrderChanged);
            (state, _) = step(state, Event::Again);
        }
        let (state, _) = step(state, Event::Quoted(quote()));
        let State::Review { problem: Some(problem), .. } = state else { panic!("{state:?}") };
        assert_eq!(problem.kind, ProblemKind::OrderChanged);
    }

    #[test]
    fn a_wrong_code_keeps_the_hold_and_tells_the_tries_left() {
        let (next, todo) = step(confirming(), refused(ProblemKind::CodeWrong));
        let State::Code { held, note: Some(note), .. } = next else { panic!("{next:?}") };
        assert_eq!(held.code.map(|code| code.tries_left), Some(3));
        assert!(matches!(*note, Note::Refused(problem) if problem.kind == ProblemKind::CodeWrong));
        assert_eq!(todo, vec![]);
    }

    #[test]
    fn a_locked_code_leaves_no_tries() {
        let (next, _) = step(confirming(), refused(ProblemKind::CodeLocked));
        let State::Code { held, .. } = next else { panic!("{next:?}") };
        assert_eq!(held.code.map(|code| code.tries_left), Some(0));
    }

    #[test]
    fn an_attempt_that_never_arrived_is_offered_again_under_the_same_id() {
        let (state, _) = step(sending(), lost());
        let (state, todo) = step(state, refused(ProblemKind::NotFound));
        assert_eq!(name(&state), "checking", "one answer may have overtaken the attempt");
        assert_eq!(todo, vec![Do::LookUp { id: ID.into(), after_ms: pause_ms(1) }]);
        let (state, todo) = step(state, refused(ProblemKind::NotFound));
        assert_eq!(todo, vec![Do::Quote(order())]);
        let (state, _) = step(state, Event::Quoted(quote()));
        let State::Review { unsent, .. } = state else { panic!("{state:?}") };
        assert_eq!(unsent.as_deref(), Some(ID));
    }

    #[test]
    fn after_a_reload_one_not_known_is_enough() {
        let (state, _) = resume(ID.into(), Some(order()));
        let (state, _) = step(state, refused(ProblemKind::NotFound));
        assert_eq!(name(&state), "quoting");
        let (state, _) = resume(ID.into(), None);
        let (state, todo) = step(state, refused(ProblemKind::NotFound));
        assert_eq!((name(&state), todo), ("refused", vec![Do::Forget]));
    }

    #[test]
    fn a_code_whose_confirmation_never_arrived_can_be_sent_again() {
        let State::Confirming { typed, .. } = confirming() else { panic!("not confirming") };
        let (state, _) = step(confirming(), lost());
        let (state, _) = step(state, held_with(5));
        let State::Code { note, .. } = state else { panic!("{state:?}") };
        assert_eq!(note.as_deref(), Some(&Note::NotArrived(typed)));
    }

    #[test]
    fn a_code_that_is_sent_again_goes_under_its_own_key_and_another_code_under_a_new_one() {
        let (state, _) = step(confirming(), lost());
        let (state, _) = step(state, held_with(5));
        for (digits, key) in [("482913", "key-1"), ("482914", "key-2")] {
            let (_, todo) = step(state.clone(), submit(digits, "key-2"));
            let [Do::Confirm { typed, .. }] = &todo[..] else { panic!("{todo:?}") };
            assert_eq!((typed.code.as_str(), typed.key.as_str()), (digits, key));
        }
        // Told that it was wrong, the member means another try, even with the same digits.
        let (state, _) = step(confirming(), refused(ProblemKind::CodeWrong));
        let (_, todo) = step(state, submit("482913", "key-2"));
        assert!(matches!(&todo[..], [Do::Confirm { typed, .. }] if typed.key == "key-2"), "{todo:?}");
    }

    #[test]
    fn a_code_that_took_a_try_was_wrong_and_not_lost_on_its_way() {
        for (left, wrong) in [(5, false), (4, true), (0, true)] {
            let (state, _) = step(confirming(), lost());
            let (state, _) = step(state, held_with(left));
            let State::Code { held, note: Some(note), .. } = state else { panic!("{state:?}") };
            assert_eq!(held.code.map(|code| code.tries_left), Some(left));
            assert_eq!(*note == Note::Wrong("482913".into()), wrong, "{left}: {note:?}");
        }
    }

    #[test]
    fn who_changed_something_while_the_first_copy_came_late_is_told_so() {
        let (state, _) = step(sending(), refused(ProblemKind::KeyReused));
        let (state, _) = step(state, held_with(5));
        let State::Code { note: Some(note), .. } = state else { panic!("{state:?}") };
        assert!(matches!(*note, Note::Refused(problem) if problem.kind == ProblemKind::KeyReused));
    }

    #[test]
    fn a_member_who_presses_often_gets_on_as_well() {
        let (state, _) = step(sending(), lost());
        let (state, _) = step(state, refused(ProblemKind::NotFound));
        let (state, _) = step(state, Event::Again);
        let (state, _) = step(state, refused(ProblemKind::NotFound));
        assert_eq!(name(&state), "quoting");
    }

    #[test]
    fn look_ups_slow_down_and_end_and_a_press_begins_them_anew() {
        let (mut state, mut todo) = resume(ID.into(), Some(order()));
        let mut pauses = vec![];
        while let Some(Do::LookUp { after_ms, .. }) = todo.first() {
            pauses.push(*after_ms);
            (state, todo) = step(state, lost());
        }
        assert_eq!(pauses.len(), LOOK_UPS_MAX as usize);
        assert!(pauses.is_sorted());
        assert_eq!(name(&state), "checking");
        let (_, todo) = step(state, Event::Again);
        assert_eq!(todo, vec![Do::LookUp { id: ID.into(), after_ms: 0 }]);
    }

    #[test]
    fn the_end_of_our_countdown_asks_the_server_and_believes_only_it() {
        let (state, todo) = step(code(), Event::HoldOver);
        assert_eq!(todo, vec![Do::LookUp { id: ID.into(), after_ms: 0 }]);
        let mut late = redemption(RedemptionState::Held);
        late.server_time = late.hold_ends_at;
        let (state, _) = step(state, Event::Told(late));
        assert_eq!(name(&state), "checking", "not swept yet");
        let (ended, todo) = step(state.clone(), Event::Told(redemption(RedemptionState::Expired)));
        assert_eq!((name(&ended), todo.contains(&Do::Forget)), ("ended", true));
        let (early, _) = step(state, Event::Told(redemption(RedemptionState::Held)));
        assert_eq!(name(&early), "code", "there was time left after all");
    }

    #[test]
    fn nothing_is_pressed_twice_while_the_code_step_is_at_work() {
        for state in [step(code(), Event::Resend(None)).0, step(code(), Event::Cancel).0, confirming()] {
            for event in [
                submit("1", "key-2"),
                Event::Resend(None),
                Event::Cancel,
                Event::HoldOver,
                Event::Send(ask()),
            ] {
                let (next, todo) = step(state.clone(), event);
                assert_eq!((next, todo), (state.clone(), vec![]));
            }
        }
    }

    #[test]
    fn a_late_answer_does_not_pull_the_member_out_of_the_review() {
        for state in [start(order()).0, review()] {
            let (next, todo) = step(state.clone(), Event::Told(redemption(RedemptionState::Held)));
            assert_eq!((next, todo), (state, vec![]));
        }
    }

    #[test]
    fn the_quantity_asks_for_a_new_quote_and_shows_the_old_one_meanwhile() {
        let (state, todo) = step(review(), Event::Quantity(3));
        assert_eq!(todo, vec![Do::Quote(Order { quantity: 3, ..order() })]);
        assert!(matches!(state, State::Quoting { before: Some(_), .. }));
    }

    #[test]
    fn a_confirmed_redemption_is_looked_at_until_it_is_delivered() {
        let (state, todo) = step(confirming(), Event::Told(redemption(RedemptionState::Confirmed)));
        assert!(matches!(todo[..], [Do::PointsMoved, Do::LookUp { .. }]));
        let (state, todo) = step(state, Event::Told(redemption(RedemptionState::Confirmed)));
        assert!(matches!(todo[..], [Do::LookUp { .. }]), "points moved once");
        let (state, todo) = step(state, Event::Told(redemption(RedemptionState::Fulfilled)));
        assert_eq!((name(&state), todo), ("receipt", vec![]));
    }

    #[test]
    fn a_session_that_ended_keeps_the_attempt_for_after_signing_in() {
        for state in [sending(), resume(ID.into(), Some(order())).0, code(), confirming()] {
            let (next, todo) = step(state, refused(ProblemKind::NotSignedIn));
            assert_eq!(name(&next), "refused");
            assert!(!is_over(&next) && !todo.contains(&Do::Forget));
        }
    }
}
