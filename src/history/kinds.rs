//! The kinds of change to points: which can be asked for, and what each is called.

use crate::i18n::{I18n, history::Texts};
use tukar_screens::Formats as _;
use tukar_wire::{Activity, ActivityKind};

/// The kinds that can be asked for, with the API's word.
pub(crate) const KINDS: [(ActivityKind, &str); 8] = [
    (ActivityKind::Earned, "earned"),
    (ActivityKind::Spent, "spent"),
    (ActivityKind::Held, "held"),
    (ActivityKind::Released, "released"),
    (ActivityKind::Expired, "expired"),
    (ActivityKind::Refunded, "refunded"),
    (ActivityKind::Extended, "extended"),
    (ActivityKind::Corrected, "corrected"),
];

/// The API's word for a kind; none for one that this build does not know.
pub(crate) fn word_of(kind: ActivityKind) -> Option<&'static str> {
    KINDS.into_iter().find(|(of, _)| *of == kind).map(|(_, word)| word)
}

/// The kind in the reader's words.
pub(crate) fn kind_text(t: &'static Texts, kind: ActivityKind) -> &'static str {
    match kind {
        ActivityKind::Earned => t.earned,
        ActivityKind::Held => t.held,
        ActivityKind::Released => t.released,
        ActivityKind::Spent => t.spent,
        ActivityKind::Expired => t.expired,
        ActivityKind::Refunded => t.refunded,
        ActivityKind::Extended => t.extended,
        ActivityKind::Corrected => t.corrected,
        ActivityKind::Other => t.other,
    }
}

/// When it happened. Points that expired are told with the last moment at which they could be used, as their lot was.
pub(crate) fn date(i18n: I18n, row: &Activity) -> String {
    if row.kind == ActivityKind::Expired { i18n.until_date_time(row.at) } else { i18n.date_time(row.at) }
}
