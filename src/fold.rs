//! Text as a search sees it: without case, accents, thousands marks or punctuation, and amounts written out.
//!
//! A text is folded into words: letters and digits are parted (`5GB` is `5 gb`). What is typed keeps its words as they are
//! (`5gb`): a word may run over the ends of a text's words, so both find `5 GB`.
//!
//! Written by hand because Unicode's tables weigh more in the widget than the scripts a catalogue is written in need:
//! Latin with every accent of Europe and Vietnam, Greek, Cyrillic and Arabic. Any other letter stays itself, so it is
//! found when it is typed as it is written.

/// Most characters of a search that count.
pub const SEARCH_CHARS_MAX: usize = 100;

/// What stands for a number's zeros, in Indonesian and English.
const MULTIPLES: [(&str, usize); 5] = [("rb", 3), ("ribu", 3), ("k", 3), ("jt", 6), ("juta", 6)];

/// Appends the folded form of `text` to `out`: words parted by single spaces, no space at either end of what is added.
pub fn fold_into(text: &str, out: &mut String) {
    Folding::new(out, true).fold(text);
}

/// The folded form of what was typed, at most [`SEARCH_CHARS_MAX`] characters of it.
#[must_use]
pub fn fold_search(typed: &str) -> String {
    let end = typed.char_indices().nth(SEARCH_CHARS_MAX).map_or(typed.len(), |(at, _)| at);
    let mut folded = String::with_capacity(end);
    Folding::new(&mut folded, false).fold(&typed[..end]);
    folded
}

/// True when a text that [`fold_into`] made holds a word that [`fold_search`] made: within a word, or from the start of a
/// word on over those after it. A number is found from its first digit on: `50000` is not in `150000`.
#[must_use]
pub fn has_word(text: &str, word: &str) -> bool {
    find_within(text, word).is_some() || runs_over(text, word)
}

/// Where a word stands in a text without a space in it.
#[must_use]
pub fn find_within(text: &str, word: &str) -> Option<usize> {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let number = is_digit(word.as_bytes().first());
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find(word)?;
        if !(number && at > 0 && is_digit(text.as_bytes().get(at - 1))) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// Whether a word stands in a text from the start of a word on, spaces and signs in the text not counted.
#[must_use]
pub fn runs_over(text: &str, word: &str) -> bool {
    let (text, word) = (text.as_bytes(), word.as_bytes());
    // One letter runs over nothing.
    let [first, _, ..] = word else { return word.is_empty() };
    let mut start = true;
    for (at, byte) in text.iter().enumerate() {
        if start && byte == first && begins_with(&text[at..], word) {
            return true;
        }
        start = *byte == b' ';
    }
    false
}

fn begins_with(text: &[u8], word: &[u8]) -> bool {
    let mut rest = word.iter().peekable();
    for byte in text {
        match rest.peek() {
            None => return true,
            Some(next) if *next == byte => {
                rest.next();
            }
            Some(_) if matches!(byte, b' ' | b'&' | b'+') => {}
            Some(_) => return false,
        }
    }
    rest.peek().is_none()
}

/// A text on its way into folded words.
struct Folding<'a> {
    out: &'a mut String,
    /// Letters and digits are parted.
    parts: bool,
    /// Where what is added begins.
    start: usize,
    gap: bool,
    /// Digits after the last mark of the number that was added last; absent: no mark.
    decimals: Option<usize>,
    /// Where the letters after a number begin: they may stand for its zeros.
    unit: Option<usize>,
}

