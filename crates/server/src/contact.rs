//! Contacts: a phone number in any usual writing, or an e-mail address; read, stored whole, shown masked.

use tukar_wire::Channel;

/// Bytes that are looked at.
const CONTACT_BYTES_MAX: usize = 254;

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
    /// Reads what was typed; `None`: neither a valid number nor an address.
    #[must_use]
    pub fn read(typed: &str) -> Option<Contact> {
        let typed = typed.trim();
        if typed.is_empty() || typed.len() > CONTACT_BYTES_MAX {
            return None;
        }
        if typed.contains('@') {
            // What is stored is what is judged: small letters of some scripts have other bytes than their capitals.
            let value = typed.to_lowercase();
            let address: lettre::Address = value.parse().ok()?;
            (value.len() <= CONTACT_BYTES_MAX && address.domain().contains('.'))
                .then_some(Contact { channel: Channel::Email, value })
        } else {
            let value = read_phone(typed).filter(|number| may_receive(number))?;
            Some(Contact { channel: Channel::Sms, value })
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

/// Does anything go to this E.164 number?
#[must_use]
pub fn may_receive(number: &str) -> bool {
    COUNTRY_CODES.iter().any(|code| number.starts_with(code))
}

/// A phone number in any usual writing as E.164; numbers without a country are Indonesian.
#[must_use]
pub fn read_phone(typed: &str) -> Option<String> {
    if typed.len() > 40 || !typed.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c)) {
        return None;
    }
    let number = phonenumber::parse(Some(phonenumber::country::Id::ID), typed).ok()?;
    phonenumber::is_valid(&number).then(|| number.format().mode(phonenumber::Mode::E164).to_string())
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

    #[test]
    fn the_usual_writings_of_a_number_are_one_number() {
        for typed in
            ["0812 3456 7890", "081234567890", "+62 812-3456-7890", "62812 3456 7890", " (0812) 34567890 "]
        {
            assert_eq!(
                Contact::read(typed).map(|contact| contact.value).as_deref(),
                Some("+6281234567890"),
                "{typed}"
            );
        }
        for typed in [
            "",
            "12",
            "0812",
            "not a number",
            "+1 415 555 2671",
            "0812x3456",
            "٠٨١٢٣٤٥٦٧٨٩٠",
            &"9".repeat(300),
        ] {
            assert_eq!(Contact::read(typed), None, "{typed}");
        }
    }

    #[test]
    fn an_address_is_read_in_lower_case_and_needs_a_domain() {
        assert_eq!(
            Contact::read(" Sari@Example.ID ").map(|contact| contact.value).as_deref(),
            Some("sari@example.id")
        );
        for typed in ["sari@", "@example.id", "sari@localhost", "a b@example.id", "a@b@example.id"] {
            assert_eq!(Contact::read(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_masked_contact_shows_only_its_ends() {
        assert_eq!(Contact::stored("+6281234567890").masked(), "0812••••890");
        assert_eq!(Contact::stored("sari@example.id").masked(), "s•••@example.id");
    }
}
