//! One-time codes: asking for one, checking it, the session it opens.

use crate::{Member, Moment, debug_masked};
use serde::{Deserialize, Serialize};

/// Where a code is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Channel {
    /// Text message.
    Sms,
    /// E-mail.
    Email,
}

/// `POST /v1/challenges`: ask for a code to sign in. The answer is the same for known and unknown contacts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AskCode {
    /// A phone number in any usual writing (`0812 3456 7890`, `+62…`) or an e-mail address; at most 254 bytes.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 254))]
    pub contact: String,
}

debug_masked!(AskCode { ; contact });

/// A code is on its way (or, for an unknown contact, seems to be).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeSent {
    /// Id of the challenge, for the check and the resend.
    pub challenge_id: String,
    /// Where it went, when it will end, what else is possible.
    pub code: CodeState,
    /// The server's clock when this was written.
    pub server_time: Moment,
}

debug_masked!(CodeSent { code, server_time; challenge_id });

pub use crate::redemption::CodeState;

/// `POST /v1/challenges/{id}/resend` and `POST /v1/redemptions/{id}/resend`: a *new* code; the old one dies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResendCode {
    /// Which way; the same as before when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
}

/// `POST /v1/challenges/{id}/check`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckCode {
    /// Six digits, with any separators, or a message that holds them.
    #[cfg_attr(feature = "openapi", schema(min_length = 6, max_length = 1000))]
    pub code: String,
    /// At sign-in: ticket of `Identified.link`; the member wants this partner's page to show their points without a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub link: Option<String>,
    /// At sign-in: others use this computer too. The session then ends after 15 minutes at most.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
}

debug_masked!(CheckCode { shared; code, link });

/// The code was right: a session. `DELETE /v1/session` ends it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedIn {
    /// Opaque, 256 bits, for `Authorization: Bearer`. Never stored by a host page.
    pub token: String,
    /// Ends if nothing is asked until then; each request moves it.
    pub idle_ends_at: Moment,
    /// Ends at the latest.
    pub ends_at: Moment,
    /// Who is here.
    pub member: Member,
    /// The server's clock when this was written.
    pub server_time: Moment,
}

debug_masked!(SignedIn { idle_ends_at, ends_at, member, server_time; token });

/// `POST /v1/locker/check`: the code that `POST /v1/locker/open` (body [`ResendCode`], answer [`CodeSent`]) sent. A new one
/// by `POST /v1/challenges/{id}/resend`, as at sign-in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckLocker {
    /// From [`CodeSent`].
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub challenge_id: String,
    /// Six digits, with any separators, or a message that holds them.
    #[cfg_attr(feature = "openapi", schema(min_length = 6, max_length = 1000))]
    pub code: String,
}

debug_masked!(CheckLocker { ; challenge_id, code });

/// Answer of `POST /v1/locker/check`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LockerOpened {
    /// Until then this session sees voucher codes.
    pub open_until: Moment,
    /// The server's clock when this was written.
    pub server_time: Moment,
}
