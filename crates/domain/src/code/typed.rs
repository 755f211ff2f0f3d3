//! Reads a one-time code from what was typed or pasted. Pure and without dependencies: the server and the widget both
//! compile this file, so that forms, API and widget take the same texts.
//!
//! A wrong code costs a try, so digits are never guessed: a date, an amount or an order number is not a code.

/// Longest text that is read, in bytes: a message with room to spare.
pub const TYPED_BYTES_MAX: usize = 1_000;

/// What a text says of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Only digits, and fewer than a code has: the rest is still to be typed.
    Part(String),
    /// A whole code in ASCII digits.
    Code {
        /// The digits.
        digits: String,
        /// True where nothing else could have been meant: the code alone, or marked with `#` as our messages do.
        certain: bool,
    },
    /// No code, or more than one number that could be it.
    Unclear,
}

/// Reads a code of `length` digits: first what stands after `#` in a message's last line (`@host #123456`), else the only
/// group of so many digits, alone or as two halves (`123 456`).
#[must_use]
pub fn read(text: &str, length: usize) -> Reading {
    if text.len() > TYPED_BYTES_MAX {
        return Reading::Unclear;
    }
    let chars: Vec<char> = text.chars().filter(|c| !is_invisible(*c)).map(ascii).collect();
    let digits: String = chars.iter().filter(|c| c.is_ascii_digit()).collect();
    if chars.iter().all(|c| c.is_ascii_digit() || is_separator(*c)) {
        return match digits.len().cmp(&length) {
            std::cmp::Ordering::Less => Reading::Part(digits),
            std::cmp::Ordering::Equal => Reading::Code { certain: is_one_number(&chars), digits },
            std::cmp::Ordering::Greater => Reading::Unclear,
        };
    }
    let groups = groups_of(&chars, length);
    // The line that binds the code to a site says which number is the code, whatever else the message holds.
    if let Some(bound) = groups.iter().rev().find(|group| group.mark == Mark::Bound) {
        return Reading::Code { digits: bound.digits.clone(), certain: true };
    }
    let marked = groups.iter().any(|group| group.mark == Mark::Hash);
    let mut found = groups.into_iter().map(|group| group.digits);
    match found.next() {
        Some(digits) if found.all(|other| other == digits) => Reading::Code { digits, certain: marked },
        _ => Reading::Unclear,
    }
}

/// The digits among what was typed key by key, at most `length`: other characters are dropped.
#[must_use]
pub fn digits_of(typed: &str, length: usize) -> String {
    typed.chars().map(ascii).filter(char::is_ascii_digit).take(length).collect()
}

/// How a group of digits is introduced.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    /// `#123456`.
    Hash,
    /// `@host #123456`.
    Bound,
}

struct Group {
    digits: String,
    mark: Mark,
}

/// Groups of exactly `length` digits, in their order.
fn groups_of(chars: &[char], length: usize) -> Vec<Group> {
    let runs = runs_of(chars);
    let mut groups = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        let before = run.start.checked_sub(1).map(|place| chars[place]);
        let mark = match before {
            Some('#') if follows_host(chars, run.start - 1) => Mark::Bound,
            Some('#') => Mark::Hash,
            _ => Mark::None,
        };
        let text = |run: &Run| chars[run.start..run.end].iter().collect::<String>();
        if run.end - run.start == length && !is_part_of_number(chars, run) {
            groups.push(Group { digits: text(run), mark });
        }
        // Two halves, and neither the end of a longer row of groups nor its beginning: `0812 345 678` is a phone number.
        let Some(next) = runs.get(at + 1) else { continue };
        let joined = |one: &Run, two: &Run| two.start == one.end + 1 && is_separator(chars[one.end]);
        let follows = at > 0 && joined(&runs[at - 1], run);
        let goes_on = runs.get(at + 2).is_some_and(|third| joined(next, third));
        let alone = !follows && !goes_on;
        let halves = [run, next].iter().all(|half| (half.end - half.start) * 2 == length);
        if halves
            && joined(run, next)
            && alone
            && ![run, next].iter().any(|half| is_part_of_number(chars, half))
        {
            groups.push(Group { digits: text(run) + &text(next), mark });
        }
    }
    groups
}

/// A run of digits: from `start` up to `end`.
#[derive(Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
}

fn runs_of(chars: &[char]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for at in (0..chars.len()).filter(|at| chars[*at].is_ascii_digit()) {
        match runs.last_mut() {
            Some(run) if run.end == at => run.end = at + 1,
            _ => runs.push(Run { start: at, end: at + 1 }),
        }
    }
    runs
}

/// Digits on the other side of a `.`, `,`, `:` or `/` belong to the same amount, time or date; so do letters to a word.
fn is_part_of_number(chars: &[char], run: &Run) -> bool {
    let side = |mark: Option<&char>, beyond: Option<&char>| match mark {
        Some('.' | ',' | ':' | '/') => beyond.is_some_and(char::is_ascii_digit),
        Some(c) => c.is_alphanumeric() || *c == '_',
        None => false,
    };
    let back = |steps: usize| run.start.checked_sub(steps).and_then(|place| chars.get(place));
    side(back(1), back(2)) || side(chars.get(run.end), chars.get(run.end + 1))
}

