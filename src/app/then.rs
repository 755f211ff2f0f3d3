//! Where a sign-in leads, kept for this tab, so that a reload at the sign-in goes on to the same place.

use super::{SCREEN, Screen, Tab};
use crate::api::attempt;
use crate::redeem::Begin;
use crate::redeem::flow::Order;
use serde::{Deserialize, Serialize};

/// The word of the sign-in among the screens.
pub(super) const SIGN_IN: &str = "sign-in";
const THEN: &str = "tukar.then";

#[derive(Default, Serialize, Deserialize)]
struct Then {
    /// Word of the tab that it is behind.
    tab: String,
    /// A redemption to go on with.
    attempt: Option<String>,
    /// A reward to redeem, and how many.
    reward: Option<(String, u32)>,
    /// A session ended, and that was said.
    ended: bool,
}

/// Keeps that a sign-in is shown, and what comes after it.
pub(super) fn keep(then: &Screen, ended: bool) {
    let kept = match then {
        Screen::Redeem { begin: Begin::Attempt(id), from } => {
            Then { tab: from.word().into(), attempt: Some(id.clone()), ended, ..Then::default() }
        }
        Screen::Redeem { begin: Begin::Reward(order), from } => Then {
            tab: from.word().into(),
            reward: Some((order.reward_id.clone(), order.quantity)),
            ended,
            ..Then::default()
        },
        Screen::Tab(tab) => Then { tab: tab.word().into(), ended, ..Then::default() },
        Screen::SignIn { then, .. } => return keep(then, ended),
    };
    attempt::keep_value(SCREEN, &SIGN_IN);
    attempt::keep_value(THEN, &kept);
}

/// The sign-in that was shown before a reload.
pub(super) fn find() -> Screen {
    let kept: Then = attempt::find_kept(THEN).unwrap_or_default();
    let from = Tab::of(&kept.tab).unwrap_or_default();
    let then = match (kept.attempt, kept.reward) {
        (Some(id), _) => Screen::Redeem { begin: Begin::Attempt(id), from },
        (None, Some((reward_id, quantity))) => {
            Screen::Redeem { begin: Begin::Reward(Order { reward_id, quantity }), from }
        }
        (None, None) => Screen::Tab(from),
    };
    Screen::SignIn { then: Box::new(then), ended: kept.ended }
}
