//! The JSON shapes of the Tukar API, `/v1`: what the server answers and the widget asks.
//!
//! Rules that hold in every shape:
//! * Points are whole numbers (`i64`), never fractions. Rupiah are whole numbers.
//! * A moment is RFC 3339 in UTC with milliseconds ([`Moment`]); the server's clock is the only one.
//! * A reader tolerates fields and enum words it does not know; a writer refuses them (`deny_unknown_fields` on
//!   every request body, [`RewardKind::is_known`] at the import).
//! * Texts for people come in the language of the request's `Accept-Language` (`id` when in doubt).
//! * What is a member's own is [`Masked`] in `{:?}`, so that no log and no panic tells it.
//! * Every refusal and failure is a [`Problem`] (`application/problem+json`).

pub mod catalog;
pub mod challenge;
pub mod identity;
pub mod masked;
pub mod member;
pub mod moment;
pub mod object;
pub mod problem;
pub mod programme;
pub mod redemption;
pub mod text;
pub mod whole;

pub use catalog::{
    Eligibility, Image, Limit, LimitPeriod, Needs, Promotion, Reason, RewardCard, RewardDetail, RewardKind,
    RewardPage,
};
pub use challenge::{AskCode, Channel, CheckCode, CheckLocker, CodeSent, LockerOpened, ResendCode, SignedIn};
pub use identity::{AskIdentity, Identified};
pub use masked::Masked;
pub use member::{
    Activity, ActivityKind, ActivityPage, Balance, Coming, Ending, Lot, LotPage, Member, MemberState,
    MonthEnding,
};
pub use moment::Moment;
pub use problem::{FieldProblem, Problem, ProblemKind};
pub use programme::{Announcement, Contact, ContactKind, Programme, Question};
pub use redemption::{
    Address, AskQuote, AskRedemption, CodeState, Confirm, OpenRedemptions, PaidBy, Quote, Recipient,
    Redemption, RedemptionState, SendVoucher, Symbol, Voucher, VoucherPage, VoucherState,
};
pub use text::is_blank;

/// Header that names the attempt on every POST that moves points: the attempt id the browser stored before sending.
pub const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// Header of a POST or DELETE from a partner's page: the partner's id.
pub const PARTNER_HEADER: &str = "Tukar-Partner";

/// Header of a POST or DELETE from a frame: origin of the page around it. Only one that the partner registered counts.
pub const TOP_HEADER: &str = "Tukar-Top";

/// Bytes of a partner's signed identity.
pub const IDENTITY_BYTES_MAX: usize = 2048;

/// Characters of a contact as typed.
pub const CONTACT_LETTERS_MAX: usize = 254;

/// Digits in every one-time code.
pub const CODE_DIGITS: usize = 6;
