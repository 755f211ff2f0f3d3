//! What a member has: state, balance, lots and history.

use crate::{Moment, debug_masked};
use serde::{Deserialize, Serialize};

/// `GET /v1/me`: who is signed in. Contacts are masked; the whole number never leaves the server.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    /// What to call them.
    pub name: String,
    /// State of the account.
    pub state: MemberState,
    /// What the state means and what to do next, in the member's language; empty when verified.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub state_note: String,
    /// Tier, as `gold`.
    pub tier: String,
    /// Tier as shown, as `Gold`.
    pub tier_label: String,
    /// As `0812••••678`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_masked: Option<String>,
    /// As `s•••@example.id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_masked: Option<String>,
    /// True in a session that a partner's word opened: it reads points, history and rewards; anything else needs a code first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
}

debug_masked!(Member { state, state_note, tier, tier_label, read_only; name, phone_masked, email_masked });

/// State of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MemberState {
    /// May redeem.
    Verified,
    /// The number's owner is not verified yet: may look, not redeem.
    NotVerified,
    /// Stopped by the programme: may look, not redeem.
    Suspended,
    /// A word from a newer server: treated as "may look".
    #[serde(other)]
    Other,
}

/// `GET /v1/me/balance`: points and the first lots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Balance {
    /// Can be spent now.
    pub available: i64,
    /// Held for redemptions that wait for their code.
    pub held: i64,
    /// Earned but not yet granted.
    pub pending: i64,
    /// When the last of the pending points are granted; absent: none are pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_by: Option<Moment>,
    /// The next lot or lots to end, available points only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_ending: Option<Ending>,
    /// All that ends within the programme's window; `at` is the earliest end. Absent: nothing to lose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about_to_be_lost: Option<Ending>,
    /// Points that end in each coming month that has any, in order; at most 36, the last one gathers the rest.
    pub months: Vec<MonthEnding>,
    /// The first lots, in spend order (ends first, spent first); at most 100.
    pub lots: Vec<Lot>,
    /// Lots with points in all.
    pub lots_total: u64,
    /// Cursor for `GET /v1/me/lots?after=`, when there are more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lots_next: Option<String>,
    /// The server's clock at which all of this is true.
    pub server_time: Moment,
}

/// Points that are earned and will be granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Coming {
    /// How many.
    pub points: i64,
    /// When the last of them are granted.
    pub by: Moment,
}

/// Points that end at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ending {
    /// How many.
    pub points: i64,
    /// When.
    pub at: Moment,
}

/// Points that end in a calendar month of the programme's time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MonthEnding {
    /// As `2026-11`.
    pub month: String,
    /// How many end in it.
    pub points: i64,
}

/// Points with one origin and one end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lot {
    /// Id.
    pub id: String,
    /// What can be spent of it now.
    pub available: i64,
    /// What is held of it.
    #[serde(default)]
    pub held: i64,
    /// What was granted at first.
    pub granted: i64,
    /// Where it comes from, in the member's language, as `Isi ulang Rp100.000`.
    pub source: String,
    /// When it was earned.
    pub earned_at: Moment,
    /// When it ends; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Moment>,
    /// True while the points are earned but not granted yet.
    #[serde(default)]
    pub pending: bool,
    /// When pending points are granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_at: Option<Moment>,
}

/// `GET /v1/me/lots?after=&limit=`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LotPage {
    /// In spend order.
    pub lots: Vec<Lot>,
    /// Cursor of the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// `GET /v1/me/activity?kind=&before=&limit=`: newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActivityPage {
    /// Newest first.
    pub activities: Vec<Activity>,
    /// Cursor for `before=` of the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One row of history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Activity {
    /// Id, to name it to support.
    pub id: String,
    /// What happened.
    pub kind: ActivityKind,
    /// When.
    pub at: Moment,
    /// Change to available points; negative when they left.
    pub points: i64,
    /// In the member's language, as `Voucher Belanja Rp50.000`.
    pub title: String,
    /// The redemption it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redemption_id: Option<String>,
}

/// What happened to points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ActivityKind {
    /// Granted.
    Earned,
    /// Held for a redemption, waiting for its code.
    Held,
    /// A hold ended without confirmation: the points are back.
    Released,
    /// Spent on a reward.
    Spent,
    /// Ended.
    Expired,
    /// Given back.
    Refunded,
    /// Given a later end.
    Extended,
    /// Put right by the programme.
    Corrected,
    /// A word from a newer server.
    #[serde(other)]
    Other,
}
