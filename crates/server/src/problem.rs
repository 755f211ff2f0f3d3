//! Every refusal and failure: typed in the code, written in the reader's language at the edge.
//!
//! A handler returns [`ApiError`]. It turns into a bare response that carries the error with it; the layer
//! [`write_problems`] then writes the [`Problem`] with the request's language and id. So no handler has to know either.

mod texts;

use crate::{
    http::page::problem_page,
    language::Language,
    readiness::NotReady,
    store::{Failure, FailureKind},
};
use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::sync::Arc;
use tukar_domain::clock::Doubt;
use tukar_wire::{FieldProblem, Moment, Problem, ProblemKind, Reason};

pub use texts::{Explanation, explanation, field_message, reason_text};

/// Content type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Header with the id of a request; also `reference` of a problem.
pub const REQUEST_ID: &str = "x-request-id";

/// What went wrong, with the data its text needs. One variant for each kind of the wire.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The request is not of the documented shape.
    #[error("malformed request")]
    Malformed {
        /// Where.
        fields: Vec<FieldError>,
    },
    /// A POST that moves points came without `Idempotency-Key`.
    #[error("no idempotency key")]
    KeyMissing,
    /// No session, or it ended.
    #[error("not signed in")]
    NotSignedIn,
    /// A read session asked for more than reading.
    #[error("step-up needed")]
    StepUpNeeded,
    /// A partner's signed identity that can't be taken.
    #[error("identity refused")]
    IdentityRefused {
        /// What is wrong with it.
        fault: FieldError,
    },
    /// The page that the request names is not one of the partner's.
    #[error("place not listed")]
    PlaceNotListed,
    /// Nothing here, or not this member's.
    #[error("not found")]
    NotFound,
    /// Not with this method.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// The same key is being worked on.
    #[error("in flight")]
    InFlight,
    /// No longer in a state that allows this.
    #[error("wrong state")]
    WrongState,
    /// Price or terms changed since the quote.
    #[error("price changed")]
    PriceChanged,
    /// What the code was sent for is no longer as the member agreed to it; the hold was let go.
    #[error("order changed")]
    OrderChanged {
        /// The problem as it was written the first time, for replay; empty: not yet.
        answer: String,
    },
    /// The body is too large.
    #[error("body too large")]
    TooLarge,
    /// The body is not JSON.
    #[error("not json")]
    NotJson,
    /// The same key came with another body.
    #[error("key reused with another body")]
    KeyReused,
    /// A value can't be accepted.
    #[error("invalid value")]
    Invalid {
        /// Which.
        fields: Vec<FieldError>,
    },
    /// The rules say no.
    #[error("not eligible")]
    NotEligible {
        /// Why, most important first.
        reasons: Vec<Reason>,
    },
    /// Not the code that was sent.
    #[error("code wrong")]
    CodeWrong {
        /// Tries left on this code.
        tries_left: u32,
    },
    /// The code's time is over.
    #[error("code ended")]
    CodeEnded,
    /// The code was right before.
    #[error("code used")]
    CodeUsed {
        /// Whether it was one to sign in with.
        sign_in: bool,
    },
    /// The code was sent for another page.
    #[error("code of another page")]
    CodeElsewhere,
    /// Too many wrong codes.
    #[error("code locked")]
    CodeLocked,
    /// A hundred wrong codes in a row, and this try is none that is compared all the same.
    #[error("too many wrong codes in a row")]
    RecoveryNeeded,
    /// The claim locker is closed.
    #[error("locker closed")]
    LockerClosed,
    /// Too many requests or codes.
    #[error("too many")]
    TooMany {
        /// When to go on.
        retry_at: Moment,
        /// The server's clock, to write the wait.
        now: Moment,
    },
    /// Something broke; logged where the answer is written.
    #[error("broken")]
    Broken(#[source] anyhow::Error),
    /// Busy or stopping.
    #[error("busy")]
    Busy,
    /// The machine's clock is doubted, so nothing is decided by it.
    #[error("paused")]
    Paused {
        /// Why, where the operator asks.
        doubt: Option<Doubt>,
    },
    /// Not ready for members; logged where it is found out.
    #[error("not ready: {why}")]
    NotReady {
        /// What stands in the way.
        why: NotReady,
    },
    /// The line to the database broke before anything happened: told as busy, logged as a failure.
    #[error("line to the database lost")]
    Lost(#[source] anyhow::Error),
    /// The database can be read and not written, or has no room: nothing happened. Told as busy, logged as a failure.
    #[error("the database can't be written")]
    Unwritable(#[source] anyhow::Error),
}

impl ApiError {
    /// One refused field.
    #[must_use]
    pub fn invalid(field: impl Into<String>, why: FieldWhy) -> ApiError {
        ApiError::Invalid { fields: vec![FieldError::new(field, why)] }
    }

    /// What failed, for the log; `None` for a refusal.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        match self {
            ApiError::Broken(source) | ApiError::Lost(source) | ApiError::Unwritable(source) => {
                Some(format!("{source:#}"))
            }
            _ => None,
        }
    }

    /// The kind on the wire.
    #[must_use]
    pub fn kind(&self) -> ProblemKind {
        match self {
            ApiError::Malformed { .. } => ProblemKind::Malformed,
            ApiError::KeyMissing => ProblemKind::KeyMissing,
            ApiError::NotSignedIn => ProblemKind::NotSignedIn,
            ApiError::StepUpNeeded => ProblemKind::StepUpNeeded,
            ApiError::IdentityRefused { .. } => ProblemKind::IdentityRefused,
            ApiError::PlaceNotListed => ProblemKind::PlaceNotListed,
            ApiError::NotFound => ProblemKind::NotFound,
            ApiError::MethodNotAllowed => ProblemKind::MethodNotAllowed,
            ApiError::InFlight => ProblemKind::InFlight,
            ApiError::WrongState => ProblemKind::WrongState,
            ApiError::PriceChanged => ProblemKind::PriceChanged,
            ApiError::OrderChanged { .. } => ProblemKind::OrderChanged,
            ApiError::TooLarge => ProblemKind::TooLarge,
            ApiError::NotJson => ProblemKind::NotJson,
            ApiError::KeyReused => ProblemKind::KeyReused,
            ApiError::Invalid { .. } => ProblemKind::Invalid,
            ApiError::NotEligible { .. } => ProblemKind::NotEligible,
            ApiError::CodeWrong { .. } => ProblemKind::CodeWrong,
            ApiError::CodeEnded | ApiError::CodeUsed { .. } => ProblemKind::CodeEnded,
            ApiError::CodeElsewhere => ProblemKind::CodeElsewhere,
            ApiError::CodeLocked => ProblemKind::CodeLocked,
            ApiError::RecoveryNeeded => ProblemKind::RecoveryNeeded,
            ApiError::LockerClosed => ProblemKind::LockerClosed,
            ApiError::TooMany { .. } => ProblemKind::TooMany,
            ApiError::Broken(_) => ProblemKind::Broken,
            ApiError::Busy | ApiError::NotReady { .. } | ApiError::Lost(_) | ApiError::Unwritable(_) => {
                ProblemKind::Busy
            }
            ApiError::Paused { .. } => ProblemKind::Paused,
        }
    }

    /// The problem in a language; `reference` is the request's id.
    #[must_use]
    pub fn to_problem(&self, language: Language, reference: &str) -> Problem {
        let kind = self.kind();
        let fields: &[FieldError] = match self {
            ApiError::Malformed { fields } | ApiError::Invalid { fields } => fields,
            ApiError::IdentityRefused { fault } => std::slice::from_ref(fault),
            _ => &[],
        };
        Problem {
            kind,
            title: explanation(kind, language).title.to_owned(),
            status: kind.status(),
            detail: texts::detail(self, language),
            next: texts::next(self, language),
            fields: fields.iter().map(|field| field.to_wire(language)).collect(),
            reasons: if let ApiError::NotEligible { reasons } = self { reasons.clone() } else { Vec::new() },
            tries_left: if let ApiError::CodeWrong { tries_left } = self { Some(*tries_left) } else { None },
            retry_at: if let ApiError::TooMany { retry_at, .. } = self { Some(*retry_at) } else { None },
            reference: reference.to_owned(),
        }
    }

    /// Seconds for the header `Retry-After`, rounded up.
    fn retry_after_seconds(&self) -> Option<i64> {
        match self {
            ApiError::TooMany { retry_at, now } => Some((retry_at.ms_since(*now).max(0) + 999) / 1000),
            ApiError::InFlight
            | ApiError::Busy
            | ApiError::NotReady { .. }
            | ApiError::Lost(_)
            | ApiError::Unwritable(_) => Some(1),
            ApiError::Paused { .. } => Some(60),
            _ => None,
        }
    }

    /// The answer, written.
    fn write(&self, language: Language, reference: &str) -> Response {
        let body = match self {
            ApiError::OrderChanged { answer } if !answer.is_empty() => answer.clone().into_bytes(),
            _ => serde_json::to_vec(&self.to_problem(language, reference)).unwrap_or_default(),
        };
        let status = status_code(self.kind().status());
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_seconds() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<anyhow::Error> for ApiError {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<sqlx::Error>() {
            Ok(error) => error.into(),
            Err(error) => ApiError::Broken(error),
        }
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        match error.failure() {
            // Nothing happened, so the same request may come again.
            Some(FailureKind::Busy) => ApiError::Busy,
            Some(FailureKind::Full | FailureKind::ReadOnly) => ApiError::Unwritable(error.into()),
            Some(FailureKind::Lost) => ApiError::Lost(error.into()),
            Some(FailureKind::Text) => ApiError::Malformed { fields: Vec::new() },
            _ => ApiError::Broken(error.into()),
        }
    }
}

impl Failure for ApiError {
    fn failure(&self) -> Option<FailureKind> {
        match self {
            ApiError::Busy => Some(FailureKind::Busy),
            ApiError::Lost(_) => Some(FailureKind::Lost),
            ApiError::Broken(error) | ApiError::Unwritable(error) => {
                error.downcast_ref::<sqlx::Error>()?.failure()
            }
            _ => None,
        }
    }
}

/// A problem's status, as the answer's.
pub fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The error on its way out; [`write_problems`] gives it words.
#[derive(Clone)]
struct Carried(Arc<ApiError>);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = status_code(self.kind().status());
        let mut response = status.into_response();
        response.extensions_mut().insert(Carried(Arc::new(self)));
        response
    }
}

