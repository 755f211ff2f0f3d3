//! Texts that one person writes for others to read: names, titles, descriptions.
//!
//! Two texts that look alike are the same text, so that a brand is one brand: white space is folded, and characters that
//! nobody sees are refused instead of dropped, because who put one there did not mean to, or did.

/// How many lines a text may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// A title, a name, a label.
    One,
    /// A description: blank lines part paragraphs.
    Many,
}

/// A character that may not stand in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadCharacter {
    /// Which.
    pub letter: char,
    /// Its place among the text's characters, from 1.
    pub at: usize,
}

impl std::fmt::Display for BadCharacter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (U+{:04X}) at character {}", name_of(self.letter), u32::from(self.letter), self.at)
    }
}

/// The first character that may not stand in a text.
#[must_use]
pub fn find_bad_character(text: &str, lines: Lines) -> Option<BadCharacter> {
    let letters: Vec<char> = text.chars().collect();
    let may = |at: usize| match letters[at] {
        '\n' => lines == Lines::Many,
        // Parts of one picture: of a family, of a flag, of a key.
        '\u{200D}' => {
            letters[..at].iter().rev().find(|letter| !is_picture_part(**letter)).is_some_and(is_picture)
                && letters.get(at + 1).is_some_and(is_picture)
        }
        '\u{FE0E}' | '\u{FE0F}' => {
            let key = || letters.get(at + 1) == Some(&'\u{20E3}');
            at > 0 && (is_picture(&letters[at - 1]) || letters[at - 1].is_ascii_graphic() && key())
        }
        letter => !is_hidden(letter),
    };
    let at = (0..letters.len()).find(|at| !may(*at))?;
    Some(BadCharacter { letter: letters[at], at: at + 1 })
}

/// A text with its white space folded: none at the ends, single spaces between words, at most one blank line between
/// paragraphs.
#[must_use]
pub fn tidy(text: &str, lines: Lines) -> String {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    if lines == Lines::One {
        return words(text);
    }
    let mut tidied = String::with_capacity(text.len());
    for line in text.trim().split('\n').map(words) {
        if !(line.is_empty() && tidied.ends_with("\n\n")) {
            tidied.push_str(&line);
            tidied.push('\n');
        }
    }
    tidied.truncate(tidied.trim_end().len());
    tidied
}

/// What is drawn as a picture or a sign, and may be made of parts.
fn is_picture(letter: &char) -> bool {
    let drawn = *letter >= '\u{2190}' || matches!(letter, '©' | '®' | '‼' | '⁉' | '™');
    drawn && !letter.is_alphanumeric() && !is_hidden(*letter)
}

/// What changes the picture before it: its presentation or its skin.
fn is_picture_part(letter: char) -> bool {
    matches!(letter, '\u{FE0E}' | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}')
}

/// Nothing of it is seen, or what is seen says nothing.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{2800}' | '\u{3164}' | '\u{E000}'..='\u{F8FF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFF}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..)
        // The last two of each plane are no characters.
        || u32::from(letter) & 0xFFFE == 0xFFFE
}

fn name_of(letter: char) -> &'static str {
    match letter {
        '\0' => "a NUL",
        '\t' => "a tab",
        '\n' => "a line break",
        '\r' => "a carriage return",
        '\u{1B}' => "an escape",
        '\u{00AD}' => "a soft hyphen",
        '\u{200B}' => "a zero-width space",
        '\u{200C}' => "a zero-width non-joiner",
        '\u{200D}' => "a zero-width joiner",
        '\u{2028}' => "a line separator",
        '\u{2029}' => "a paragraph separator",
        '\u{061C}' | '\u{200E}' | '\u{200F}' => "a direction mark",
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => "a direction control",
        '\u{2060}' => "a word joiner",
        '\u{FE00}'..='\u{FE0F}' => "a variation selector",
        '\u{FEFF}' => "a byte order mark",
        '\u{FFFD}' => "a replacement character, left where a file was read in the wrong encoding",
        '\u{E000}'..='\u{F8FF}' => "a private character",
        letter if letter.is_control() => "a control character",
        _ => "an invisible character",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str, lines: Lines) -> Option<String> {
        find_bad_character(text, lines).map(|bad| bad.to_string())
    }

    #[test]
    fn a_character_that_nobody_sees_is_named_with_its_place() {
        for (text, told) in [
            ("a\tb", "a tab (U+0009) at character 2"),
            ("Isi\r\nUlang", "a carriage return (U+000D) at character 4"),
            ("Isi\nUlang", "a line break (U+000A) at character 4"),
            ("Ko\u{200B}pi", "a zero-width space (U+200B) at character 3"),
            ("é\u{202E}ipok", "a direction control (U+202E) at character 2"),
            ("\u{FEFF}Kopi", "a byte order mark (U+FEFF) at character 1"),
            ("Kopi\u{AD}", "a soft hyphen (U+00AD) at character 5"),
            ("Kopi\u{FE0F}", "a variation selector (U+FE0F) at character 5"),
            ("Kopi\u{200D}☕", "a zero-width joiner (U+200D) at character 5"),
            ("\u{3164}", "an invisible character (U+3164) at character 1"),
            ("Kopi\u{E0041}", "an invisible character (U+E0041) at character 5"),
            ("a\u{85}", "a control character (U+0085) at character 2"),
        ] {
            assert_eq!(fault(text, Lines::One).as_deref(), Some(told), "{text:?}");
        }
        let wrong = fault("Caf\u{FFFD}", Lines::Many).unwrap();
        assert!(wrong.starts_with("a replacement character") && wrong.ends_with("at character 4"), "{wrong}");
    }

    #[test]
    fn what_people_write_may_stand_there() {
        for text in [
            "Kopi Senja",
            "Café Olé!",
            "Hemat 20 % — sekarang",
            "☕️ Kopi",
            "👨‍👩‍👧 Keluarga",
            "👩🏽‍🍳",
            "❤️‍🔥",
            "1️⃣",
            "Rp\u{a0}50.000",
            "İ ş é 東京",
            "©️",
        ] {
            assert_eq!(fault(text, Lines::One), None, "{text:?}");
        }
        assert_eq!(fault("a\n\nb", Lines::Many), None);
    }

    #[test]
    fn texts_that_differ_by_blanks_become_one() {
        for text in [
            "Kopi Senja",
            " Kopi Senja",
            "Kopi  Senja ",
            "Kopi\u{a0}Senja",
            "Kopi\u{2003}Senja",
            "\u{3000}Kopi Senja",
        ] {
            assert_eq!(tidy(text, Lines::One), "Kopi Senja", "{text:?}");
        }
        assert_eq!(tidy("  a  b \n \n\n\n c\nd \n", Lines::Many), "a b\n\nc\nd");
        assert_eq!(tidy(" \n ", Lines::Many), "");
    }
}
