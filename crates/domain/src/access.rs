//! What a member may do in each state of their account.
//!
//! One rule for every door: the API and the forms ask the same service functions, and those ask [`decide`] first. A new thing
//! to do is a new variant here, so that it has to be decided for each state. docs/SECURITY.md shows the rule as a table of
//! routes, which a test walks.

use crate::eligibility::{AccountState, Reason};

/// What is asked for by or for a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// Sign in with a code, sign out, hide voucher codes, take a partner's word back.
    Session,
    /// See who is signed in, points, history, and what stands in the way of rewards; a quote.
    SeePoints,
    /// See where a redemption stands, and let a hold go: the points come back.
    SeeRedemption,
    /// Have a code sent that makes a read session a whole one.
    StepUp,
    /// Let a partner's pages show the points without a code from now on.
    Link,
    /// Hold points, ask for a hold's code again, spend them.
    Redeem,
    /// See vouchers and their codes, open the locker, have a copy sent.
    SeeVouchers,
}

impl Act {
    /// Every one.
    pub const ALL: [Act; 7] = [
        Act::Session,
        Act::SeePoints,
        Act::SeeRedemption,
        Act::StepUp,
        Act::Link,
        Act::Redeem,
        Act::SeeVouchers,
    ];
}

/// Whether a member in this state may do it.
///
/// A suspended account may be in a thief's hands: it shows its points, which stay on record, and gives nothing out. An
/// account that is not verified has what it has, and spends nothing.
///
/// # Errors
/// Why not.
pub fn decide(state: AccountState, act: Act) -> Result<(), Reason> {
    match (state, act) {
        (_, Act::Session | Act::SeePoints | Act::SeeRedemption) => Ok(()),
        (AccountState::Suspended, Act::StepUp | Act::Link | Act::Redeem | Act::SeeVouchers) => {
            Err(Reason::AccountSuspended)
        }
        (AccountState::NotVerified, Act::Redeem) => Err(Reason::NumberNotVerified),
        (AccountState::NotVerified, Act::StepUp | Act::Link | Act::SeeVouchers)
        | (AccountState::Verified, _) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suspended_account_gives_nothing_out_and_an_unverified_one_spends_nothing() {
        let refused =
            |state| -> Vec<Act> { Act::ALL.into_iter().filter(|act| decide(state, *act).is_err()).collect() };
        assert_eq!(refused(AccountState::Verified), []);
        assert_eq!(refused(AccountState::NotVerified), [Act::Redeem]);
        assert_eq!(refused(AccountState::Suspended), [Act::StepUp, Act::Link, Act::Redeem, Act::SeeVouchers]);
    }
}
