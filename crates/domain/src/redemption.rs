//! Where a redemption stands: held → confirmed → fulfilled; or voided, expired, undone.
//!
//! Invariants: a step takes the state and gives the next; a hold resolves exactly once; what is refused says from where,
//! what was asked and why.

use jiff::Timestamp;

/// State of a redemption with what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Points are held until then; a code is waited for.
    Held {
        /// First moment at which the hold is over.
        ends_at: Timestamp,
    },
    /// The points are spent; the reward is on its way.
    Confirmed {
        /// When.
        at: Timestamp,
    },
    /// The member has it.
    Fulfilled {
        /// When.
        at: Timestamp,
    },
    /// Cancelled; the points are back.
    Voided {
        /// When.
        at: Timestamp,
    },
    /// The hold ended; the points are back.
    Expired {
        /// When.
        at: Timestamp,
    },
    /// Given back.
    Undone {
        /// When.
        at: Timestamp,
    },
}

/// What is asked of a redemption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Spend the held points: the code was right.
    Confirm,
    /// Mark as delivered.
    Fulfil,
    /// Cancel the hold.
    Void,
    /// End the hold because its time is over.
    TimeOut,
    /// Give it back, until the given moment.
    Undo {
        /// First moment at which it can't be given back any more.
        until: Timestamp,
    },
}

/// Why a step was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{asked:?} is refused from {from:?}: {why:?}")]
pub struct StepRefused {
    /// Where it stands.
    pub from: State,
    /// What was asked.
    pub asked: Step,
    /// Why.
    pub why: Why,
}

/// Why a step was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The state has no such step.
    NotFromHere,
    /// Its time is over.
    TooLate,
    /// Its time has not come.
    TooEarly,
}

impl State {
    /// A fresh hold.
    #[must_use]
    pub fn hold(now: Timestamp, seconds: u32) -> State {
        State::Held { ends_at: now + jiff::SignedDuration::from_secs(i64::from(seconds)) }
    }

    /// The state after `asked` at `now`.
    ///
    /// # Errors
    /// [`StepRefused`]; the state is then as it was.
    pub fn step(self, asked: Step, now: Timestamp) -> Result<State, StepRefused> {
        let refuse = |why| Err(StepRefused { from: self, asked, why });
        match (self, asked) {
            (State::Held { ends_at }, Step::Confirm | Step::Void) if now >= ends_at => refuse(Why::TooLate),
            (State::Held { .. }, Step::Confirm) => Ok(State::Confirmed { at: now }),
            (State::Held { .. }, Step::Void) => Ok(State::Voided { at: now }),
            (State::Held { ends_at }, Step::TimeOut) if now < ends_at => refuse(Why::TooEarly),
            (State::Held { .. }, Step::TimeOut) => Ok(State::Expired { at: now }),
            (State::Confirmed { .. }, Step::Fulfil) => Ok(State::Fulfilled { at: now }),
            (State::Fulfilled { .. }, Step::Undo { until }) if now >= until => refuse(Why::TooLate),
            (State::Fulfilled { .. }, Step::Undo { .. }) => Ok(State::Undone { at: now }),
            _ => refuse(Why::NotFromHere),
        }
    }

    /// The stable word of the state, as in SQL and JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            State::Held { .. } => "held",
            State::Confirmed { .. } => "confirmed",
            State::Fulfilled { .. } => "fulfilled",
            State::Voided { .. } => "voided",
            State::Expired { .. } => "expired",
            State::Undone { .. } => "undone",
        }
    }

    /// The moment that belongs to the state: the end of a hold, else when the state was reached.
    #[must_use]
    pub fn moment(self) -> Timestamp {
        match self {
            State::Held { ends_at: at }
            | State::Confirmed { at }
            | State::Fulfilled { at }
            | State::Voided { at }
            | State::Expired { at }
            | State::Undone { at } => at,
        }
    }

    /// Reads [`State::word`] and [`State::moment`] back; `None` for another word.
    #[must_use]
    pub fn read(word: &str, at: Timestamp) -> Option<State> {
        Some(match word {
            "held" => State::Held { ends_at: at },
            "confirmed" => State::Confirmed { at },
            "fulfilled" => State::Fulfilled { at },
            "voided" => State::Voided { at },
            "expired" => State::Expired { at },
            "undone" => State::Undone { at },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn every_step_from_every_state_is_decided() {
        let states = [
            State::Held { ends_at: at(100) },
            State::Confirmed { at: at(1) },
            State::Fulfilled { at: at(1) },
            State::Voided { at: at(1) },
            State::Expired { at: at(1) },
            State::Undone { at: at(1) },
        ];
        let steps = [Step::Confirm, Step::Fulfil, Step::Void, Step::TimeOut, Step::Undo { until: at(100) }];
        let table = |now: i64| {
            states.map(|state| {
                steps.map(|step| state.step(step, at(now)).map(State::word).map_err(|no| no.why))
            })
        };
        let no = Err(Why::NotFromHere);
        let rest = [no; 5];
        assert_eq!(
            table(99),
            [
                [Ok("confirmed"), no, Ok("voided"), Err(Why::TooEarly), no],
                [no, Ok("fulfilled"), no, no, no],
                [no, no, no, no, Ok("undone")],
                rest,
                rest,
                rest,
            ]
        );
        assert_eq!(
            table(100),
            [
                [Err(Why::TooLate), no, Err(Why::TooLate), Ok("expired"), no],
                [no, Ok("fulfilled"), no, no, no],
                [no, no, no, no, Err(Why::TooLate)],
                rest,
                rest,
                rest,
            ]
        );
    }

    #[test]
    fn a_hold_is_resolved_exactly_once_at_any_moment() {
        let ways = [Step::Confirm, Step::Void, Step::TimeOut];
        for now in [0, 899, 900, 901] {
            for first in ways {
                let Ok(resolved) = State::hold(at(0), 900).step(first, at(now)) else { continue };
                for second in ways {
                    let again = resolved.step(second, at(now));
                    assert_eq!(
                        again.map_err(|no| no.why),
                        Err(Why::NotFromHere),
                        "{first:?} {second:?} {now}"
                    );
                }
            }
            let open = ways.iter().filter(|way| State::hold(at(0), 900).step(**way, at(now)).is_ok()).count();
            assert_eq!(open, if now < 900 { 2 } else { 1 }, "at {now}");
        }
    }

    #[test]
    fn a_refusal_says_from_where_what_was_asked_and_why() {
        let from = State::Voided { at: at(1) };
        let refused = from.step(Step::Confirm, at(2)).unwrap_err();
        assert_eq!(refused, StepRefused { from, asked: Step::Confirm, why: Why::NotFromHere });
        assert!(refused.to_string().starts_with("Confirm is refused from Voided"));
    }

    #[test]
    fn a_state_reads_back_from_its_word() {
        for state in [State::hold(at(0), 900), State::Fulfilled { at: at(7) }, State::Undone { at: at(8) }] {
            assert_eq!(State::read(state.word(), state.moment()), Some(state));
        }
        assert_eq!(State::read("lost", at(0)), None);
    }
}
