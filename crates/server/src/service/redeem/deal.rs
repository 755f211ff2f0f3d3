//! What a code is bound to, and calling a hold off whose deal has changed since.

use super::{let_go, told::to_json};
use crate::{
    app::App,
    catalogue::Reward,
    language::Language,
    partner::PartnerList,
    problem::ApiError,
    store::{Connection, challenges::ChallengeRow, redemptions::RedemptionRow},
};
use tukar_domain::{
    code::{Bound, Purpose},
    redemption::{State, Step},
};
use tukar_wire::Moment;

/// What the code of a redemption counts for, on a page of `partner`.
pub(super) fn bound<'a>(row: &'a RedemptionRow, partner: &'a str) -> Bound<'a> {
    Bound {
        challenge: &row.challenge_id,
        member: &row.member_id,
        partner,
        purpose: Purpose::Redeem {
            redemption: &row.id,
            reward: &row.reward_id,
            quantity: row.quantity,
            points: row.points,
            recipient: &row.recipient,
            price_version: &row.price_version,
        },
    }
}

/// What a held redemption was agreed on, and how it stands now.
pub(super) struct Deal<'a> {
    pub(super) row: &'a RedemptionRow,
    pub(super) challenge: &'a ChallengeRow,
    pub(super) reward: Option<&'a Reward>,
}

impl Deal<'_> {
    /// Whether anything that the code is bound to is no longer as the member agreed to it. What is typed has no part in
    /// it, and neither has the page that asks: that is the visitor's own word.
    pub(super) fn has_changed(&self, app: &App, partners: &PartnerList) -> bool {
        let Deal { row, challenge, reward } = self;
        // As the catalogue now tells of the moment of the hold: a promotion that ends by its own date changes nothing for
        // who began in time, another price or other terms do.
        let priced = reward.is_some_and(|reward| reward.price_version(row.held_at) == row.price_version);
        let partner = challenge.partner_id.as_str();
        let listed = partner.is_empty() || partners.find(partner).is_some();
        let sealed =
            challenge.deal_hmac.is_empty() || app.secret.is_deal(&bound(row, partner), &challenge.deal_hmac);
        !(priced && listed && sealed)
    }
}

/// Lets a hold go whose deal has changed, and keeps the refusal for replay. The refusal is no error of the transaction: what
/// it did must be committed.
pub(super) async fn call_off(
    conn: &mut Connection,
    row: &RedemptionRow,
    ((key, hash), language): ((&str, &[u8]), Language),
    now: Moment,
) -> Result<ApiError, ApiError> {
    tracing::warn!("a hold is let go: what it was agreed on has changed");
    // Without the id of this request, so that it is the same each time.
    let answer = to_json(&ApiError::OrderChanged { answer: String::new() }.to_problem(language, ""))?;
    let_go(conn, (row, Step::Void), (now, Some((key, hash, &answer)))).await?;
    Ok(ApiError::OrderChanged { answer })
}

/// Refuses what is asked of a redemption that [`call_off`] ended, in the same words.
pub(super) fn not_called_off(row: &RedemptionRow) -> Result<(), ApiError> {
    match (&row.state, &row.confirmed) {
        (State::Voided { .. }, Some((.., answer))) => Err(ApiError::OrderChanged { answer: answer.clone() }),
        _ => Ok(()),
    }
}
