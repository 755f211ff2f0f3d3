//! A redemption as its member is told of it.

use crate::{
    app::App,
    language::Language,
    problem::ApiError,
    service::{allow, codes, points, vouchers},
    store::{
        Connection,
        challenges::{self, ChallengeRow},
        ledger,
        members::MemberRow,
        redemptions::RedemptionRow,
    },
};
use tukar_domain::{Points, access::Act, redemption::State};
use tukar_wire::{self as wire, Moment};

/// A redemption for the wire; voucher codes only while the locker is open.
pub(super) async fn view(
    app: &App,
    conn: &mut Connection,
    (member, row): (&MemberRow, &RedemptionRow),
    (locker_until, language): (Option<Moment>, Language),
    now: Moment,
) -> Result<wire::Redemption, ApiError> {
    let code = match row.state {
        State::Held { .. } => challenges::find(conn, &row.challenge_id)
            .await?
            .map(|challenge| code_to_wire(app, (member, row), &challenge)),
        _ => None,
    };
    let open = locker_until.is_some_and(|until| now < until) && allow(member, Act::SeeVouchers).is_ok();
    let vouchers = vouchers::load_of(conn, (&member.id, &row.id), (open, language), now).await?;
    let available = points::load_available(conn, &member.id, now).await?;
    let expired = match row.state {
        State::Voided { .. } | State::Expired { .. } => {
            Some(ledger::load_expired_of(conn, (&member.id, &row.id)).await?.0)
        }
        _ => None,
    };
    let told = to_wire(row, (code, vouchers), (available, language), now);
    Ok(wire::Redemption { left: left_then(row), expired: expired.filter(|points| *points > 0), ..told })
}

/// Available points right after the code was right, from the answer that was given then.
fn left_then(row: &RedemptionRow) -> Option<i64> {
    let (State::Confirmed { .. } | State::Fulfilled { .. } | State::Undone { .. }) = row.state else {
        return None;
    };
    let (_, _, answer) = row.confirmed.as_ref()?;
    Some(serde_json::from_str::<wire::Redemption>(answer).ok()?.available)
}

/// How the code stands that a redemption waits for.
pub(super) fn code_to_wire(
    app: &App,
    (member, row): (&MemberRow, &RedemptionRow),
    challenge: &ChallengeRow,
) -> wire::CodeState {
    let shown = codes::masked_contact(member, challenge.channel);
    let code = codes::to_wire(challenge, shown, codes::channels_of(app, member));
    // No code outlives its hold.
    wire::CodeState { ends_at: code.ends_at.min(row.hold_ends_at), ..code }
}

/// `code` and `vouchers` as they may be told to who asks.
pub(super) fn to_wire(
    row: &RedemptionRow,
    (code, vouchers): (Option<wire::CodeState>, Vec<wire::Voucher>),
    (available, language): (Points, Language),
    now: Moment,
) -> wire::Redemption {
    wire::Redemption {
        id: row.id.clone(),
        reference: row.reference.clone(),
        state: match row.state {
            State::Held { .. } => wire::RedemptionState::Held,
            State::Confirmed { .. } => wire::RedemptionState::Confirmed,
            State::Fulfilled { .. } => wire::RedemptionState::Fulfilled,
            State::Voided { .. } => wire::RedemptionState::Voided,
            State::Expired { .. } => wire::RedemptionState::Expired,
            State::Undone { .. } => wire::RedemptionState::Undone,
        },
        reward_id: row.reward_id.clone(),
        title: row.title.get(language).clone(),
        kind: wire::RewardKind(row.kind.clone()),
        quantity: row.quantity,
        points: row.points.0,
        recipient: row.recipient_shown.clone(),
        held_at: row.held_at,
        hold_ends_at: row.hold_ends_at,
        code,
        vouchers,
        available: available.0,
        left: None,
        expired: None,
        server_time: now,
    }
}

/// The same answer for a replay is the same text.
pub(super) fn to_json(value: &impl serde::Serialize) -> Result<String, ApiError> {
    serde_json::to_string(value).map_err(|error| ApiError::Broken(error.into()))
}
