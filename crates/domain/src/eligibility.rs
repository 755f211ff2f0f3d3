//! May this member redeem this reward now, and if not, why.
//!
//! Invariants: the reasons come in one fixed order, what the member can't change first; an empty list means yes. The same
//! function answers for the card, the quote and the redemption, so they can't differ.

use crate::{
    access::{self, Act},
    calendar::{Period, period_end},
    points::Points,
};
use jiff::{Timestamp, tz::TimeZone};

/// State of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountState {
    /// May redeem.
    Verified,
    /// The number's owner is not verified yet.
    NotVerified,
    /// Stopped by the programme.
    Suspended,
}

/// How often one member may redeem a reward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limit {
    /// Pieces.
    pub count: u32,
    /// Per calendar period.
    pub per: Period,
}

/// The rules of one reward as they are now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RewardRules {
    /// Points for one piece, a running promotion included.
    pub points_each: Points,
    /// From when it can be redeemed.
    pub opens_at: Option<Timestamp>,
    /// First moment at which it can't be redeemed any more.
    pub closes_at: Option<Timestamp>,
    /// Pieces left; `None`: not limited.
    pub stock_left: Option<u32>,
    /// Tiers that may redeem; empty: all.
    pub tiers: Vec<String>,
    /// Balance that must be there before redeeming.
    pub balance_min: Option<Points>,
    /// Most pieces in one redemption; at least 1.
    pub quantity_max: u32,
    /// Limit per member.
    pub limit: Option<Limit>,
}

/// What the decision needs to know of the member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberFacts {
    /// State of the account.
    pub state: AccountState,
    /// The member's tier.
    pub tier: String,
    /// Points that can be spent now.
    pub available: Points,
    /// Pending points, by the moment at which they are granted, first ones first.
    pub coming: Vec<Coming>,
    /// Pieces of this reward redeemed or held in the limit's current period.
    pub used_in_period: u32,
}

/// Points that are earned and granted later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coming {
    /// How many.
    pub points: Points,
    /// When the last of them are granted.
    pub by: Timestamp,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The account is suspended.
    AccountSuspended,
    /// The number's owner is not verified.
    NumberNotVerified,
    /// Redeemable from then.
    NotOpenYet(Timestamp),
    /// It could be redeemed until then.
    Closed(Timestamp),
    /// None left.
    OutOfStock,
    /// Fewer left than asked for.
    StockShort {
        /// Pieces left.
        left: u32,
    },
    /// Only for these tiers.
    Tier(Vec<String>),
    /// The limit is used up, or would be exceeded.
    LimitReached {
        /// The limit.
        limit: Limit,
        /// When the next period begins; `None`: never.
        again_at: Option<Timestamp>,
    },
    /// The balance must be higher before redeeming.
    BelowMinimumBalance {
        /// What must be there.
        minimum: Points,
        /// How many more it takes.
        missing: Points,
        /// Pending points that count towards them.
        coming: Option<Coming>,
    },
    /// More than one redemption may have.
    TooManyPieces {
        /// The most.
        max: u32,
    },
    /// Too few points.
    ShortOfPoints {
        /// How many are missing.
        missing: Points,
        /// Pending points that count towards them.
        coming: Option<Coming>,
    },
}

/// Why `member` can't redeem `quantity` pieces at `now`, most important first; empty: they can.
///
/// A `quantity` of zero or a total beyond all numbers counts as too many pieces.
#[must_use]
pub fn decide_reasons(
    rules: &RewardRules,
    member: &MemberFacts,
    quantity: u32,
    (now, zone): (Timestamp, &TimeZone),
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    reasons.extend(access::decide(member.state, Act::Redeem).err());
    match (rules.opens_at, rules.closes_at) {
        (Some(opens), _) if now < opens => reasons.push(Reason::NotOpenYet(opens)),
        (_, Some(closes)) if now >= closes => reasons.push(Reason::Closed(closes)),
        _ => {}
    }
    match rules.stock_left {
        Some(0) => reasons.push(Reason::OutOfStock),
        Some(left) if left < quantity => reasons.push(Reason::StockShort { left }),
        _ => {}
    }
    if !rules.tiers.is_empty() && !rules.tiers.contains(&member.tier) {
        reasons.push(Reason::Tier(rules.tiers.clone()));
    }
    reasons.extend(rules.limit.and_then(|limit| reached(limit, member, quantity, (now, zone))));
    if let Some(minimum) = rules.balance_min
        && member.available < minimum
    {
        let missing = minimum - member.available;
        reasons.push(Reason::BelowMinimumBalance {
            minimum,
            missing,
            coming: coming_towards(member, missing),
        });
    }
    let max = pieces_max(rules);
    match rules.points_each.checked_times(quantity) {
        Some(total) if quantity > 0 => {
            if quantity > max {
                reasons.push(Reason::TooManyPieces { max });
            }
            if total > member.available {
                let missing = total - member.available;
                reasons.push(Reason::ShortOfPoints { missing, coming: coming_towards(member, missing) });
            }
        }
        _ => reasons.push(Reason::TooManyPieces { max }),
    }
    reasons
}