impl<'a> Folding<'a> {
    fn new(out: &'a mut String, parts: bool) -> Folding<'a> {
        let start = out.len();
        Folding { out, parts, start, gap: false, decimals: None, unit: None }
    }

    fn fold(mut self, text: &str) {
        let mut after_digit = false;
        for letter in text.chars() {
            // "Rp50.000" is found by "50000" and by "50.000": a mark after a digit is dropped on both sides.
            if after_digit && matches!(letter, '.' | ',') {
                self.decimals = Some(0);
                continue;
            }
            match fold_letter(letter) {
                Folded::Nothing => continue,
                Folded::Gap => {
                    self.write_out();
                    self.gap = true;
                }
                Folded::One(one) => self.add(one),
                Folded::Two(two) => two.chars().for_each(|one| self.add(one)),
            }
            after_digit = !self.gap && self.ends_with(|last| last.is_ascii_digit());
        }
        self.write_out();
    }

    fn ends_with(&self, is: impl Fn(char) -> bool) -> bool {
        self.out[self.start..].ends_with(is)
    }

    fn add(&mut self, letter: char) {
        let after_digit = self.ends_with(|last| last.is_ascii_digit());
        let after_letter = self.ends_with(char::is_alphabetic);
        let (digit, alphabetic) = (letter.is_ascii_digit(), letter.is_alphabetic());
        if !alphabetic {
            self.write_out();
        }
        let parted = self.parts && (after_digit && alphabetic || after_letter && digit);
        let at = self.out.len();
        if (self.gap || parted) && at > self.start {
            self.out.push(' ');
        }
        if after_digit && alphabetic {
            self.unit = Some(at);
        } else if digit && (self.gap || !after_digit) {
            self.decimals = None;
        } else if digit {
            self.decimals = self.decimals.map(|count| count + 1);
        }
        self.gap = false;
        self.out.push(letter);
    }

    /// Where a number and its multiple were just added, writes its zeros: `50 rb` is `50000`, `1,5 juta` is `1500000`.
    fn write_out(&mut self) {
        let Some(unit) = self.unit.take() else { return };
        let word = self.out[unit..].trim_start();
        let Some((_, zeros)) = MULTIPLES.iter().find(|(multiple, _)| *multiple == word) else { return };
        let decimals = self.decimals.take().filter(|count| *count < *zeros).unwrap_or(0);
        self.out.truncate(unit);
        self.out.extend(std::iter::repeat_n('0', zeros - decimals));
    }
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
        0x00AD | 0x00B4 | 0x02B9..=0x02BF => Folded::Nothing,
        0x00C0..=0x017F => fold_latin(letter),
        0x0180..=0x024F | 0x1E00..=0x1EFF => fold_further_latin(letter),
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
        0xFF01..=0xFF5E => fold_letter(char::from_u32(code - 0xFEE0).unwrap_or(' ')),
        // Apostrophes and quotes, as on a keyboard; marks that nobody sees.
        0x2018..=0x201F
        | 0x2032..=0x2037
        | 0x200B..=0x200F
        | 0x202A..=0x202E
        | 0x2060..=0x206F
        | 0xFE00..=0xFE0F
        | 0xFEFF => Folded::Nothing,
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

/// Romanian and Vietnamese letters, and those with two accents.
fn fold_further_latin(letter: char) -> Folded {
    Folded::One(match letter {
        'ẞ' => return Folded::Two("ss"),
        'Ǎ' | 'ǎ' | 'Ȁ'..='ȃ' | 'Ȧ' | 'ȧ' | 'Ḁ' | 'ḁ' | 'Ạ'..='ặ' => 'a',
        'Ḃ'..='ḇ' => 'b',
        'Ḉ' | 'ḉ' => 'c',
        'Ḋ'..='ḓ' => 'd',
        'Ȅ'..='ȇ' | 'Ȩ' | 'ȩ' | 'Ḕ'..='ḝ' | 'Ẹ'..='ệ' => 'e',
        'Ḟ' | 'ḟ' => 'f',
        'Ǧ' | 'ǧ' | 'Ǵ' | 'ǵ' | 'Ḡ' | 'ḡ' => 'g',
        'Ȟ' | 'ȟ' | 'Ḣ'..='ḫ' | 'ẖ' => 'h',
        'Ǐ' | 'ǐ' | 'Ȉ'..='ȋ' | 'Ḭ'..='ḯ' | 'Ỉ'..='ị' => 'i',
        'Ǩ' | 'ǩ' | 'Ḱ'..='ḵ' => 'k',
        'Ḷ'..='ḽ' => 'l',
        'Ḿ'..='ṃ' => 'm',
        'Ǹ' | 'ǹ' | 'Ṅ'..='ṋ' => 'n',
        'Ơ' | 'ơ' | 'Ǒ' | 'ǒ' | 'Ȍ'..='ȏ' | 'Ȫ'..='ȱ' | 'Ṍ'..='ṓ' | 'Ọ'..='ợ' => 'o',
        'Ṕ'..='ṗ' => 'p',
        'Ȑ'..='ȓ' | 'Ṙ'..='ṟ' => 'r',
        'Ș' | 'ș' | 'Ṡ'..='ṩ' => 's',
        'Ț' | 'ț' | 'Ṫ'..='ṱ' | 'ẗ' => 't',
        'Ư' | 'ư' | 'Ǔ'..='ǜ' | 'Ȕ'..='ȗ' | 'Ṳ'..='ṻ' | 'Ụ'..='ự' => 'u',
        'Ṽ'..='ṿ' => 'v',
        'Ẁ'..='ẉ' | 'ẘ' => 'w',
        'Ẋ'..='ẍ' => 'x',
        'Ȳ' | 'ȳ' | 'Ẏ' | 'ẏ' | 'Ỳ'..='ỹ' | 'ẙ' => 'y',
        'Ẑ'..='ẕ' => 'z',
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut out = String::from("x");
        fold_into(text, &mut out);
        out.split_off(1)
    }

    #[test]
    fn case_accents_and_punctuation_do_not_count() {
        for (text, expected) in [
            ("Kopi Senja", "kopi senja"),
            ("  Café—Olé!  ", "cafe ole"),
            ("Cafe\u{301}", "cafe"),
            ("Rp50.000", "rp 50000"),
            ("50,000", "50000"),
            ("Nasi Goreng (2 porsi)", "nasi goreng 2 porsi"),
            ("L'Occitane", "loccitane"),
            ("McDonald’s", "mcdonalds"),
            ("H&M", "h&m"),
            ("STRASSE straße", "strasse strasse"),
            ("Şiş İğne Ştefan Țară", "sis igne stefan tara"),
            ("Phở Đặc Biệt Mỹ", "pho dac biet my"),
            ("ＫＯＰＩ　５０", "kopi 50"),
            ("Wi-Fi\u{200B}", "wi fi"),
            ("5GB 4G", "5 gb 4 g"),
            ("ЁЛКА Альфа", "ёлка альфа"),
            ("إِنْتَرْنِت", "انترنت"),
            ("٥٠", "50"),
            ("...", ""),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
    }

    #[test]
    fn an_amount_is_written_out() {
        for (text, expected) in [
            ("50rb", "50000"),
            ("50 ribu", "50000"),
            ("Rp50k", "rp 50000"),
            ("1jt", "1000000"),
            ("1,5 juta poin", "1500000 poin"),
            ("2.000 rb", "2000000"),
            ("50 rb kopi", "50000 kopi"),
            ("kopi rb", "kopi rb"),
            ("10 kali", "10 kali"),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
        assert_eq!(fold_search("50rb 5gb"), "50000 5gb");
        assert_eq!(fold_search("Rp 1,5jt"), "rp 1500000");
    }

    #[test]
    fn everyday_searches_find_what_they_mean() {
        for (text, searches) in [
            ("Data 5 GB 30 Hari", &["5gb", "5 gb", "5GB", "gb", "30 hari", "30hari", "data5gb"][..]),
            ("Wi-Fi Rumah", &["wifi", "wi-fi", "wi fi", "WiFi", "ｗｉｆｉ"]),
            ("McDonald’s", &["mcdonald's", "mcdonalds", "mc donalds", "McDonald’s", "donald"]),
            (
                "Voucher Rp50.000",
                &["rp50.000", "rp 50.000", "50000", "50.000", "50rb", "50 ribu", "50k", "rp50rb", "５０"],
            ),
            ("Pulsa 50rb", &["50.000", "50 ribu", "50k"]),
            ("Café Şiş", &["cafe", "café", "sis", "şiş"]),
            ("Power Bank 10.000 mAh", &["powerbank", "power bank", "10000mah", "power-bank"]),
            ("H&M", &["h&m", "h & m", "hm", "H & M"]),
            ("E-Money", &["emoney", "e money", "e-money"]),
            ("Jam'iyah Al-Qur'an", &["alquran", "al quran", "qur’an", "jamiyah"]),
        ] {
            let folded = folded(text);
            for search in searches {
                let typed = fold_search(search);
                assert!(typed.split(' ').all(|word| has_word(&folded, word)), "{search:?} in {folded:?}");
            }
        }
    }

    #[test]
    fn a_search_does_not_find_what_only_looks_like_it() {
        for (text, searches) in [
            ("Data 15 GB", &["5gb", "5 gb"][..]),
            ("Voucher Rp150.000", &["50000", "50rb", "rp50"]),
            ("Kota Surabaya", &["tas", "asu"]),
            ("Nasi", &["nasi goreng"]),
        ] {
            let folded = folded(text);
            for search in searches {
                let typed = fold_search(search);
                assert!(!typed.split(' ').all(|word| has_word(&folded, word)), "{search:?} in {folded:?}");
            }
        }
    }

    #[test]
    fn a_search_is_cut_on_a_character_and_not_inside_one() {
        assert_eq!(fold_search(&"é".repeat(500)), "e".repeat(SEARCH_CHARS_MAX));
    }
}