/// True where `@host` and blanks stand before `hash`. A field of one line drops line breaks: then the host follows the text
/// before it without a blank, as in `minutes.@host #123456`.
fn follows_host(chars: &[char], hash: usize) -> bool {
    let before = &chars[..hash];
    let host_end = before.iter().rposition(|c| !c.is_whitespace()).map_or(0, |last| last + 1);
    if host_end == hash {
        return false;
    }
    let host = before[..host_end].iter().rposition(|c| c.is_whitespace()).map_or(0, |blank| blank + 1);
    before[host..host_end - 1].contains(&'@')
}

/// The code alone: six digits, or two halves with one separator between.
fn is_one_number(chars: &[char]) -> bool {
    let runs = runs_of(chars);
    match runs[..] {
        [_] => true,
        [one, two] => two.start == one.end + 1 && one.end - one.start == two.end - two.start,
        _ => false,
    }
}

/// Full-width, Arabic-Indic and Persian digits, and full-width `#` and `@`, in ASCII.
fn ascii(c: char) -> char {
    let zero = match c {
        '\u{FF03}' => return '#',
        '\u{FF20}' => return '@',
        '\u{0660}'..='\u{0669}' => '\u{0660}',
        '\u{06F0}'..='\u{06F9}' => '\u{06F0}',
        '\u{FF10}'..='\u{FF19}' => '\u{FF10}',
        _ => return c,
    };
    char::from_digit(u32::from(c) - u32::from(zero), 10).unwrap_or(c)
}

/// Marks of writing direction, joiners and the like: copied along from chats and mails, and seen by nobody.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
    )
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sure(digits: &str) -> Reading {
        Reading::Code { digits: digits.into(), certain: true }
    }

    fn likely(digits: &str) -> Reading {
        Reading::Code { digits: digits.into(), certain: false }
    }

    #[test]
    fn a_code_alone_is_read_with_any_separators_and_in_any_digits() {
        for typed in [
            "482913",
            " 482 913\n",
            "482-913",
            "482\u{a0}913",
            "482\u{2013}913",
            "\u{2068}482913\u{2069}",
            "4\u{200b}82913",
            "٤٨٢٩١٣",
            "۴۸۲۹۱۳",
            "４８２９１３",
        ] {
            assert_eq!(read(typed, 6), sure("482913"), "{typed:?}");
        }
        // Could be a date: filled in, and not sent by itself.
        assert_eq!(read("28-11-26", 6), likely("281126"));
        assert_eq!(read("4 8 2 - 9 1 3", 6), likely("482913"));
    }

    #[test]
    fn a_whole_message_has_its_code_after_the_hash_whatever_digits_its_host_has() {
        for typed in [
            "482913 untuk menukar 7.100 poin.\n@toko24.example.id #482913",
            "Kode 771204 lama. @rewards-123456.example #482913 @shop99.example",
            "Kode untuk 0812 345 678\n\n@tukar.example.id\u{a0}#482913\n",
            "Pesanan 112233 - 28/11/2026\n@tukar.example.id #482913",
            "Berlaku 5 menit.@rewards-123456.example.id #482913",
            "ＯＴＰ ＃４８２９１３",
            "kodenya #482913 ya",
        ] {
            assert_eq!(read(typed, 6), sure("482913"), "{typed:?}");
        }
    }

    #[test]
    fn a_copied_chat_line_gives_the_only_group_of_six_and_never_its_date_or_amount() {
        for typed in [
            "[28/11/26 10.15] Tukar: kode Anda 482913",
            "28 November 2026 12:30 Kode: 482 913, jangan berikan",
            "Kode OTP: 482-913 (berlaku 5 menit)",
            "482913 adalah kode Anda; kode 482913 jangan dibagikan",
        ] {
            assert_eq!(read(typed, 6), likely("482913"), "{typed:?}");
        }
    }

    #[test]
    fn what_could_be_two_codes_or_none_is_unclear() {
        for typed in [
            "281126 kode 482913",
            "[28/11/2026, 10.15.23] Ibu: nanti sore ya",
            "28-11-26 Ibu: sudah sampai",
            "Telepon 0812 345 678",
            "+62 812 345 678 90",
            "Total Rp482.913",
            "Total 482913.50",
            "Total 1.482913",
            "TKR482913",
            "kode #48291",
            "nomor 4829135",
            "Pesanan #112233, kode 482913",
            "#112233 #482913",
            "4829135",
            "482913 482913",
            "abc",
            "12a",
        ] {
            assert_eq!(read(typed, 6), Reading::Unclear, "{typed:?}");
        }
        assert_eq!(read(&format!("{} #482913", "a".repeat(TYPED_BYTES_MAX)), 6), Reading::Unclear);
    }

    #[test]
    fn fewer_digits_are_a_part_of_a_code() {
        for (typed, part) in [("", ""), (" ", ""), ("48", "48"), ("482 9", "4829")] {
            assert_eq!(read(typed, 6), Reading::Part(part.into()), "{typed:?}");
        }
    }

    #[test]
    fn what_is_typed_key_by_key_keeps_its_digits_and_no_seventh() {
        for (typed, digits) in
            [("482 913", "482913"), ("4829135", "482913"), ("48x", "48"), ("①Ⅳ½²３", "3"), ("٤٨", "48")]
        {
            assert_eq!(digits_of(typed, 6), digits, "{typed:?}");
        }
    }
}
