//! Text as a search sees it: without case, accents, thousands marks or punctuation.
//!
//! Written by hand because Unicode's tables weigh more in the widget than the scripts a catalogue is written in need:
//! Latin with every accent of Europe and Vietnam's base letters, Greek, Cyrillic and Arabic. Any other letter stays
//! itself, so it is found when it is typed as it is written.

/// Most characters of a search that count.
pub const SEARCH_CHARS_MAX: usize = 100;

/// Appends the folded form of `text` to `out`: words parted by single spaces, no space at either end of what is added.
pub fn fold_into(text: &str, out: &mut String) {
    let mut gap = false;
    let mut empty = true;
    let mut after_digit = false;
    for letter in text.chars() {
        // "Rp50.000" is found by "50000" and by "50.000": a mark after a digit is dropped on both sides.
        if after_digit && matches!(letter, '.' | ',') {
            continue;
        }
        after_digit = letter.is_ascii_digit();
        match fold_letter(letter) {
            Folded::Nothing => {}
            Folded::Gap => gap = true,
            Folded::One(one) => {
                if gap && !empty {
                    out.push(' ');
                }
                gap = false;
                empty = false;
                out.push(one);
            }
            Folded::Two(two) => {
                if gap && !empty {
                    out.push(' ');
                }
                gap = false;
                empty = false;
                out.push_str(two);
            }
        }
    }
}

/// The folded form of what was typed, at most [`SEARCH_CHARS_MAX`] characters of it.
#[must_use]
pub fn fold_search(typed: &str) -> String {
    let end = typed.char_indices().nth(SEARCH_CHARS_MAX).map_or(typed.len(), |(at, _)| at);
    let mut folded = String::with_capacity(end);
    fold_into(&typed[..end], &mut folded);
    folded
}

enum Folded {
    Nothing,
    Gap,
    One(char),
    Two(&'static str),
}

fn fold_letter(letter: char) -> Folded {
    let code = letter as u32;
    if letter.is_ascii_alphanumeric() {
        return Folded::One(letter.to_ascii_lowercase());
    }
    if letter.is_ascii() {
        return match letter {
            '&' | '+' | '%' | '@' => Folded::One(letter),
            '\'' | '`' | '"' => Folded::Nothing,
            _ => Folded::Gap,
        };
    }
    match code {
        0x00C0..=0x017F => fold_latin(letter),
        // Combining accents; Arabic vowel signs and the stroke that only lengthens a word.
        0x0300..=0x036F | 0x064B..=0x0652 | 0x0670 | 0x0640 => Folded::Nothing,
        0x0391..=0x03A9 | 0x0410..=0x042F => Folded::One(char::from_u32(code + 0x20).unwrap_or(letter)),
        0x0400..=0x040F => Folded::One(char::from_u32(code + 0x50).unwrap_or(letter)),
        0x0622 | 0x0623 | 0x0625 => Folded::One('\u{0627}'),
        0x0649 => Folded::One('\u{064A}'),
        0x0629 => Folded::One('\u{0647}'),
        // Arabic and Persian digits, full-width forms.
        0x0660..=0x0669 => digit(code - 0x0660),
        0x06F0..=0x06F9 => digit(code - 0x06F0),
        0xFF10..=0xFF19 => digit(code - 0xFF10),
        0x00A0..=0x00BF | 0x2000..=0x206F | 0x3000..=0x303F => Folded::Gap,
        _ => Folded::One(letter),
    }
}

fn digit(value: u32) -> Folded {
    Folded::One(char::from_digit(value, 10).unwrap_or('0'))
}

fn fold_latin(letter: char) -> Folded {
    Folded::One(match letter {
        'À'..='Å' | 'à'..='å' | 'Ā'..='ą' => 'a',
        'Ç' | 'ç' | 'Ć'..='č' => 'c',
        'Ď'..='đ' | 'Ð' | 'ð' => 'd',
        'È'..='Ë' | 'è'..='ë' | 'Ē'..='ě' => 'e',
        'Ĝ'..='ģ' => 'g',
        'Ĥ'..='ħ' => 'h',
        'Ì'..='Ï' | 'ì'..='ï' | 'Ĩ'..='ı' => 'i',
        'Ĵ' | 'ĵ' => 'j',
        'Ķ'..='ĸ' => 'k',
        'Ĺ'..='ł' => 'l',
        'Ñ' | 'ñ' | 'Ń'..='ŋ' => 'n',
        'Ò'..='Ö' | 'ò'..='ö' | 'Ø' | 'ø' | 'Ō'..='ő' => 'o',
        'Ŕ'..='ř' => 'r',
        'Ś'..='š' | 'ſ' => 's',
        'Ţ'..='ŧ' => 't',
        'Ù'..='Ü' | 'ù'..='ü' | 'Ũ'..='ų' => 'u',
        'Ŵ' | 'ŵ' => 'w',
        'Ý' | 'ý' | 'ÿ' | 'Ŷ'..='Ÿ' => 'y',
        'Ź'..='ž' => 'z',
        'Æ' | 'æ' => return Folded::Two("ae"),
        'Œ' | 'œ' => return Folded::Two("oe"),
        'ß' => return Folded::Two("ss"),
        'Þ' | 'þ' => return Folded::Two("th"),
        'Ĳ' | 'ĳ' => return Folded::Two("ij"),
        '×' | '÷' => return Folded::Gap,
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut out = String::new();
        fold_into(text, &mut out);
        out
    }

    #[test]
    fn case_accents_and_punctuation_do_not_count() {
        for (text, expected) in [
            ("Kopi Senja", "kopi senja"),
            ("  Café—Olé!  ", "cafe ole"),
            ("Cafe\u{301}", "cafe"),
            ("Rp50.000", "rp50000"),
            ("50,000", "50000"),
            ("Nasi Goreng (2 porsi)", "nasi goreng 2 porsi"),
            ("L'Occitane", "loccitane"),
            ("H&M", "h&m"),
            ("STRASSE straße", "strasse strasse"),
            ("ЁЛКА Альфа", "ёлка альфа"),
            ("إِنْتَرْنِت", "انترنت"),
            ("٥٠", "50"),
            ("...", ""),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
    }

    #[test]
    fn a_search_is_cut_on_a_character_and_not_inside_one() {
        assert_eq!(fold_search(&"é".repeat(500)), "e".repeat(SEARCH_CHARS_MAX));
    }
}
