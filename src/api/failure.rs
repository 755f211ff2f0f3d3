//! Why a call has no answer to show.

use tukar_wire::Problem;

/// A call that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The browser says there is no connection: nothing was sent.
    Offline,
    /// The server answered with a problem: that is the outcome.
    Refused(Box<Problem>),
    /// No answer that says what became of the request: it may or may not have had its effect.
    Unknown,
}
