//! The decisions of a points programme, pure: `fn(state, command, now, rng) -> Result<effects, Refusal>`.
//!
//! Nothing here does I/O, reads a clock or asks the system for randomness: moments ([`jiff::Timestamp`]), the
//! programme's zone ([`jiff::tz::TimeZone`]) and randomness ([`rand::RngCore`]) come as arguments. No floats.
//!
//! * [`points`]: whole points, ids
//! * [`ledger`]: lots and the double entry over them: earn, grant, hold, post, void, expire, refund, extend, correct; what
//!   happens to points of a lot that ended; the summary
//! * [`calendar`]: ends of days, months and periods in the programme's zone
//! * [`eligibility`]: may this member redeem this reward now, and if not, why, in order
//! * [`redemption`]: held → confirmed → fulfilled; or voided, expired, undone
//! * [`clock`]: whether the machine's clock may be believed
//! * [`access`]: what a member may do in each state of their account
//! * [`code`]: one-time codes: making, binding, tries, resends
//! * [`limits`]: what messages with codes may cost, and whose are dropped or refused
//! * [`voucher`]: voucher codes and references
//! * [`price`]: what a point is worth
//! * [`text`]: what may stand in a text that people read

pub mod access;
pub mod calendar;
pub mod clock;
pub mod code;
pub mod eligibility;
pub mod ledger;
pub mod limits;
pub mod points;
pub mod price;
pub mod redemption;
pub mod text;
pub mod voucher;

pub use points::{LotId, MemberId, Points, RedemptionId, RewardId};