/// Layer over all routes: an error that a handler returned, or a bare 404, 405, 413 or 415 of the router, becomes a
/// problem: a page where a person opened the address in a browser, else JSON, as always below `/v1`. A failure or a refusal is logged here, once; the span around it names the route and the request.
pub async fn write_problems(request: Request, next: Next) -> Response {
    let language = Language::of_headers(request.headers());
    let reference = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let wants_page = wants_page(&request);
    let written = |error: &ApiError| {
        let mut answer = error.write(language, &reference);
        if wants_page {
            let retry_after = answer.headers_mut().remove(header::RETRY_AFTER);
            answer = problem_page(&error.to_problem(language, &reference), language);
            if let Some(seconds) = retry_after {
                answer.headers_mut().insert(header::RETRY_AFTER, seconds);
            }
        }
        answer
    };
    let response = next.run(request).await;
    if let Some(Carried(error)) = response.extensions().get::<Carried>().cloned() {
        match error.cause() {
            Some(cause) => tracing::error!(reference, error = cause, "a request failed"),
            None => tracing::info!(refusal = error.kind().word(), "a request was refused"),
        }
        return written(&error);
    }
    let has_type = response.headers().contains_key(header::CONTENT_TYPE);
    let error = match response.status() {
        StatusCode::NOT_FOUND if !has_type => ApiError::NotFound,
        StatusCode::METHOD_NOT_ALLOWED if !is_written(&response) => ApiError::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ApiError::NotJson,
        StatusCode::BAD_REQUEST if !is_written(&response) => ApiError::Malformed { fields: Vec::new() },
        _ => return response,
    };
    let allow = response.headers().get(header::ALLOW).cloned();
    let mut answer = written(&error);
    if let Some(allow) = allow {
        answer.headers_mut().insert(header::ALLOW, allow);
    }
    answer
}

