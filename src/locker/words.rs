//! Where a voucher stands, in the reader's words; and in which part of the locker it lies.

use crate::i18n::{I18n, fill};
use tukar_screens::Formats as _;
use tukar_wire::{Voucher, VoucherState};

/// Whether it can still be used, or will be.
pub(crate) fn is_active(voucher: &Voucher) -> bool {
    matches!(voucher.state, VoucherState::Ready | VoucherState::OnItsWay | VoucherState::Other)
}

/// Its state: the ending of its class in the sheet, and what it is called.
pub(crate) fn state(i18n: I18n, state: VoucherState) -> (&'static str, &'static str) {
    let t = i18n.texts().locker;
    match state {
        VoucherState::Ready => ("ready", t.ready),
        VoucherState::Delivered => ("delivered", t.delivered),
        VoucherState::OnItsWay => ("on-its-way", t.on_its_way),
        VoucherState::Used => ("used", t.used),
        VoucherState::Ended => ("ended", t.ended),
        VoucherState::Undone => ("undone", t.undone),
        VoucherState::Other => ("other", t.other),
    }
}

/// The one date that matters for it.
pub(crate) fn date(i18n: I18n, voucher: &Voucher) -> String {
    let t = i18n.texts().locker;
    match (voucher.ends_at, voucher.state) {
        (Some(at), VoucherState::Ready | VoucherState::Other) => fill(t.ends, &[&i18n.until_date_time(at)]),
        (Some(at), VoucherState::Ended) => fill(t.ended_at, &[&i18n.until_date_time(at)]),
        _ => fill(t.issued, &[&i18n.date_time(voucher.issued_at)]),
    }
}