/// Pending points up to the moment at which they make up what is missing, or all of them where they never do.
fn coming_towards(member: &MemberFacts, missing: Points) -> Option<Coming> {
    let mut sum: Option<Coming> = None;
    for next in &member.coming {
        let before = sum.map_or(Points::ZERO, |sum| sum.points);
        if before >= missing {
            break;
        }
        sum = Some(Coming { points: before + next.points, by: next.by });
    }
    sum
}

/// Most pieces that one redemption can have now, whoever asks; at least 1, so that there is something to review.
#[must_use]
pub fn decide_pieces_max(rules: &RewardRules) -> u32 {
    pieces_max(rules).min(rules.stock_left.unwrap_or(u32::MAX)).max(1)
}

/// Most pieces that a member who has had `used_in_period` of them can have now; 0: none. What it costs is not looked at.
#[must_use]
pub fn decide_pieces_left(rules: &RewardRules, used_in_period: u32) -> u32 {
    let left = rules.limit.map_or(u32::MAX, |limit| limit.count.saturating_sub(used_in_period));
    pieces_max(rules).min(rules.stock_left.unwrap_or(u32::MAX)).min(left)
}

/// Most pieces that one redemption can ever have. A limit that allows none at all is told as the limit, not as a maximum.
fn pieces_max(rules: &RewardRules) -> u32 {
    match rules.limit {
        Some(limit) if limit.count > 0 => limit.count.min(rules.quantity_max),
        _ => rules.quantity_max,
    }
}