/// Whether a browser asks for a page; whoever calls the API is answered in JSON.
fn wants_page(request: &Request) -> bool {
    let path = request.uri().path();
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    path != "/v1" && !path.starts_with("/v1/") && accept.is_some_and(|accept| accept.contains("text/html"))
}

/// The answer to a request that no route is asked for, because it is not one request.
pub(crate) fn malformed_answer(headers: &HeaderMap) -> Response {
    ApiError::Malformed { fields: Vec::new() }.write(Language::of_headers(headers), "")
}

/// A problem already, or a page of forms that tells it: not a rejection by the framework.
fn is_written(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind == PROBLEM_JSON || kind.starts_with("text/html"))
}

/// One refused field, before it has words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Path in the body, as `recipient.phone`.
    pub field: String,
    /// Why.
    pub why: FieldWhy,
}

impl FieldError {
    /// A refused field.
    #[must_use]
    pub fn new(field: impl Into<String>, why: FieldWhy) -> FieldError {
        FieldError { field: field.into(), why }
    }

    fn to_wire(&self, language: Language) -> FieldProblem {
        FieldProblem { field: self.field.clone(), message: field_message(self, language) }
    }
}

/// Why a field was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldWhy {
    /// No such field.
    Unknown,
    /// Must be there.
    Missing,
    /// Not of the documented shape.
    Shape,
    /// Too long.
    TooLong {
        /// Characters allowed.
        max: u32,
    },
    /// Not within the bounds.
    OutOfRange {
        /// Least.
        min: i64,
        /// Most.
        max: i64,
    },
    /// Neither a phone number nor an e-mail address.
    NotContact,
    /// Not a phone number that can receive this.
    NotPhone,
    /// A landline, a free, premium or short number: it takes neither text messages nor airtime.
    NotMobile,
    /// Not six digits.
    NotCode,
    /// Not five digits.
    NotPostalCode,
    /// It holds a character that nobody sees.
    Hidden,
    /// Not a UUID.
    NotId,
    /// A code can't be sent this way for this account.
    ChannelUnavailable,
    /// Not what the header or path says.
    Mismatch,
    /// The reward does not ask for this.
    NotAsked,
    /// No key of this partner that counts now signed this.
    NotSigned,
    /// Not now: too early, too late, or for too long.
    NotNow,
    /// It was taken before.
    UsedBefore,
    /// Not meant for this programme, or not from one of the partner's pages.
    NotMeant,
}
