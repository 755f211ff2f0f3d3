//! Contacts: a phone number in any usual writing, or an e-mail address; read, stored whole, shown masked.

use crate::problem::FieldWhy;
use phonenumber::Type;
use tukar_wire::Channel;

/// Bytes that are looked at.
const TYPED_BYTES_MAX: usize = 1000;
/// Bytes of an e-mail address, and of its part before the `@`.
const EMAIL_BYTES_MAX: usize = 254;
const LOCAL_BYTES_MAX: usize = 64;
/// Characters of a phone number as typed.
const PHONE_CHARACTERS_MAX: usize = 40;

/// A contact as it is stored and sent to.
#[derive(Clone, PartialEq, Eq)]
pub struct Contact {
    /// How it is reached.
    pub channel: Channel,
    /// E.164 number or e-mail address in lower case.
    pub value: String,
}

tukar_wire::debug_masked!(Contact { channel; value });

impl Contact {
    /// Reads what was typed or pasted. All spellings of one contact are one value: it is what limits count and where messages
    /// go.
    ///
    /// # Errors
    /// [`FieldWhy::NotMobile`] for a phone number that takes no text messages; [`FieldWhy::NotContact`] for what is neither a
    /// number nor a plain address.
    pub fn read(typed: &str) -> Result<Contact, FieldWhy> {
        if typed.len() > TYPED_BYTES_MAX {
            return Err(FieldWhy::NotContact);
        }
        if typed.contains(['@', '\u{ff20}']) {
            let value = read_email(typed).ok_or(FieldWhy::NotContact)?;
            return Ok(Contact { channel: Channel::Email, value });
        }
        match read_mobile(typed) {
            Ok(value) => Ok(Contact { channel: Channel::Sms, value }),
            Err(FieldWhy::NotMobile) => Err(FieldWhy::NotMobile),
            Err(_) => Err(FieldWhy::NotContact),
        }
    }

    /// A contact from its stored form.
    #[must_use]
    pub fn stored(value: &str) -> Contact {
        let channel = if value.contains('@') { Channel::Email } else { Channel::Sms };
        Contact { channel, value: value.to_owned() }
    }

    /// As shown: `0812••••890`, `s•••@example.id`.
    #[must_use]
    pub fn masked(&self) -> String {
        match self.channel {
            Channel::Sms => mask_phone(&self.value),
            Channel::Email => mask_email(&self.value),
        }
    }
}

/// Reads the tables of phone numbers, which takes most of a second once: at the start, so that no visitor waits for it.
pub fn warm_up() {
    let _ = read_phone("+6281234567890");
}

/// Countries that messages and airtime go to: others only serve who earns on expensive messages.
const COUNTRY_CODES: &[&str] = &["+62"];

/// A mobile number as E.164: what may get text messages, airtime and data. Numbers without a country are Indonesian.
///
/// # Errors
/// [`FieldWhy::NotMobile`] for a landline, a free, premium or short number; [`FieldWhy::NotPhone`] for what is incomplete, of
/// another country, or no number.
pub fn read_mobile(typed: &str) -> Result<String, FieldWhy> {
    let written = normalised_phone(typed).ok_or(FieldWhy::NotPhone)?;
    let number = parse_phone(&written).filter(|(number, _)| may_receive(number));
    match number {
        Some((number, Type::Mobile | Type::FixedLineOrMobile)) => Ok(number),
        Some(_) => Err(FieldWhy::NotMobile),
        None if begins_as_mobile(&written) => Err(FieldWhy::NotPhone),
        None => Err(FieldWhy::NotMobile),
    }
}

/// A number that a person can be called at, as a courier does: mobile or landline, as E.164.
#[must_use]
pub fn read_phone(typed: &str) -> Option<String> {
    let (number, kind) = parse_phone(&normalised_phone(typed)?)?;
    matches!(kind, Type::Mobile | Type::FixedLineOrMobile | Type::FixedLine).then_some(number)
}

fn may_receive(number: &str) -> bool {
    COUNTRY_CODES.iter().any(|code| number.starts_with(code))
}

fn parse_phone(written: &str) -> Option<(String, Type)> {
    let number = phonenumber::parse(Some(phonenumber::country::Id::ID), written).ok()?;
    if !phonenumber::is_valid(&number) {
        return None;
    }
    let kind = number.number_type(&phonenumber::metadata::DATABASE);
    Some((number.format().mode(phonenumber::Mode::E164).to_string(), kind))
}

