//! Under more load than there is room for, some requests are refused at once, so that the others are still answered in time
//! and nobody waits for an answer that comes too late.
//!
//! A request may come in while fewer than its class's number are under way: what finishes something begun has most room,
//! what a member reads of their own comes next, what begins something or only looks comes last.

use crate::{app::Shared, problem::ApiError};
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use http::Method;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Types a code, cancels, signs out: ends something.
    Confirm,
    /// Reads a member's own.
    Read,
    /// Looks around, or begins something.
    Browse,
    /// Asks whether the server lives: under load as well.
    Health,
}

impl Class {
    /// Requests under way, of all classes, from which on this class is refused.
    fn most(self) -> usize {
        match self {
            Class::Confirm => 512,
            Class::Read => 192,
            Class::Browse => 128,
            Class::Health => usize::MAX,
        }
    }

    fn of(method: &Method, route: &str) -> Class {
        let finishes =
            ["/confirm", "/cancel", "/check", "/plain/sign-out"].iter().any(|end| route.ends_with(end));
        let own = ["/v1/me", "/v1/redemptions", "/v1/vouchers"].iter().any(|start| route.starts_with(start));
        match *method {
            Method::GET if matches!(route, "/livez" | "/readyz") => Class::Health,
            Method::DELETE => Class::Confirm,
            Method::POST if finishes => Class::Confirm,
            Method::GET if own => Class::Read,
            _ => Class::Browse,
        }
    }
}

/// Requests under way.
#[derive(Debug, Default)]
pub struct UnderWay(AtomicUsize);

/// One request's place; given back when it is answered, or when whoever asked has gone.
struct Place<'a>(&'a UnderWay);

impl UnderWay {
    fn enter(&self, class: Class) -> Option<Place<'_>> {
        let enter = |now| (now < class.most()).then_some(now + 1);
        self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, enter).ok().map(|_| Place(self))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The layer.
pub(super) async fn shed(
    State(app): State<Shared>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let place = app.under_way.enter(Class::of(request.method(), route)).ok_or(ApiError::Busy)?;
    let response = next.run(request).await;
    drop(place);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_something_has_more_room_than_what_begins_it() {
        assert_eq!(Class::of(&Method::POST, "/v1/redemptions/{id}/confirm"), Class::Confirm);
        assert_eq!(Class::of(&Method::POST, "/v1/challenges/{id}/check"), Class::Confirm);
        assert_eq!(Class::of(&Method::GET, "/v1/me/balance"), Class::Read);
        assert_eq!(Class::of(&Method::POST, "/v1/redemptions"), Class::Browse);
        assert_eq!(Class::of(&Method::GET, "/v1/rewards"), Class::Browse);
        // What stands in front would take a busy server for a dead one.
        assert_eq!(Class::of(&Method::GET, "/readyz"), Class::Health);
    }

    #[test]
    fn places_are_given_back() {
        let under_way = UnderWay::default();
        let held: Vec<_> = (0..128).map(|_| under_way.enter(Class::Browse).unwrap()).collect();
        assert!(under_way.enter(Class::Browse).is_none());
        assert!(under_way.enter(Class::Read).is_some());
        drop(held);
        assert!(under_way.enter(Class::Browse).is_some());
        assert_eq!(under_way.0.load(Ordering::SeqCst), 0);
    }
}
