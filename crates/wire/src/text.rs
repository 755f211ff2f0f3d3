//! What counts as text that a person can read.

/// True when nothing in `text` can be seen: it is empty, or holds only white space, control characters and characters
/// that draw nothing (Unicode's default ignorable ones, and the blank letters of Hangul and Braille).
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || draws_nothing(c))
}

fn draws_nothing(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::is_blank;

    #[test]
    fn what_draws_nothing_is_blank_and_every_script_is_not() {
        for text in [
            "",
            " ",
            "\u{a0}\t",
            "\u{200b}",
            "\u{feff}\u{2060}",
            "\u{3164}",
            "\u{2800}\u{2800}",
            "\u{202e}\u{202c}",
            "\0",
        ] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["a", "\u{200b}a", "Jl. Melati 5", "ية", "京", "é", "\u{1f600}", "0", "-"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }
}
