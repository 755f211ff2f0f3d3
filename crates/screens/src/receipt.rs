//! What a receipt is about, told the same by widget and forms.

use tukar_wire::{Redemption, RedemptionState, VoucherState};

/// What a member reads a receipt for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    /// A code to show or type.
    Coded,
    /// Codes that were all used.
    Used,
    /// Codes whose time is over.
    Ended,
    /// It went straight to the recipient.
    Delivered,
    /// A courier brings it.
    OnItsWay,
    /// Paid for, and not handed over yet.
    Preparing,
}

/// Which story a redemption that was confirmed tells.
#[must_use]
pub fn story(redemption: &Redemption) -> Story {
    let vouchers = &redemption.vouchers;
    let coded = vouchers.iter().any(|voucher| voucher.code.is_some() || !voucher.code_masked.is_empty());
    if coded {
        return match () {
            () if vouchers.iter().all(|voucher| voucher.state == VoucherState::Used) => Story::Used,
            () if vouchers.iter().all(|voucher| voucher.state == VoucherState::Ended) => Story::Ended,
            () => Story::Coded,
        };
    }
    if vouchers.iter().any(|voucher| voucher.state == VoucherState::OnItsWay) {
        return Story::OnItsWay;
    }
    match redemption.state {
        RedemptionState::Confirmed if redemption.kind.0 == "goods" => Story::OnItsWay,
        RedemptionState::Confirmed => Story::Preparing,
        _ => Story::Delivered,
    }
}

/// What came back of the points of a hold that was let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameBack {
    /// All of them.
    Whole,
    /// So many; the others expired while they were held.
    Part(i64),
    /// None: all expired.
    Nothing,
}

/// What came back of a redemption that ended without a reward.
#[must_use]
pub fn came_back(redemption: &Redemption) -> CameBack {
    match redemption.expired.unwrap_or(0) {
        0 => CameBack::Whole,
        expired if expired < redemption.points => CameBack::Part(redemption.points - expired),
        _ => CameBack::Nothing,
    }
}

/// True while the hold would still run: the receipt ends this very redemption. Later it is looked up again, and "redeemed"
/// would be no news.
#[must_use]
pub fn is_just_now(redemption: &Redemption) -> bool {
    redemption.server_time < redemption.hold_ends_at
}
