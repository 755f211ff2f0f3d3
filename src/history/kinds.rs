//! The kinds of change to points: which can be asked for, and what each is called.

use crate::i18n::history::Texts;
use tukar_wire::ActivityKind;

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