/// [`Reason::LimitReached`] only where waiting helps or nothing does. Asking for more than the limit ever allows is a
/// matter of pieces: `again_at` would promise what the next period refuses as well.
fn reached(
    limit: Limit,
    member: &MemberFacts,
    quantity: u32,
    (now, zone): (Timestamp, &TimeZone),
) -> Option<Reason> {
    if limit.count == 0 {
        return Some(Reason::LimitReached { limit, again_at: None });
    }
    let asked = if quantity > limit.count { 1 } else { quantity.max(1) };
    (member.used_in_period.saturating_add(asked) > limit.count)
        .then(|| Reason::LimitReached { limit, again_at: period_end(limit.per, now, zone) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn rules() -> RewardRules {
        RewardRules {
            points_each: Points(1_000),
            opens_at: None,
            closes_at: None,
            stock_left: None,
            tiers: vec![],
            balance_min: None,
            quantity_max: 5,
            limit: None,
        }
    }

    fn member() -> MemberFacts {
        MemberFacts {
            state: AccountState::Verified,
            tier: "gold".into(),
            available: Points(3_000),
            coming: vec![],
            used_in_period: 0,
        }
    }

    fn decide(rules: &RewardRules, member: &MemberFacts, quantity: u32) -> Vec<Reason> {
        let zone = TimeZone::get("Asia/Jakarta").unwrap();
        decide_reasons(rules, member, quantity, (at("2026-11-24T03:00:00Z"), &zone))
    }

    #[test]
    fn each_rule_says_its_own_reason() {
        let limit = Limit { count: 2, per: Period::Day };
        let early = at("2026-11-24T03:00:01Z");
        let over = at("2026-11-24T03:00:00Z");
        let again_at = Some(at("2026-11-24T17:00:00Z"));
        let table: Vec<(RewardRules, MemberFacts, u32, Vec<Reason>)> = vec![
            (rules(), member(), 1, vec![]),
            (rules(), member(), 3, vec![]),
            (rules(), member(), 4, vec![Reason::ShortOfPoints { missing: Points(1_000), coming: None }]),
            (rules(), member(), 0, vec![Reason::TooManyPieces { max: 5 }]),
            (
                rules(),
                member(),
                6,
                vec![
                    Reason::TooManyPieces { max: 5 },
                    Reason::ShortOfPoints { missing: Points(3_000), coming: None },
                ],
            ),
            (
                rules(),
                MemberFacts { state: AccountState::Suspended, ..member() },
                1,
                vec![Reason::AccountSuspended],
            ),
            (
                rules(),
                MemberFacts { state: AccountState::NotVerified, ..member() },
                1,
                vec![Reason::NumberNotVerified],
            ),
            (RewardRules { opens_at: Some(early), ..rules() }, member(), 1, vec![Reason::NotOpenYet(early)]),
            (RewardRules { opens_at: Some(over), ..rules() }, member(), 1, vec![]),
            (RewardRules { closes_at: Some(over), ..rules() }, member(), 1, vec![Reason::Closed(over)]),
            (RewardRules { closes_at: Some(early), ..rules() }, member(), 1, vec![]),
            (RewardRules { stock_left: Some(0), ..rules() }, member(), 1, vec![Reason::OutOfStock]),
            (
                RewardRules { stock_left: Some(1), ..rules() },
                member(),
                2,
                vec![Reason::StockShort { left: 1 }],
            ),
            (RewardRules { tiers: vec!["gold".into()], ..rules() }, member(), 1, vec![]),
            (
                RewardRules { tiers: vec!["platinum".into()], ..rules() },
                member(),
                1,
                vec![Reason::Tier(vec!["platinum".into()])],
            ),
            (
                RewardRules { limit: Some(limit), ..rules() },
                MemberFacts { used_in_period: 1, ..member() },
                1,
                vec![],
            ),
            (
                RewardRules { limit: Some(limit), ..rules() },
                MemberFacts { used_in_period: 1, ..member() },
                2,
                vec![Reason::LimitReached { limit, again_at }],
            ),
            (
                RewardRules { balance_min: Some(Points(3_001)), ..rules() },
                member(),
                1,
                vec![Reason::BelowMinimumBalance {
                    minimum: Points(3_001),
                    missing: Points(1),
                    coming: None,
                }],
            ),
            (
                RewardRules { points_each: Points(i64::MAX), ..rules() },
                member(),
                2,
                vec![Reason::TooManyPieces { max: 5 }],
            ),
        ];
        for (rules, member, quantity, reasons) in table {
            assert_eq!(decide(&rules, &member, quantity), reasons, "{rules:?} {member:?} × {quantity}");
        }
    }

    #[test]
    fn more_pieces_than_the_limit_ever_allows_is_no_matter_of_waiting() {
        let limit = Limit { count: 2, per: Period::Day };
        let rules = RewardRules { points_each: Points(100), limit: Some(limit), ..rules() };
        let again_at = Some(at("2026-11-24T17:00:00Z"));
        let reached = Reason::LimitReached { limit, again_at };
        let too_many = Reason::TooManyPieces { max: 2 };
        for (used, quantity, reasons) in [
            (0, 2, vec![]),
            (0, 3, vec![too_many.clone()]),
            (1, 3, vec![too_many.clone()]),
            (1, 2, vec![reached.clone()]),
            (2, 1, vec![reached.clone()]),
            (2, 3, vec![reached.clone(), too_many.clone()]),
        ] {
            let member = MemberFacts { used_in_period: used, ..member() };
            assert_eq!(decide(&rules, &member, quantity), reasons, "{used} used, {quantity} asked");
        }
        let never = Limit { count: 0, per: Period::Day };
        let rules = RewardRules { limit: Some(never), ..rules };
        assert_eq!(decide(&rules, &member(), 1), [Reason::LimitReached { limit: never, again_at: None }]);
    }

    #[test]
    fn pending_points_count_towards_what_is_missing_until_they_are_enough() {
        let grant =
            |points, day| Coming { points: Points(points), by: at(&format!("2026-11-{day}T03:00:00Z")) };
        let member = MemberFacts { coming: vec![grant(400, 25), grant(600, 27), grant(50, 30)], ..member() };
        for (quantity, missing, coming) in
            [(4, 1_000, Some(grant(1_000, 27))), (5, 2_000, Some(grant(1_050, 30)))]
        {
            let reason = Reason::ShortOfPoints { missing: Points(missing), coming };
            assert_eq!(decide(&rules(), &member, quantity), [reason]);
        }
        let rules = RewardRules { balance_min: Some(Points(3_300)), ..rules() };
        let reason = Reason::BelowMinimumBalance {
            minimum: Points(3_300),
            missing: Points(300),
            coming: Some(grant(400, 25)),
        };
        assert_eq!(decide(&rules, &member, 1), [reason]);
    }

    #[test]
    fn the_maximum_that_is_told_is_never_refused_for_its_pieces() {
        let limit = |count| Some(Limit { count, per: Period::Day });
        for (quantity_max, limit, stock_left, used, most, left) in [
            (5, None, None, 0, 5, 5),
            (5, limit(2), None, 0, 2, 2),
            (5, limit(2), None, 1, 2, 1),
            (5, limit(2), None, 2, 2, 0),
            (5, limit(0), None, 0, 5, 0),
            (5, limit(9), Some(3), 0, 3, 3),
            (5, limit(9), Some(0), 0, 1, 0),
            (1, limit(2), None, 0, 1, 1),
        ] {
            let rules = RewardRules { points_each: Points(1), quantity_max, limit, stock_left, ..rules() };
            assert_eq!(decide_pieces_max(&rules), most, "{rules:?}");
            assert_eq!(decide_pieces_left(&rules, used), left, "{rules:?} {used} used");
            let member = MemberFacts { used_in_period: used, ..member() };
            assert!(left == 0 || decide(&rules, &member, left).is_empty(), "{rules:?} {used} used");
            assert!(!decide(&rules, &member, left + 1).is_empty(), "{rules:?} {used} used");
        }
    }

    #[test]
    fn what_the_member_can_not_change_comes_first() {
        let rules = RewardRules {
            stock_left: Some(0),
            tiers: vec!["platinum".into()],
            balance_min: Some(Points(10_000)),
            points_each: Points(9_000),
            ..rules()
        };
        let member = MemberFacts { state: AccountState::Suspended, ..member() };
        assert_eq!(
            decide(&rules, &member, 1),
            [
                Reason::AccountSuspended,
                Reason::OutOfStock,
                Reason::Tier(vec!["platinum".into()]),
                Reason::BelowMinimumBalance { minimum: Points(10_000), missing: Points(7_000), coming: None },
                Reason::ShortOfPoints { missing: Points(6_000), coming: None },
            ]
        );
    }
}
