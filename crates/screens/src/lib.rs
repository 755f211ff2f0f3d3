//! What a member is told, decided once for the widget, the forms and the messages: when something ends, sums of points,
//! what a receipt is about, what the account's state means.
//!
//! Pure: depends on `tukar-wire` only, reads no clock and no zone. How a date is written comes from outside as
//! [`Formats`]: the browser's `Intl` in the widget, jiff on the server.

pub mod account;
pub mod chart;
pub mod countdown;
pub mod moments;
pub mod points;
pub mod receipt;

pub use moments::{Formats, last_usable};
