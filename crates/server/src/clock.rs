//! The one clock. Everything that needs the time is handed it; only this file reads the machine's.

use jiff::Timestamp;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use tukar_wire::Moment;

/// The server's clock. The demo and the tests move it forward; nothing moves it back. What the machine says of the time is
/// believed only as far as [`crate::trust`] allows.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// How far it was moved by request.
    ahead_ms: Arc<AtomicI64>,
    /// In a test, what the machine's clock says.
    fixed_ms: Option<Arc<AtomicI64>>,
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
        Clock { ahead_ms: Arc::default(), fixed_ms: Some(Arc::new(AtomicI64::new(start.0))) }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.machine().plus_ms(self.ahead_ms.load(Ordering::SeqCst))
    }

    /// What the machine's clock says, without what the demo or a test moved it.
    #[must_use]
    pub fn machine(&self) -> Moment {
        Moment(self.fixed_ms.as_ref().map_or_else(machine_ms, |fixed| fixed.load(Ordering::SeqCst)))
    }

    /// Sets what the machine's clock says, right or wrong: for tests. The real clock takes no orders.
    pub fn set_machine(&self, to: Moment) {
        if let Some(fixed) = &self.fixed_ms {
            fixed.store(to.0, Ordering::SeqCst);
        }
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
