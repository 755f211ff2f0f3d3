//! Redeeming: quote → hold + code → confirm → voucher; and the claim locker.
//!
//! The redemption's id *is* the attempt id that the browser made and stored before sending (a UUID). So one `GET`
//! answers "what became of it" after a lost answer, a reload or a restart, and nothing is ever sent twice with effect.

use crate::{Channel, Masked, Moment, Reason, RewardKind, debug_masked};
use serde::{Deserialize, Serialize};

/// `POST /v1/redemptions/quote`: what it would cost and which lots would pay. Changes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AskQuote {
    /// Which reward.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9-]+$"))]
    pub reward_id: String,
    /// Pieces, from 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 4294967295_u32))]
    #[serde(deserialize_with = "crate::whole::read")]
    pub quantity: u32,
}

/// The review before sending a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quote {
    /// Which reward.
    pub reward_id: String,
    /// Its title.
    pub title: String,
    /// Pieces.
    pub quantity: u32,
    /// Most pieces that this member can have now; 0 when the limit is used up or none are left. Whether the points are
    /// enough is not looked at.
    pub quantity_max: u32,
    /// Points in all.
    pub points: i64,
    /// Which lots would pay, in spend order; the first 20. Empty when points are short.
    pub paid_by: Vec<PaidBy>,
    /// Further lots that would pay.
    pub paid_by_more: u64,
    /// Points that those further lots would pay.
    pub paid_by_more_points: i64,
    /// Available points afterwards; negative when points are short.
    pub left: i64,
    /// What stands in the way; empty: it can be redeemed.
    pub reasons: Vec<Reason>,
    /// Version of price and terms that this was told with; sent back with the redemption.
    pub price_version: String,
    /// Where a code can be sent, preferred first.
    pub channels: Vec<Channel>,
    /// The member's own number, masked, when the reward needs a phone number or an address with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_phone_masked: Option<String>,
    /// How long the points will be held, seconds.
    pub hold_seconds: u32,
    /// The server's clock when this was decided.
    pub server_time: Moment,
}

/// One lot's part of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaidBy {
    /// Lot id.
    pub lot_id: String,
    /// Points it pays.
    pub points: i64,
    /// Where the lot comes from.
    pub source: String,
    /// When the lot ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Moment>,
}

/// `POST /v1/redemptions`, with `Idempotency-Key: {id}`: hold the points and send a code. 201, or 200 when replayed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AskRedemption {
    /// Attempt id: a UUID that the browser made and stored before sending. Becomes the redemption's id.
    #[cfg_attr(feature = "openapi", schema(min_length = 36, max_length = 36, format = "uuid"))]
    pub id: String,
    /// Which reward.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9-]+$"))]
    pub reward_id: String,
    /// Pieces.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 4294967295_u32))]
    #[serde(deserialize_with = "crate::whole::read")]
    pub quantity: u32,
    /// Points the member agreed to, from the quote.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    #[serde(deserialize_with = "crate::whole::read")]
    pub points: i64,
    /// From the quote.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
    pub price_version: String,
    /// Who gets it, where the reward asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<Recipient>,
    /// Where to send the code; preferred when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
}

/// Who gets the reward.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Recipient {
    /// A phone number in any usual writing. In answers it is masked.
    Phone(String),
    /// The member's own number.
    OwnPhone,
    /// A postal address.
    Address(#[serde(deserialize_with = "crate::object::read")] Address),
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Recipient::Phone(number) => f.debug_tuple("Phone").field(&Masked(number)).finish(),
            Recipient::OwnPhone => f.write_str("OwnPhone"),
            Recipient::Address(address) => f.debug_tuple("Address").field(address).finish(),
        }
    }
}

/// A postal address: the street at most [`Address::STREET_CHARS_MAX`] characters, every other field at most
/// [`Address::FIELD_CHARS_MAX`].
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Address {
    /// Who receives it.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 120))]
    pub name: String,
    /// Street, number, neighbourhood.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 300))]
    pub street: String,
    /// District (kecamatan); may be left out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "openapi", schema(max_length = 120))]
    pub district: String,
    /// City or regency.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 120))]
    pub city: String,
    /// Province; may be left out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "openapi", schema(max_length = 120))]
    pub province: String,
    /// Five digits.
    #[cfg_attr(feature = "openapi", schema(min_length = 5, max_length = 120))]
    pub postal_code: String,
    /// For the courier; empty: the member's own number.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 40))]
    pub phone: String,
}

debug_masked!(Address { ; name, street, district, city, province, postal_code, phone });

impl Address {
    /// Characters of the street: number, neighbourhood and how to find it stand there too.
    pub const STREET_CHARS_MAX: usize = 300;
    /// Characters of every other field.
    pub const FIELD_CHARS_MAX: usize = 120;
}

