//! [`Problem`]: every refusal and failure, as RFC 9457 `application/problem+json`.
//!
//! The client acts on [`Problem::kind`] and shows `title`, `detail` and `next`, which the server wrote in the
//! member's language. A stranger learns from no problem whether a number has an account.

use crate::{Moment, Reason};
use serde::{Deserialize, Serialize};

/// Prefix of every `type`: a path on the API's own origin where the problem is explained.
pub const TYPE_PREFIX: &str = "/problems/";

/// What went wrong, what happened, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// [`TYPE_PREFIX`] and the word of the [`ProblemKind`], as `/problems/code-wrong`. Stable.
    #[serde(rename = "type")]
    pub kind: ProblemKind,
    /// Short, the same for every occurrence of this kind; in the member's language.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What happened this time; in the member's language.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// What to do next; in the member's language.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub next: String,
    /// Fields of the request that were refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
    /// Why the reward can't be redeemed, most important first (kind `not-eligible`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// Tries left on this code (kind `code-wrong`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries_left: Option<u32>,
    /// When the same request may succeed; with the header `Retry-After` in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Moment>,
    /// Id of this request in the server's log, to give to support.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
}

/// One refused field of a request body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldProblem {
    /// Path in the body, as `recipient.phone`.
    pub field: String,
    /// Why, in the member's language.
    pub message: String,
}

macro_rules! problem_kinds {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $status:literal;)*) => {
        /// The stable word of a problem. A word this build does not know reads as [`ProblemKind::Unknown`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ProblemKind { $($(#[$doc])* $variant,)* /// A word from a newer server.
            Unknown }

        impl ProblemKind {
            /// Every kind that a server of this build can answer.
            pub const ALL: &[ProblemKind] = &[$(ProblemKind::$variant),*];

            /// The word in `type`, without [`TYPE_PREFIX`].
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(ProblemKind::$variant => $word,)* ProblemKind::Unknown => "unknown" }
            }

            /// The HTTP status that goes with the kind.
            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(ProblemKind::$variant => $status,)* ProblemKind::Unknown => 500 }
            }

            /// The kind of a word or of a whole `type`.
            #[must_use]
            pub fn of(text: &str) -> ProblemKind {
                match text.strip_prefix(TYPE_PREFIX).unwrap_or(text) { $($word => ProblemKind::$variant,)* _ => ProblemKind::Unknown }
            }
        }
    };
}

problem_kinds! {
    /// The body, a header or the query is not of the documented shape; `fields` says where.
    Malformed = "malformed", 400;
    /// A POST that moves points came without `Idempotency-Key`.
    KeyMissing = "key-missing", 400;
    /// No session, or it ended: sign in again.
    NotSignedIn = "not-signed-in", 401;
    /// A session by a partner's word reads only: this needs a code first (`POST /v1/session/code`).
    StepUpNeeded = "step-up-needed", 403;
    /// The partner's signed identity can't be taken; `fields` says what is wrong with it.
    IdentityRefused = "identity-refused", 403;
    /// The page that the request names is not one of the partner's.
    PlaceNotListed = "place-not-listed", 403;
    /// Nothing here, or not this member's.
    NotFound = "not-found", 404;
    /// The path exists but not with this method.
    MethodNotAllowed = "method-not-allowed", 405;
    /// The same key is being worked on right now: ask for the attempt.
    InFlight = "in-flight", 409;
    /// The redemption is no longer in a state that allows this (ended, cancelled, already confirmed).
    WrongState = "wrong-state", 409;
    /// Price or terms changed since the quote: review again.
    PriceChanged = "price-changed", 409;
    /// What the code was sent for is no longer as agreed (price, terms, or anything else that a code is bound to): the hold
    /// was let go and the points are back. Review again; the same attempt stays over.
    OrderChanged = "order-changed", 409;
    /// The body is larger than the server reads.
    TooLarge = "too-large", 413;
    /// The body is not `application/json`.
    NotJson = "not-json", 415;
    /// The same key came with another body.
    KeyReused = "key-reused", 422;
    /// Well-formed, but a field's value can't be accepted; `fields` says which.
    Invalid = "invalid", 422;
    /// The rules of the reward or the account say no; `reasons` says why, in order.
    NotEligible = "not-eligible", 422;
    /// The code is not the one that was sent; `tries_left` says how many tries remain.
    CodeWrong = "code-wrong", 422;
    /// The code's time is over: ask for a new one.
    CodeEnded = "code-ended", 422;
    /// The code was sent for another page: ask for a new one here.
    CodeElsewhere = "code-elsewhere", 422;
    /// Too many wrong codes: this code is dead, ask for a new one.
    CodeLocked = "code-locked", 422;
    /// Too many wrong codes in a row, over many codes: the programme's people must look at it first.
    RecoveryNeeded = "recovery-needed", 403;
    /// The claim locker is closed: a fresh code opens it.
    LockerClosed = "locker-closed", 403;
    /// Too many requests or codes; `retry_at` says when to go on.
    TooMany = "too-many", 429;
    /// Something broke at the server; nothing was half-done.
    Broken = "broken", 500;
    /// The server is busy or stopping; the same request may be sent again.
    Busy = "busy", 503;
    /// The server doubts its machine's clock: nothing is decided until that is settled, and nothing has happened.
    Paused = "paused", 503;
}

impl Serialize for ProblemKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{TYPE_PREFIX}{}", self.word()))
    }
}

impl<'de> Deserialize<'de> for ProblemKind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(ProblemKind::of(&std::borrow::Cow::<'de, str>::deserialize(deserializer)?))
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for ProblemKind {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(ProblemKind::ALL.iter().map(|kind| format!("{TYPE_PREFIX}{}", kind.word()))))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for ProblemKind {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_reads_back_from_its_type() {
        for kind in ProblemKind::ALL {
            let json = serde_json::to_string(kind).unwrap();
            assert_eq!(serde_json::from_str::<ProblemKind>(&json).unwrap(), *kind);
        }
    }

    #[test]
    fn a_newer_servers_problem_still_reads() {
        let problem: Problem =
            serde_json::from_str(r#"{"type":"/problems/from-the-future","title":"x","status":418,"more":1}"#)
                .unwrap();
        assert_eq!(problem.kind, ProblemKind::Unknown);
    }
}