/// Whether what is missing from a number, rather than its kind, is what is wrong with it: an Indonesian mobile number begins
/// with 08 and no further 0, one of another country is not told apart.
fn begins_as_mobile(written: &str) -> bool {
    let national = written.strip_prefix("+62").or_else(|| written.strip_prefix("62")).unwrap_or(written);
    let national = national.trim_start_matches('0');
    let foreign = written.starts_with('+') && !written.starts_with("+62");
    foreign || national.len() < 3 || (national.starts_with('8') && !national.starts_with("80"))
}

/// Digits, with a `+` before them where the country is named; `None`: that is no number. Takes what address books, chats and
/// web pages put between and around the digits: marks that nobody sees, all kinds of blanks and dashes, `tel:`, the
/// international `00`, and the 0 that is not dialled from abroad: `+62 (0)812`.
fn normalised_phone(typed: &str) -> Option<String> {
    let visible: String = typed.chars().filter(|c| !is_invisible(*c)).map(as_ascii).collect();
    let visible = visible.trim();
    let bare = match visible.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => &visible[4..],
        _ => visible,
    };
    if bare.chars().count() > PHONE_CHARACTERS_MAX {
        return None;
    }
    let written = bare.strip_prefix('+').or_else(|| bare.strip_prefix("(+")).unwrap_or(bare);
    if !written.chars().all(|c| c.is_ascii_digit() || " -().".contains(c)) {
        return None;
    }
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let abroad = if written.len() < bare.len() { Some(digits.as_str()) } else { digits.strip_prefix("00") };
    match abroad {
        None => Some(digits).filter(|digits| !digits.is_empty()),
        Some(number) => Some(match number.strip_prefix("620") {
            Some(national) => format!("+62{national}"),
            None => format!("+{number}"),
        }),
    }
}