/// `GET /v1/redemptions/{id}` and the answer of every step.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Redemption {
    /// The attempt id.
    pub id: String,
    /// Short reference to tell a person, as `TKR-7F3K-29QD`.
    pub reference: String,
    /// Where it stands.
    pub state: RedemptionState,
    /// Which reward.
    pub reward_id: String,
    /// Its title, when redeemed.
    pub title: String,
    /// Its kind.
    pub kind: RewardKind,
    /// Pieces.
    pub quantity: u32,
    /// Points in all.
    pub points: i64,
    /// As shown, as `0812••••678`; address on several lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// When the points were held.
    pub held_at: Moment,
    /// When the hold ends by itself.
    pub hold_ends_at: Moment,
    /// The code that is waited for, in state `held`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CodeState>,
    /// What the member got, in state `fulfilled`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vouchers: Vec<Voucher>,
    /// Available points when this was written.
    pub available: i64,
    /// Available points right after the code was right; absent before, and where it was not written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<i64>,
    /// Points that expired instead of coming back, in states `voided` and `expired`: their lots had ended meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired: Option<i64>,
    /// The server's clock when this was written.
    pub server_time: Moment,
}

debug_masked!(Redemption { id, reference, state, reward_id, title, kind, quantity, points, held_at, hold_ends_at, code, vouchers, available, left, expired, server_time; recipient });

/// `GET /v1/redemptions`: those that wait for their code, newest first; at most 20. Another page or device goes on with them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenRedemptions {
    /// In state `held`.
    pub redemptions: Vec<Redemption>,
}

/// held → confirmed → fulfilled; or voided, expired, undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RedemptionState {
    /// Points are held; a code is waited for.
    Held,
    /// The code was right and the points are spent; the reward is on its way.
    Confirmed,
    /// The member has it.
    Fulfilled,
    /// Cancelled: the points are back.
    Voided,
    /// The hold ended without a code: the points are back.
    Expired,
    /// Given back: the points are in their own lots again.
    Undone,
    /// A word from a newer server.
    #[serde(other)]
    Other,
}

/// Where a code went and what can be done about it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeState {
    /// Which way it went.
    pub channel: Channel,
    /// As `0812••••678`. At sign-in only what the visitor typed is masked and shown, never what the account holds:
    /// empty when the code went to the other contact of the account.
    pub sent_to: String,
    /// When the code ends.
    pub ends_at: Moment,
    /// From when a new one can be asked for.
    pub resend_at: Moment,
    /// Tries left on this code.
    pub tries_left: u32,
    /// Ways a new one can be sent.
    pub channels: Vec<Channel>,
}

debug_masked!(CodeState { channel, ends_at, resend_at, tries_left, channels; sent_to });

/// `POST /v1/redemptions/{id}/confirm`, with `Idempotency-Key`: spend the held points.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Confirm {
    /// Six digits, with any separators, or a message that holds them.
    #[cfg_attr(feature = "openapi", schema(min_length = 6, max_length = 1000))]
    pub code: String,
}

debug_masked!(Confirm { ; code });

/// What a member shows a merchant, or what was delivered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Voucher {
    /// Id.
    pub id: String,
    /// The redemption it came from.
    pub redemption_id: String,
    /// Title of the reward.
    pub title: String,
    /// Brand or merchant.
    pub brand: String,
    /// Kind of the reward.
    pub kind: RewardKind,
    /// Where it stands.
    pub state: VoucherState,
    /// Grouped as it is typed, as `7F3K-29QD-XM4T`; absent while the locker is closed, or when there is no code
    /// (airtime goes straight to the number).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// As `••••-••••-XM4T`; empty when there is no code.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code_masked: String,
    /// QR symbol of the code; present with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qr: Option<Symbol>,
    /// Code 128 symbol of the code; present with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barcode: Option<Symbol>,
    /// How to use it, plain text.
    pub how_to_use: String,
    /// When it was issued.
    pub issued_at: Moment,
    /// Until when it can be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Moment>,
}

impl Voucher {
    /// Leaves out what is shown only while the locker is open.
    pub fn hide_code(&mut self) {
        (self.code, self.qr, self.barcode) = (None, None, None);
    }
}

debug_masked!(Voucher { id, redemption_id, title, brand, kind, state, qr, barcode, how_to_use, issued_at, ends_at; code, code_masked });

/// A symbol to draw: `<svg viewBox="0 0 width height"><path d=path></svg>`, dark on light, quiet zone included.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Symbol {
    /// SVG path data; only `M`, `h`, `v`, `z` and numbers.
    pub path: String,
    /// Modules.
    pub width: u32,
    /// Modules.
    pub height: u32,
}

debug_masked!(Symbol { width, height; path });

/// State of a voucher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum VoucherState {
    /// Can be used.
    Ready,
    /// Delivered straight to the recipient: nothing to show anybody.
    Delivered,
    /// On its way (goods).
    OnItsWay,
    /// Used at a merchant.
    Used,
    /// Its time is over.
    Ended,
    /// Given back.
    Undone,
    /// A word from a newer server.
    #[serde(other)]
    Other,
}

/// `GET /v1/vouchers?after=&limit=`: the claim locker, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VoucherPage {
    /// Newest first; with codes only while the locker is open.
    pub vouchers: Vec<Voucher>,
    /// Cursor of the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Until when this session sees codes; absent: closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_until: Option<Moment>,
    /// The server's clock when this was written.
    pub server_time: Moment,
}

/// `POST /v1/vouchers/{id}/send`: a copy by text message or e-mail to the member's own contact; needs an open locker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SendVoucher {
    /// Which way.
    pub channel: Channel,
}
