//! The one clock. Everything that needs the time is handed it; only this file reads the machine's.

use jiff::Timestamp;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use tukar_wire::Moment;

/// The server's clock. The demo and the tests move it forward; nothing moves it back.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    ahead_ms: Arc<AtomicI64>,
    fixed_ms: Option<i64>,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn real() -> Clock {
        Clock::default()
    }

    /// A clock that stands still at `start` until it is moved: for tests.
    #[must_use]
    pub fn standing_at(start: Moment) -> Clock {
        Clock { ahead_ms: Arc::default(), fixed_ms: Some(start.0) }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Moment {
        let base = self.fixed_ms.unwrap_or_else(machine_ms);
        Moment(base + self.ahead_ms.load(Ordering::SeqCst))
    }

    /// Moves the clock forward.
    pub fn advance(&self, seconds: u32) {
        self.ahead_ms.fetch_add(i64::from(seconds) * 1000, Ordering::SeqCst);
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
fn machine_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

/// A moment of the wire as the domain counts.
///
/// # Panics
/// Outside the years that a calendar has: such a moment never comes from our own rows or clock.
#[must_use]
pub fn timestamp(moment: Moment) -> Timestamp {
    Timestamp::from_millisecond(moment.0).expect("a moment within the calendar")
}

/// Whether a moment is within the years that a calendar has: what comes from elsewhere is asked before [`timestamp`] is.
#[must_use]
pub fn is_in_calendar(moment: Moment) -> bool {
    Timestamp::from_millisecond(moment.0).is_ok()
}

/// A moment of the domain as it stands on the wire.
#[must_use]
pub fn moment(at: Timestamp) -> Moment {
    Moment(at.as_millisecond())
}
