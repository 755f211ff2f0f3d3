//! A partner's signed word about who looks at its page, and the read session it opens.

use crate::{Moment, SignedIn, debug_masked};
use serde::{Deserialize, Serialize};

/// `POST /v1/identity`: a token that the partner's backend signed a moment ago (docs/SECURITY.md).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AskIdentity {
    /// A JWT of at most 2,048 bytes.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 5, max_length = 2048, pattern = r"^[\w-]+\.[\w-]+\.[\w-]+$")
    )]
    pub identity: String,
}

debug_masked!(AskIdentity { ; identity });

/// The token was good. Whether its subject has an account is told to nobody: without a link there is no session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Identified {
    /// A read session of the member who linked this subject: `member.read_only` is true. Absent: nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SignedIn>,
    /// When nobody did: ticket for `CheckCode.link`, by which the member who signs in now may link it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Name of the partner, for people.
    pub partner: String,
    /// The server's clock when this was written.
    pub server_time: Moment,
}

debug_masked!(Identified { session, partner, server_time; link });
