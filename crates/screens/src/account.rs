//! What an account's state means for redeeming: one sentence for the home screen, the reward and the review.

use tukar_wire::{MemberState, Reason};

/// What is said of an account that can't redeem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Barred {
    /// In as few words as a card has room for.
    pub short: &'static str,
    /// What it means and what to do next. What to do stands in the programme's help.
    pub note: &'static str,
}

const NOT_VERIFIED_ID: Barred = Barred {
    short: "Nomor belum diverifikasi",
    note: "Nomor Anda belum diverifikasi, jadi poin belum bisa ditukar. Cara verifikasinya ada di Bantuan.",
};
const NOT_VERIFIED_EN: Barred = Barred {
    short: "Number not verified",
    note: "Your number is not verified, so you can’t redeem points yet. Help says how to verify it.",
};
const SUSPENDED_ID: Barred = Barred {
    short: "Akun dibekukan",
    note: "Akun Anda dibekukan, jadi poin belum bisa ditukar. Poin Anda tetap tercatat. Hubungi layanan pelanggan lewat Bantuan.",
};
const SUSPENDED_EN: Barred = Barred {
    short: "Account suspended",
    note: "Your account is suspended, so you can’t redeem points. Your points stay on record. Contact support: see Help.",
};

/// What stands in an account's way, in the language of `tag` (`en`, else Indonesian); `None`: nothing.
#[must_use]
pub fn barred(state: MemberState, tag: &str) -> Option<Barred> {
    match (state, tag == "en") {
        (MemberState::Verified | MemberState::Other, _) => None,
        (MemberState::NotVerified, false) => Some(NOT_VERIFIED_ID),
        (MemberState::NotVerified, true) => Some(NOT_VERIFIED_EN),
        (MemberState::Suspended, false) => Some(SUSPENDED_ID),
        (MemberState::Suspended, true) => Some(SUSPENDED_EN),
    }
}

/// The same for a reason of a refusal; `None`: it is about something else.
#[must_use]
pub fn barred_by(reason: &Reason, tag: &str) -> Option<Barred> {
    match reason {
        Reason::AccountSuspended => barred(MemberState::Suspended, tag),
        Reason::NumberNotVerified => barred(MemberState::NotVerified, tag),
        _ => None,
    }
}