/// A plain e-mail address in its one canonical form: small letters, the domain as it is asked for in the DNS. Quoted local
/// parts, comments, escapes, addresses of machines and letters beyond ASCII before the `@` are refused: they are other
/// spellings of what has a plain one, or can't be sent to.
#[must_use]
pub fn read_email(typed: &str) -> Option<String> {
    let visible: String = typed.chars().filter(|c| !is_invisible(*c)).collect();
    let visible = visible.trim().replace('\u{ff20}', "@");
    let (local, domain) = visible.split_once('@')?;
    let plain = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    if local.len() > LOCAL_BYTES_MAX || !local.split('.').all(plain) {
        return None;
    }
    // Full-width letters, other dots and capitals of any script are mapped as a browser maps them.
    let domain = idna::domain_to_ascii_strict(domain).ok()?;
    let (_, top) = domain.rsplit_once('.')?;
    if !top.bytes().any(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let value = format!("{}@{domain}", local.to_ascii_lowercase());
    // What can't be put into an envelope is no address.
    (value.len() <= EMAIL_BYTES_MAX && value.parse::<lettre::Address>().is_ok()).then_some(value)
}

/// Marks that nobody sees and that come along when text is copied: directions, joiners, variation selectors, fillers.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Other blanks, dashes and full-width signs as the plain ones.
fn as_ascii(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// `+6281234567890` → `0812••••890`; a foreign number keeps its first four characters.
#[must_use]
pub fn mask_phone(e164: &str) -> String {
    let shown = e164.strip_prefix("+62").map_or_else(|| e164.to_owned(), |rest| format!("0{rest}"));
    let characters: Vec<char> = shown.chars().collect();
    if characters.len() < 8 {
        return "••••".to_owned();
    }
    let (head, tail) = (&characters[..4], &characters[characters.len() - 3..]);
    head.iter().chain(&['•'; 4]).chain(tail).collect()
}

fn mask_email(address: &str) -> String {
    match address.split_once('@') {
        Some((name, host)) => format!("{}•••@{host}", name.chars().next().unwrap_or('•')),
        None => "•••".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str) -> Result<String, FieldWhy> {
        Contact::read(typed).map(|contact| contact.value)
    }

    #[test]
    fn the_usual_writings_of_a_number_are_one_number() {
        for typed in [
            "0812 3456 7890",
            "081234567890",
            "+62 812-3456-7890",
            "62812 3456 7890",
            " (0812) 34567890 ",
            // As address books, chats and web pages give it.
            "\u{202a}+62 812\u{2011}3456\u{2011}7890\u{202c}",
            "\u{2068}0812\u{a0}3456\u{a0}7890\u{2069}",
            "\u{feff}0812\u{202f}3456\u{2007}7890\u{200b}",
            "0062 812 3456 7890",
            "00 62 812 3456 7890",
            "+62 (0)812 3456 7890",
            "+62 (0) 812-3456-7890",
            "0062 (0)812 3456 7890",
            "+62 0812 3456 7890",
            "(+62) 812 3456 7890",
            "tel:+62-812-3456-7890",
            "0812\u{2013}3456\u{2013}7890",
            "０８１２３４５６７８９０",
            "\u{200e}\u{ff0b}62 812 3456 7890",
        ] {
            assert_eq!(read(typed).as_deref(), Ok("+6281234567890"), "{typed:?}");
        }
        for typed in [
            "",
            "12",
            "0812",
            "not a number",
            "+1 415 555 2671",
            "001 415 555 2671",
            "0812x3456",
            "+62+81234567890",
            "٠٨١٢٣٤٥٦٧٨٩٠",
            &"9".repeat(300),
            &"9".repeat(3000),
        ] {
            assert_eq!(read(typed), Err(FieldWhy::NotContact), "{typed:?}");
        }
    }

    #[test]
    fn what_is_no_mobile_number_says_so_and_a_courier_may_call_a_landline() {
        for typed in [
            "021 3456789",
            "(021) 345-6789",
            "+62 21 3456789",
            "0062 21 3456789",
            "022 4201234",
            "0274 512345",
            "0800 1234567",
            "+62 800 1234567",
            "1500888",
            "1500 888",
            "14045",
            "0809 1234567",
            "08091234567",
            "0804 1234567",
            "110",
        ] {
            assert_eq!(read(typed), Err(FieldWhy::NotMobile), "{typed}");
            assert_eq!(read_mobile(typed), Err(FieldWhy::NotMobile), "{typed}");
        }
        for typed in ["0812", "0812 34", "+62 812", "0899", "x"] {
            assert_eq!(read_mobile(typed), Err(FieldWhy::NotPhone), "{typed}");
        }
        for (typed, number) in
            [("021 3456789", Some("+62213456789")), ("0812 3456 7890", Some("+6281234567890"))]
        {
            assert_eq!(read_phone(typed).as_deref(), number, "{typed}");
        }
        for typed in ["0800 1234567", "1500888", "0809 1234567"] {
            assert_eq!(read_phone(typed), None, "{typed}");
        }
    }

    #[test]
    fn all_spellings_of_an_address_are_one_and_what_is_not_plain_is_refused() {
        for typed in [
            " Sari@Example.ID ",
            "sari@example.id",
            "sa\u{200b}ri@exam\u{ad}ple.id",
            "\u{202a}sari@example.id\u{202c}",
            "sari@ｅｘａｍｐｌｅ.id",
            "sari@example\u{3002}id",
            "sari＠example.id",
            "SARI@EXAMPLE.ID\u{feff}",
        ] {
            assert_eq!(read(typed).as_deref(), Ok("sari@example.id"), "{typed:?}");
        }
        assert_eq!(read("a@MÜNCHEN.example").as_deref(), Ok("a@xn--mnchen-3ya.example"));
        assert_eq!(read("a@xn--mnchen-3ya.example").as_deref(), Ok("a@xn--mnchen-3ya.example"));
        for typed in [
            "sari@",
            "@example.id",
            "sari@localhost",
            "a b@example.id",
            "a@b@example.id",
            "\"sari\"@example.id",
            "\"sa\\ri\"@example.id",
            "sa\\ri@example.id",
            "sari(me)@example.id",
            "<sari@example.id>",
            "Sari <sari@example.id>",
            ".sari@example.id",
            "sari.@example.id",
            "sa..ri@example.id",
            "ｓari@example.id",
            "säri@example.id",
            "sari@[127.0.0.1]",
            "sari@[IPv6:::1]",
            "sari@127.0.0.1",
            "sari@127.1",
            "sari@example.id.",
            "sari@.example.id",
            "sari@exa_mple.id",
            "sari@-example.id",
            "sari@example.id\nbcc@example.id",
            &format!("{}@example.id", "a".repeat(65)),
            &format!("a@{}.id", "a.".repeat(130)),
        ] {
            assert_eq!(read(typed), Err(FieldWhy::NotContact), "{typed:?}");
        }
    }

    #[test]
    fn a_masked_contact_shows_only_its_ends() {
        assert_eq!(Contact::stored("+6281234567890").masked(), "0812••••890");
        assert_eq!(Contact::stored("sari@example.id").masked(), "s•••@example.id");
    }
}
