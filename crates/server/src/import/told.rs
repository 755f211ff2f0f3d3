//! What an import changed, for the operator who ran it.

use super::programme::ProgrammeTold;
use crate::catalogue::Reward;
use std::{
    collections::{HashMap, HashSet},
    fmt,
};
use tukar_wire::Moment;

/// Ids that are named; further ones are counted.
const IDS_MAX: usize = 10;

/// What an import changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Absent: the file does not speak of rewards.
    pub rewards: Option<RewardsTold>,
    /// Absent: the file does not speak of the programme.
    pub programme: Option<ProgrammeTold>,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.rewards, &self.programme) {
            (Some(rewards), Some(programme)) => write!(f, "{rewards}; programme: {programme}"),
            (Some(rewards), None) => rewards.fmt(f),
            (None, Some(programme)) => write!(f, "programme: {programme}"),
            (None, None) => Ok(()),
        }
    }
}

/// What became of the catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RewardsTold {
    /// Rewards in the file.
    pub total: usize,
    /// Not known before.
    pub new: usize,
    /// Known, with another text or rule; also one that was closed and is back.
    pub changed: usize,
    /// Ids that the file leaves out: hidden and closed now.
    pub closed: Vec<String>,
}

impl RewardsTold {
    /// `before` is every reward that there ever was.
    #[must_use]
    pub fn of(before: &[Reward], after: &[Reward], now: Moment) -> RewardsTold {
        let known: HashMap<&str, &Reward> =
            before.iter().map(|reward| (reward.id.as_str(), reward)).collect();
        let kept: HashSet<&str> = after.iter().map(|reward| reward.id.as_str()).collect();
        let mut told = RewardsTold { total: after.len(), ..RewardsTold::default() };
        for reward in after {
            match known.get(reward.id.as_str()) {
                None => told.new += 1,
                Some(before) if !is_same(before, reward) => told.changed += 1,
                Some(_) => {}
            }
        }
        let open = |reward: &&Reward| reward.visible_until.is_none_or(|until| now < until);
        let left_out = before.iter().filter(open).filter(|reward| !kept.contains(reward.id.as_str()));
        told.closed = left_out.map(|reward| reward.id.clone()).collect();
        told
    }
}

/// What a member sees is the same; pieces left are the members' doing, and `published` counts from the import.
fn is_same(before: &Reward, after: &Reward) -> bool {
    let (published_at, stock_left) = (before.published_at, before.stock_left);
    *before == Reward { published_at, stock_left, ..after.clone() }
}

impl fmt::Display for RewardsTold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RewardsTold { total, new, changed, closed } = self;
        let same = total - new - changed;
        write!(
            f,
            "{total} rewards: {new} new, {changed} changed, {same} unchanged, {} closed",
            closed.len()
        )?;
        if closed.is_empty() {
            return Ok(());
        }
        let named = closed.iter().take(IDS_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more = closed.len().saturating_sub(IDS_MAX);
        if more > 0 { write!(f, " ({named} and {more} more)") } else { write!(f, " ({named})") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::tests::reward;

    #[test]
    fn what_is_new_changed_and_closed_is_told() {
        let mut changed = reward("b");
        changed.points += 1;
        let mut again = reward("a");
        (again.published_at, again.stock_left) = (Moment(9), Some(2));
        let mut gone = reward("gone");
        gone.visible_until = Some(Moment(5));
        let before = [reward("a"), reward("b"), reward("c"), gone];
        let told = RewardsTold::of(&before, &[again, changed, reward("new")], Moment(10));
        assert_eq!(told.to_string(), "3 rewards: 1 new, 1 changed, 1 unchanged, 1 closed (c)");
    }

    #[test]
    fn of_many_closed_rewards_ten_are_named() {
        let before: Vec<Reward> = (0..12).map(|number| reward(&format!("r{number}"))).collect();
        let told = RewardsTold::of(&before, &[], Moment(0)).to_string();
        assert!(told.starts_with("0 rewards: 0 new, 0 changed, 0 unchanged, 12 closed (r0, r1,"), "{told}");
        assert!(told.ends_with("r9 and 2 more)"), "{told}");
    }
}
