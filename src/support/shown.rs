//! What of a programme's help is shown: questions that match what was typed, contacts that may be links.

use crate::fold::{fold_into, fold_search, has_word};
use crate::i18n::support::Texts;
use tukar_wire::{ContactKind, Question};

/// From how many questions on a search is worth its room.
pub(crate) const SEARCH_FROM: usize = 6;

/// Every word that was typed has to occur in the question or its answer, as the catalogue's search reads them.
pub(crate) fn matches(question: &Question, typed: &str) -> bool {
    let mut text = String::new();
    fold_into(&question.ask, &mut text);
    text.push(' ');
    fold_into(&question.answer, &mut text);
    fold_search(typed).split(' ').all(|word| has_word(&text, word))
}

/// Catalogue and programme data are not trusted: no `javascript:`, no `data:`, no page of the host.
pub(crate) fn is_safe(href: &str) -> bool {
    ["https:", "tel:", "sms:", "mailto:"]
        .iter()
        .any(|scheme| href.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// What a way to reach a person is called.
pub(crate) fn kind_text(t: &'static Texts, kind: ContactKind) -> &'static str {
    match kind {
        ContactKind::Phone => t.contact_phone,
        ContactKind::Email => t.contact_email,
        ContactKind::Chat => t.contact_chat,
        ContactKind::Ussd => t.contact_ussd,
        ContactKind::Place => t.contact_place,
        ContactKind::Other => t.contact_other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_four_schemes_become_links() {
        for href in
            ["https://example.id/chat", "tel:188", "sms:777", "mailto:cs@example.id", "HTTPS://example.id"]
        {
            assert!(is_safe(href), "{href}");
        }
        for href in [
            "javascript:alert(1)",
            " https://example.id",
            "http://example.id",
            "data:text/html,x",
            "/help",
            "",
        ] {
            assert!(!is_safe(href), "{href}");
        }
    }

    #[test]
    fn a_question_is_found_by_words_of_its_answer_in_any_order() {
        let question = Question {
            id: "validity".into(),
            ask: "Berapa lama poin berlaku?".into(),
            answer: "Sampai akhir bulan ke-12.".into(),
        };
        for (wanted, found) in [
            ("", true),
            ("poin lama", true),
            ("bulan poin", true),
            ("ke 12", true),
            ("POÎN", true),
            ("kurir", false),
        ] {
            assert_eq!(matches(&question, wanted), found, "{wanted:?}");
        }
    }
}
