//! [`Masked`]: what a member's data looks like in logs and in the text of a panic.
//!
//! Invariant: neither `{}` nor `{:?}` tells the value, nor how long it is. JSON is the value's own.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A value that is never printed: a number, an address, a name, a code, a token.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Masked<T>(pub T);

impl<T> fmt::Debug for Masked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

impl<T> fmt::Display for Masked<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("•••")
    }
}

/// `Debug` of a struct whose fields after the semicolon are [`Masked`]. Each field has to stand on one of the two sides: a
/// new one that stands on neither does not compile.
#[macro_export]
macro_rules! debug_masked {
    ($name:ident $(<$life:lifetime>)? { $($shown:ident),* ; $($hidden:ident),+ $(,)? }) => {
        impl $(<$life>)? std::fmt::Debug for $name $(<$life>)? {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let Self { $($shown,)* $($hidden),+ } = self;
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($shown), $shown))*
                    $(.field(stringify!($hidden), &$crate::Masked($hidden)))+
                    .finish()
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::*;

    #[test]
    fn a_masked_value_is_itself_in_json_and_nothing_in_print() {
        let masked = Masked("0812".to_owned());
        assert_eq!(format!("{masked} {masked:?} {masked:#?} {:?}", Some(&masked)), "••• ••• ••• Some(•••)");
        assert_eq!(serde_json::to_string(&masked).unwrap(), "\"0812\"");
        assert_eq!(serde_json::from_str::<Masked<String>>("\"0812\"").unwrap(), masked);
    }

    #[test]
    fn no_shape_of_the_wire_prints_what_is_a_members_own() {
        let own = || "secret".to_owned();
        let moment = Moment(0);
        let address = Address {
            name: own(),
            street: own(),
            district: own(),
            city: own(),
            province: own(),
            postal_code: own(),
            phone: own(),
        };
        let member = Member {
            name: own(),
            state: MemberState::Verified,
            state_note: String::new(),
            tier: "gold".to_owned(),
            tier_label: "Gold".to_owned(),
            phone_masked: Some(own()),
            email_masked: Some(own()),
            read_only: false,
        };
        let signed_in =
            SignedIn { token: own(), idle_ends_at: moment, ends_at: moment, member, server_time: moment };
        let code = CodeState {
            channel: Channel::Sms,
            sent_to: own(),
            ends_at: moment,
            resend_at: moment,
            tries_left: 5,
            channels: vec![],
        };
        let ask = |recipient| AskRedemption {
            id: String::new(),
            reward_id: String::new(),
            quantity: 1,
            points: 1,
            price_version: String::new(),
            recipient: Some(recipient),
            channel: None,
        };
        let symbol = || Some(Symbol { path: own(), width: 1, height: 1 });
        let voucher = Voucher {
            id: String::new(),
            redemption_id: String::new(),
            title: String::new(),
            brand: String::new(),
            kind: RewardKind("voucher".to_owned()),
            state: VoucherState::Ready,
            code: Some(own()),
            code_masked: own(),
            qr: symbol(),
            barcode: symbol(),
            how_to_use: String::new(),
            issued_at: moment,
            ends_at: None,
        };
        let redemption = Redemption {
            id: String::new(),
            reference: String::new(),
            state: RedemptionState::Held,
            reward_id: String::new(),
            title: String::new(),
            kind: RewardKind("voucher".to_owned()),
            quantity: 1,
            points: 1,
            recipient: Some(own()),
            held_at: moment,
            hold_ends_at: moment,
            code: Some(code.clone()),
            vouchers: vec![voucher.clone()],
            available: 0,
            left: None,
            expired: None,
            server_time: moment,
        };
        let identified = Identified {
            session: Some(signed_in.clone()),
            link: Some(own()),
            partner: String::new(),
            server_time: moment,
        };
        let printed = format!(
            "{:?} {:?} {:#?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {signed_in:#?} {identified:?} {redemption:?} {voucher:#?}",
            AskCode { contact: own() },
            CodeSent { challenge_id: own(), code, server_time: moment },
            CheckCode { code: own(), link: Some(own()), shared: false },
            CheckLocker { challenge_id: own(), code: own() },
            AskIdentity { identity: own() },
            ask(Recipient::Phone(own())),
            ask(Recipient::Address(address.clone())),
            Recipient::OwnPhone,
            address,
            Confirm { code: own() },
            symbol(),
        );
        assert!(!printed.contains("secret"), "{printed}");
        assert!(
            printed.contains("tries_left: 5") && printed.contains("OwnPhone"),
            "the rest is told: {printed}"
        );
    }
}
