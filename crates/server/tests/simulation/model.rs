//! What a member would expect: lots, attempts, and the rules of the programme, told without a database.

use serde_json::Value;

/// Milliseconds since 1970.
pub(crate) type Millis = i64;

const HOLD_MS: Millis = 900_000;
const CODE_MS: Millis = 300_000;
const MINUTE: Millis = 60_000;

/// Points with one end.
#[derive(Clone, Debug)]
pub(crate) struct Lot {
    pub(crate) id: String,
    pub(crate) ends: Millis,
    pub(crate) available: i64,
    pub(crate) held: i64,
}

/// How an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Held,
    Fulfilled,
    Voided,
    Expired,
}

impl State {
    pub(crate) fn word(self) -> &'static str {
        match self {
            State::Held => "held",
            State::Fulfilled => "fulfilled",
            State::Voided => "voided",
            State::Expired => "expired",
        }
    }
}

/// A redemption that was begun.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) asking: Value,
    pub(crate) limited: bool,
    pub(crate) quantity: i64,
    pub(crate) state: State,
    pub(crate) ends: Millis,
    pub(crate) shares: Vec<(usize, i64)>,
    pub(crate) code: String,
    pub(crate) code_ends: Millis,
    pub(crate) wrong: u32,
    /// Key of the last request that a code was refused to, and the word that said so.
    pub(crate) refused: Option<(String, &'static str)>,
    pub(crate) sent: Vec<Millis>,
    pub(crate) hold_answer: Vec<u8>,
    pub(crate) confirmed: Option<(String, Vec<u8>)>,
    pub(crate) deal: Deal,
    /// What was said when it was called off.
    pub(crate) called_off: Option<Vec<u8>>,
}

/// What the member agreed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deal {
    /// It stands.
    Stands,
    /// The reward is no longer what it was; nobody has noticed.
    Changed,
    /// It was noticed, and the hold let go.
    CalledOff,
}

impl Attempt {
    pub(crate) fn id(&self) -> &str {
        self.asking["id"].as_str().unwrap()
    }
}

/// A member's side of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) phone: String,
    pub(crate) lots: Vec<Lot>,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) sent: Vec<Millis>,
    pub(crate) wrong: Vec<Millis>,
    /// Limited pieces that came back and were not counted yet.
    pub(crate) back: i64,
}

/// What must come of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Status of a success.
    Done(u16),
    /// Word of a problem.
    Refused(&'static str),
}

fn within(moments: &[Millis], now: Millis, minutes: Millis, most: usize) -> bool {
    moments.iter().filter(|at| **at > now - minutes * MINUTE).count() >= most
}

impl Member {
    pub(crate) fn spendable(&self, now: Millis) -> i64 {
        self.lots.iter().filter(|lot| lot.ends > now).map(|lot| lot.available).sum()
    }

    pub(crate) fn held(&self) -> i64 {
        self.lots.iter().map(|lot| lot.held).sum()
    }

    pub(crate) fn may_send(&self, now: Millis) -> bool {
        !within(&self.sent, now, 10, 5) && !within(&self.sent, now, 24 * 60, 10)
    }

    /// Ends what is over; answers how many limited pieces came back.
    pub(crate) fn settle(&mut self, now: Millis) -> i64 {
        let over: Vec<usize> = (0..self.attempts.len())
            .filter(|number| {
                self.attempts[*number].state == State::Held && self.attempts[*number].ends <= now
            })
            .collect();
        let back: i64 = over.into_iter().map(|number| self.release(number, State::Expired)).sum();
        back + std::mem::take(&mut self.back)
    }

