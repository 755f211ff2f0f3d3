//! What anybody may know of the programme: its texts, policy, questions and contacts.

use crate::{Channel, Moment};
use serde::{Deserialize, Serialize};

/// `GET /v1/programme`. No session needed; never cached, because it tells the server's time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Programme {
    /// The programme's name, as `Tukar Poin`.
    pub name: String,
    /// IANA name; days and months end in this zone, as `Asia/Jakarta`.
    pub time_zone: String,
    /// What a clock in that zone is called, as `WIB`.
    pub time_zone_label: String,
    /// BCP 47 tag of the texts in this answer.
    pub locale: String,
    /// Tags that may be asked for.
    pub locales: Vec<String>,
    /// How long points live and which are spent first, in plain words; one sentence each.
    pub policy: Vec<String>,
    /// How far ahead a lot counts as about to be lost, days.
    pub about_to_be_lost_days: u32,
    /// How long points stay held for a redemption that is not confirmed, seconds.
    pub hold_seconds: u32,
    /// How a member may sign in.
    pub channels: Vec<Channel>,
    /// Frequently asked questions, in order.
    pub questions: Vec<Question>,
    /// Ways to reach a person.
    pub contacts: Vec<Contact>,
    /// News, newest first.
    pub announcements: Vec<Announcement>,
    /// True when the server runs with demo data: the widget says so, and the page links to the demo's inbox.
    #[serde(default)]
    pub demo: bool,
    /// The server's clock when this was written.
    pub server_time: Moment,
}

/// A question and its answer, plain text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Question {
    /// Stable word, as `points-validity`.
    pub id: String,
    /// The question.
    pub ask: String,
    /// Plain text; blank lines part paragraphs.
    pub answer: String,
}

/// One way to reach a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contact {
    /// Which way.
    pub kind: ContactKind,
    /// What to show, as `188` or `cs@example.id`.
    pub label: String,
    /// Only `https:`, `tel:`, `sms:` or `mailto:`; the widget drops anything else.
    pub href: String,
    /// Hours and cost, plain text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Way of contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ContactKind {
    /// A call.
    Phone,
    /// A mail.
    Email,
    /// A chat page.
    Chat,
    /// A USSD menu.
    Ussd,
    /// A shop.
    Place,
    /// A word from a newer server.
    #[serde(other)]
    Other,
}

/// A piece of news.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Announcement {
    /// Stable id.
    pub id: String,
    /// One line.
    pub title: String,
    /// Plain text.
    pub body: String,
    /// When it was published.
    pub at: Moment,
}
