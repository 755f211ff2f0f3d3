//! Letters of messages: one line, GSM-7, shortened, masked.

use crate::contact::mask_phone;
use tukar_wire::Address;

/// A text without line breaks, other control characters and characters that nobody sees; runs of white space are one
/// space. So what an import brought stays where it was put: in a subject, a header, a sentence.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        let is_invisible = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        if is_invisible {
            continue;
        }
        if c.is_whitespace() || c.is_control() {
            if !line.ends_with(' ') {
                line.push(' ');
            }
        } else {
            line.push(c);
        }
    }
    line.trim().to_owned()
}

/// What GSM-7 can't write in one unit becomes its nearest letter or is left out.
pub(super) fn gsm7(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '[' | '{' => written.push('('),
            ']' | '}' => written.push(')'),
            '|' | '\\' => written.push('/'),
            '–' | '—' | '‑' | '·' => written.push('-'),
            '’' | '‘' | '`' => written.push('\''),
            '“' | '”' => written.push('"'),
            '•' => written.push('*'),
            '×' => written.push('x'),
            '…' => written.push_str(".."),
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => written.push('a'),
            'ç' => written.push('c'),
            'è' | 'é' | 'ê' | 'ë' => written.push('e'),
            'ì' | 'í' | 'î' | 'ï' => written.push('i'),
            'ñ' => written.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' => written.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => written.push('u'),
            ' '..='~' if !"^~".contains(c) => written.push(c),
            _ if c.is_whitespace() => written.push(' '),
            _ => {}
        }
    }
    written
}

/// At most `room` characters of an ASCII text, cut at a word where that is near.
pub(super) fn shortened(text: &str, room: usize) -> String {
    if text.len() <= room {
        return text.to_owned();
    }
    let Some(kept) = room.checked_sub(2) else { return String::new() };
    let cut = &text[..kept];
    let end = cut.rfind(' ').filter(|at| at * 2 > cut.len()).unwrap_or(cut.len());
    format!("{}..", &cut[..end])
}

/// Who gets a redemption, for its code's message: `0812****890`, or the first letters of a name and the postal code, as
/// `S*** W***, 12190`. Letters of GSM-7, at most [`super::RECIPIENT_CHARACTERS_MAX`]. `stored` is what the code is bound to: a
/// number, or an address as JSON; `None` where it is empty.
#[must_use]
pub fn mask_for_sms(stored: &str) -> Option<String> {
    if stored.is_empty() {
        return None;
    }
    Some(match serde_json::from_str::<Address>(stored) {
        Ok(address) => mask_address(&address),
        Err(_) => gsm7(&mask_phone(stored)),
    })
}

fn mask_address(address: &Address) -> String {
    let words = address.name.split_whitespace().take(2);
    let name: Vec<String> = words.map(|word| format!("{}***", first_letter(word))).collect();
    let postal_code: String = address.postal_code.chars().filter(char::is_ascii_digit).take(5).collect();
    format!("{}, {postal_code}", name.join(" "))
}

/// The first letter of a word where GSM-7 has it; else nothing.
fn first_letter(word: &str) -> String {
    let first: String = word.chars().take(1).collect();
    gsm7(&first).chars().take(1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_several_lines_becomes_one() {
        for (text, line) in [
            ("Pulsa\r\nBcc: x", "Pulsa Bcc: x"),
            ("  Pulsa \t 10 ", "Pulsa 10"),
            ("Pulsa\u{2028}10\u{85}x\u{0}", "Pulsa 10 x"),
            ("Pul\u{200b}sa\u{202e}", "Pulsa"),
        ] {
            assert_eq!(one_line(text), line);
        }
    }

    #[test]
    fn a_masked_recipient_is_short_and_of_gsm_7() {
        let address = |name: &str| {
            let (name, street) = (name.to_owned(), "Jl. Mawar 1".to_owned());
            let (city, postal_code) = ("Jakarta".to_owned(), "12190".to_owned());
            serde_json::to_string(&Address {
                name,
                street,
                city,
                postal_code,
                phone: "0812".to_owned(),
                ..Address::default()
            })
            .unwrap()
        };
        for (stored, masked) in [
            ("+6281234567890".to_owned(), "0812****890"),
            ("+62811222333".to_owned(), "0811****333"),
            (address("Sari Wulandari"), "S*** W***, 12190"),
            (address("Ézra de la Cruz"), "*** d***, 12190"),
            (address("سارة"), "***, 12190"),
        ] {
            let found = mask_for_sms(&stored).unwrap();
            assert_eq!(found, masked);
            assert!(
                found.len() <= super::super::RECIPIENT_CHARACTERS_MAX && gsm7(&found) == found,
                "{found}"
            );
        }
        assert_eq!(mask_for_sms(""), None);
    }
}