    /// Takes points from what ends first.
    pub(crate) fn hold(&mut self, (asking, limited, quantity): (Value, bool, i64), now: Millis) {
        let mut left = asking["points"].as_i64().unwrap();
        let mut order: Vec<usize> = (0..self.lots.len()).filter(|lot| self.lots[*lot].ends > now).collect();
        order.sort_by(|a, b| {
            let (a, b) = (&self.lots[*a], &self.lots[*b]);
            (a.ends, &a.id).cmp(&(b.ends, &b.id))
        });
        let mut shares = Vec::new();
        for lot in order {
            let part = left.min(self.lots[lot].available);
            if part > 0 {
                self.lots[lot].available -= part;
                self.lots[lot].held += part;
                shares.push((lot, part));
                left -= part;
            }
        }
        assert_eq!(left, 0, "the model holds only what is there");
        self.sent.push(now);
        self.attempts.push(Attempt {
            asking,
            limited,
            quantity,
            state: State::Held,
            ends: now + HOLD_MS,
            shares,
            code: String::new(),
            code_ends: now + CODE_MS,
            wrong: 0,
            refused: None,
            sent: vec![now],
            hold_answer: Vec::new(),
            confirmed: None,
            deal: Deal::Stands,
            called_off: None,
        });
    }

    /// Lets a hold go; answers how many limited pieces came back.
    pub(crate) fn release(&mut self, number: usize, state: State) -> i64 {
        let attempt = &mut self.attempts[number];
        attempt.state = state;
        for (lot, points) in &attempt.shares {
            self.lots[*lot].held -= points;
            // A lot that ended meanwhile keeps nothing that can be spent.
            self.lots[*lot].available += points;
        }
        if attempt.limited { attempt.quantity } else { 0 }
    }

    /// The limited reward is another one now.
    pub(crate) fn change_terms(&mut self) {
        for attempt in self.attempts.iter_mut().filter(|attempt| attempt.limited) {
            if attempt.state == State::Held {
                attempt.deal = Deal::Changed;
            }
        }
    }

    /// Notices that what was agreed on has changed; then whatever is asked is refused.
    fn call_off(&mut self, number: usize) -> bool {
        let attempt = &mut self.attempts[number];
        if attempt.deal == Deal::Changed && attempt.state == State::Held {
            attempt.deal = Deal::CalledOff;
            self.back += self.release(number, State::Voided);
        }
        self.attempts[number].deal == Deal::CalledOff
    }

    /// Types a code.
    pub(crate) fn confirm(&mut self, number: usize, (right, key): (bool, &str), now: Millis) -> Expected {
        let locked_out = within(&self.wrong, now, 60, 10);
        if self.call_off(number) {
            return Expected::Refused("order-changed");
        }
        let attempt = &mut self.attempts[number];
        if let Some((first, _)) = &attempt.confirmed
            && first == key
        {
            // The key carries the code that was typed: the same key is the same request.
            return Expected::Done(200);
        }
        if attempt.state != State::Held {
            return Expected::Refused("wrong-state");
        }
        // The same request again is no other try.
        if let Some((_, word)) = attempt.refused.as_ref().filter(|(first, _)| first == key) {
            return Expected::Refused(word);
        }
        if locked_out {
            return Expected::Refused("too-many");
        }
        if attempt.wrong >= 5 {
            attempt.refused = Some((key.to_owned(), "code-locked"));
            return Expected::Refused("code-locked");
        }
        if attempt.code_ends <= now {
            return Expected::Refused("code-ended");
        }
        if !right {
            attempt.wrong += 1;
            let word = if attempt.wrong == 5 { "code-locked" } else { "code-wrong" };
            attempt.refused = Some((key.to_owned(), word));
            self.wrong.push(now);
            return Expected::Refused(word);
        }
        attempt.state = State::Fulfilled;
        for (lot, points) in &attempt.shares {
            self.lots[*lot].held -= points;
        }
        Expected::Done(200)
    }

    /// Asks for another code.
    pub(crate) fn resend(&mut self, number: usize, now: Millis) -> Expected {
        let may_send = self.may_send(now);
        if self.call_off(number) {
            return Expected::Refused("order-changed");
        }
        let attempt = &mut self.attempts[number];
        if attempt.state != State::Held {
            return Expected::Refused("wrong-state");
        }
        let wait = [30_000, 60_000, 120_000][(attempt.sent.len() - 1).min(2)];
        if now < attempt.sent.last().unwrap() + wait || !may_send {
            return Expected::Refused("too-many");
        }
        attempt.sent.push(now);
        self.sent.push(now);
        (attempt.wrong, attempt.refused, attempt.code_ends) = (0, None, now + CODE_MS);
        Expected::Done(200)
    }
}
