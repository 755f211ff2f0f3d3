//! Rewards: the cards of the list, the detail, and what stands in a member's way.

use crate::{Coming, Moment};
use serde::{Deserialize, Serialize};

/// `GET /v1/rewards?after=&limit=`: public, the same for everybody, `ETag` per language. Order: the programme's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RewardPage {
    /// The rewards visible now.
    pub rewards: Vec<RewardCard>,
    /// How many there are in all.
    pub total: u64,
    /// Cursor for `after=`, when there are more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What a card of the list shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RewardCard {
    /// Stable id, as `pulsa-10000`.
    pub id: String,
    /// Kind; a kind the widget does not know still renders and redeems.
    pub kind: RewardKind,
    /// Brand or merchant, as `Kopi Senja`.
    pub brand: String,
    /// Title in the member's language.
    pub title: String,
    /// Picture; absent: the widget draws one from kind and brand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    /// Points for one, now.
    pub points: i64,
    /// Points for one before the promotion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points_before: Option<i64>,
    /// What it is worth in money, rupiah.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worth_rupiah: Option<i64>,
    /// True where that is the most it can be worth, as of a discount: shown as "up to".
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub worth_is_maximum: bool,
    /// Worth of one point, hundredths of a rupiah: 250 means Rp2,50 per point. Absent where the worth is a maximum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rupiah_hundredths_per_point: Option<i64>,
    /// Pieces left; absent: not limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock_left: Option<u32>,
    /// When it came into the catalogue.
    pub published_at: Moment,
    /// From when it can be redeemed, if that is still to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<Moment>,
    /// Until when it can be redeemed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<Moment>,
    /// Cheaper, or with a bonus, right now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion: Option<Promotion>,
}

/// `GET /v1/rewards/{id}`: all there is to know before redeeming. The card's fields stand beside these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RewardDetail {
    /// The card.
    #[serde(flatten)]
    pub card: RewardCard,
    /// Plain text; blank lines part paragraphs.
    pub description: String,
    /// Conditions, one each, plain text.
    pub terms: Vec<String>,
    /// What the member has to give.
    pub needs: Needs,
    /// Most pieces that one redemption can have now, whoever asks: the reward's own maximum, its limit per member and its
    /// stock taken together; at least 1. What a member can have may be fewer: [`Eligibility::quantity_max`].
    pub quantity_max: u32,
    /// Limit per member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// Balance that must be there before redeeming.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance_min: Option<i64>,
    /// Tiers that may redeem, as shown (`Gold`); empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<String>,
    /// How long the voucher can be used after redeeming, days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voucher_days: Option<u32>,
    /// The server's clock when this was written.
    pub server_time: Moment,
}

/// Kind of a reward: an open word, so that a new kind needs no new widget.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, example = "airtime"))]
pub struct RewardKind(pub String);

impl RewardKind {
    /// The kinds that a catalogue may be written with.
    pub const KNOWN: &[&str] = &["airtime", "data", "voucher", "premium", "goods", "discount"];

    /// True for a kind of this build; an import refuses any other.
    #[must_use]
    pub fn is_known(&self) -> bool {
        Self::KNOWN.contains(&self.0.as_str())
    }
}

/// A picture with its size, so that the page does not jump.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Image {
    /// `https:` or a path on the API's origin; the widget shows no other.
    pub src: String,
    /// CSS pixels.
    pub width: u32,
    /// CSS pixels.
    pub height: u32,
}

/// A promotion that runs now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Promotion {
    /// As `Hemat 20%`, in the member's language.
    pub label: String,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Moment>,
}

/// How often one member may redeem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Limit {
    /// Pieces.
    pub count: u32,
    /// Per calendar period of the programme's time zone.
    pub per: LimitPeriod,
}

/// Calendar period in the programme's time zone; a week starts on Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum LimitPeriod {
    /// Day.
    Day,
    /// Week.
    Week,
    /// Month.
    Month,
    /// Once and for all.
    Ever,
}

/// What a member has to give to get the reward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// A phone number that receives it; the member's own when absent.
    Phone,
    /// A postal address.
    Address,
}

/// `GET /v1/me/eligibility`: for the signed-in member, what stands in the way of each visible reward.
/// A reward that is not named here can be redeemed now. `GET /v1/me/eligibility?reward={id}` answers for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Eligibility {
    /// Reward id → why not, most important first.
    pub refused: std::collections::BTreeMap<String, Vec<Reason>>,
    /// Reward id → most pieces that this member can have now, where that is fewer than the reward's own maximum because part
    /// of the limit is used. What it costs is not looked at.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub quantity_max: std::collections::BTreeMap<String, u32>,
    /// The available points that this was decided with.
    pub available: i64,
    /// The server's clock when this was decided.
    pub server_time: Moment,
}

/// Why not, or when yes. Ordered by the server: what the member can't change comes first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Reason {
    /// The account is suspended.
    AccountSuspended,
    /// The number's owner is not verified.
    NumberNotVerified,
    /// Redeemable from `at`.
    NotOpenYet {
        /// When it opens.
        at: Moment,
    },
    /// It could be redeemed until `at`.
    Closed {
        /// When it closed.
        at: Moment,
    },
    /// None left.
    OutOfStock,
    /// Fewer left than asked for.
    StockShort {
        /// Pieces left.
        left: u32,
    },
    /// Only for these tiers.
    Tier {
        /// As shown, as `Gold`.
        needed: Vec<String>,
    },
    /// The member's limit is used up.
    LimitReached {
        /// The limit.
        limit: Limit,
        /// When it can be redeemed again; absent: never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again_at: Option<Moment>,
    },
    /// The balance must be at least `minimum` before redeeming.
    BelowMinimumBalance {
        /// Points that must be there.
        minimum: i64,
        /// How many more it takes.
        missing: i64,
        /// Pending points that count towards them: until they are enough, or all of them. Absent: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        coming: Option<Coming>,
    },
    /// More pieces than one redemption may have.
    TooManyPieces {
        /// The most.
        max: u32,
    },
    /// Too few points.
    ShortOfPoints {
        /// How many are missing.
        missing: i64,
        /// Pending points that count towards them: until they are enough, or all of them. Absent: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        coming: Option<Coming>,
    },
    /// A word from a newer server.
    #[serde(other)]
    Other,
}
