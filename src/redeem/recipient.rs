//! Who gets it: what the member typed, whether it can be sent, and which field a problem of the server belongs to.
//!
//! The server decides what a phone number or an address is; here only what is plainly missing or too long is caught,
//! so that nobody waits for an answer to learn that a field is empty. What was typed is never cut: a shortened address
//! is a wrong one.

use crate::i18n::{fill, redeem::Texts};
use serde::{Deserialize, Serialize};
use tukar_wire::{Address, FieldProblem, Needs, Recipient, is_blank};

/// What the member typed so far; kept over reloads and errors.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Draft {
    /// Another number than the member's own.
    pub other_number: bool,
    /// That number.
    pub phone: String,
    /// Name on the parcel.
    pub name: String,
    /// Street, number, neighbourhood.
    pub street: String,
    /// District (kecamatan).
    #[serde(default)]
    pub district: String,
    /// City or regency.
    pub city: String,
    /// Province.
    #[serde(default)]
    pub province: String,
    /// Postal code.
    pub postal_code: String,
    /// Number for the courier.
    pub courier_phone: String,
}

/// A field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Number that receives the reward.
    Phone,
    /// Name on the parcel.
    Name,
    /// Street, number, neighbourhood.
    Street,
    /// District (kecamatan).
    District,
    /// City or regency.
    City,
    /// Province.
    Province,
    /// Postal code.
    PostalCode,
    /// Number for the courier.
    CourierPhone,
}

/// What can be seen to be wrong without asking the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing typed.
    Empty,
    /// Too few digits to be a phone number.
    NotAPhone,
    /// Not five digits.
    NotAPostalCode,
    /// More characters than may be sent.
    TooLong {
        /// Characters typed.
        typed: usize,
        /// Characters allowed.
        max: usize,
    },
}

impl Field {
    /// The fields of an address, in the order they are asked for.
    pub const ADDRESS: [Field; 7] = [
        Field::Name,
        Field::Street,
        Field::District,
        Field::City,
        Field::Province,
        Field::PostalCode,
        Field::CourierPhone,
    ];

    /// Stable word: id of the input, and last part of the server's field path.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Field::Phone => "phone",
            Field::Name => "name",
            Field::Street => "street",
            Field::District => "district",
            Field::City => "city",
            Field::Province => "province",
            Field::PostalCode => "postal_code",
            Field::CourierPhone => "courier_phone",
        }
    }

    /// What the browser may fill in.
    #[must_use]
    pub fn autocomplete(self) -> &'static str {
        match self {
            // Somebody else's number: the member's own is a choice of its own.
            Field::Phone => "off",
            Field::Name => "name",
            Field::Street => "street-address",
            Field::District => "address-level3",
            Field::City => "address-level2",
            Field::Province => "address-level1",
            Field::PostalCode => "postal-code",
            Field::CourierPhone => "tel",
        }
    }

    /// Which keyboard fits.
    #[must_use]
    pub fn inputmode(self) -> &'static str {
        match self {
            Field::Phone | Field::CourierPhone => "tel",
            Field::PostalCode => "numeric",
            Field::Name | Field::Street | Field::District | Field::City | Field::Province => "text",
        }
    }

    /// What is asked for.
    #[must_use]
    pub fn label(self, t: &'static Texts) -> &'static str {
        match self {
            Field::Phone => t.phone,
            Field::Name => t.name,
            Field::Street => t.street,
            Field::District => t.district,
            Field::City => t.city,
            Field::Province => t.province,
            Field::PostalCode => t.postal_code,
            Field::CourierPhone => t.courier_phone,
        }
    }

    /// Longest text that may be sent, characters.
    #[must_use]
    pub fn chars_max(self) -> usize {
        match self {
            Field::Street => Address::STREET_CHARS_MAX,
            _ => Address::FIELD_CHARS_MAX,
        }
    }

    /// Whether it has to be filled in. Without a number for the courier the member's own is used, where there is one.
    #[must_use]
    pub fn is_required(self, has_own_number: bool) -> bool {
        match self {
            Field::District | Field::Province => false,
            Field::CourierPhone => !has_own_number,
            _ => true,
        }
    }

    /// The field of a path in the request's body, as `recipient.address.street`.
    #[must_use]
    pub fn of(path: &str, needs: Needs) -> Option<Field> {
        let last = path.strip_prefix("recipient")?.rsplit('.').next()?;
        match (needs, last) {
            (Needs::Nothing, _) => None,
            (Needs::Phone, _) => Some(Field::Phone),
            (Needs::Address, "phone") => Some(Field::CourierPhone),
            (Needs::Address, word) => Field::ADDRESS.into_iter().find(|field| field.word() == word),
        }
    }
}

impl Draft {
    /// What is typed in a field.
    #[must_use]
    pub fn get(&self, field: Field) -> &str {
        match field {
            Field::Phone => &self.phone,
            Field::Name => &self.name,
            Field::Street => &self.street,
            Field::District => &self.district,
            Field::City => &self.city,
            Field::Province => &self.province,
            Field::PostalCode => &self.postal_code,
            Field::CourierPhone => &self.courier_phone,
        }
    }

    /// Keeps what is typed in a field, all of it.
    pub fn set(&mut self, field: Field, text: &str) {
        *match field {
            Field::Phone => &mut self.phone,
            Field::Name => &mut self.name,
            Field::Street => &mut self.street,
            Field::District => &mut self.district,
            Field::City => &mut self.city,
            Field::Province => &mut self.province,
            Field::PostalCode => &mut self.postal_code,
            Field::CourierPhone => &mut self.courier_phone,
        } = text.to_owned();
    }

    /// The recipient to send, or every field that can't be sent like this.
    ///
    /// `has_own_number`: the member has a number of their own to choose.
    ///
    /// # Errors
    /// The fields in the order they are asked for, with what is wrong.
    pub fn recipient(
        &self,
        needs: Needs,
        has_own_number: bool,
    ) -> Result<Option<Recipient>, Vec<(Field, Fault)>> {
        match needs {
            Needs::Nothing => Ok(None),
            Needs::Phone if has_own_number && !self.other_number => Ok(Some(Recipient::OwnPhone)),
            Needs::Phone => match self.fault(Field::Phone, has_own_number) {
                Some(fault) => Err(vec![(Field::Phone, fault)]),
                None => Ok(Some(Recipient::Phone(self.phone.trim().to_owned()))),
            },
            Needs::Address => {
                let faults: Vec<_> = Field::ADDRESS
                    .into_iter()
                    .filter_map(|field| self.fault(field, has_own_number).map(|fault| (field, fault)))
                    .collect();
                if !faults.is_empty() {
                    return Err(faults);
                }
                let text = |field| {
                    let typed = self.get(field).trim();
                    if is_blank(typed) { String::new() } else { typed.to_owned() }
                };
                Ok(Some(Recipient::Address(Address {
                    name: text(Field::Name),
                    street: text(Field::Street),
                    district: text(Field::District),
                    city: text(Field::City),
                    province: text(Field::Province),
                    postal_code: text(Field::PostalCode),
                    phone: text(Field::CourierPhone),
                })))
            }
        }
    }

    /// What can be seen to be wrong with a field.
    #[must_use]
    pub fn fault(&self, field: Field, has_own_number: bool) -> Option<Fault> {
        let typed = self.get(field).trim();
        let (chars, max) = (typed.chars().count(), field.chars_max());
        let digits = typed.chars().filter(char::is_ascii_digit).count();
        match field {
            _ if is_blank(typed) => field.is_required(has_own_number).then_some(Fault::Empty),
            _ if chars > max => Some(Fault::TooLong { typed: chars, max }),
            Field::Phone | Field::CourierPhone => (digits < 8).then_some(Fault::NotAPhone),
            Field::PostalCode => (digits != 5 || typed.len() != 5).then_some(Fault::NotAPostalCode),
            Field::Name | Field::Street | Field::District | Field::City | Field::Province => None,
        }
    }
}

/// A fault in words: what to type into this field.
#[must_use]
pub fn fault_text(t: &'static Texts, field: Field, fault: Fault) -> String {
    let empty = match field {
        Field::Name => t.empty_name,
        Field::Street => t.empty_street,
        Field::City => t.empty_city,
        Field::PostalCode => t.empty_postal_code,
        Field::Phone | Field::CourierPhone => t.empty_phone,
        Field::District | Field::Province => t.fault_empty,
    };
    match fault {
        Fault::Empty => empty.to_owned(),
        Fault::NotAPhone => t.fault_phone.to_owned(),
        Fault::NotAPostalCode => t.fault_postal.to_owned(),
        Fault::TooLong { typed, max } => fill(t.fault_too_long, &[&typed.to_string(), &max.to_string()]),
    }
}

/// The server's words for a field, when it refused that field.
#[must_use]
pub fn told_of(field: Field, needs: Needs, problems: &[FieldProblem]) -> Option<String> {
    problems
        .iter()
        .find(|problem| Field::of(&problem.field, needs) == Some(field))
        .map(|problem| problem.message.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Draft {
        Draft {
            name: " Sari Dewi ".into(),
            street: "Jl. Melati 5".into(),
            city: "Bandung".into(),
            postal_code: "40115".into(),
            courier_phone: "0812 3456 7890".into(),
            ..Draft::default()
        }
    }

    #[test]
    fn the_own_number_is_chosen_unless_there_is_none() {
        let draft = Draft::default();
        assert_eq!(draft.recipient(Needs::Phone, true), Ok(Some(Recipient::OwnPhone)));
        assert_eq!(draft.recipient(Needs::Phone, false), Err(vec![(Field::Phone, Fault::Empty)]));
    }

    #[test]
    fn another_number_is_sent_as_typed() {
        let draft = Draft { other_number: true, phone: " 0812-3456-7890 ".into(), ..Draft::default() };
        assert_eq!(draft.recipient(Needs::Phone, true), Ok(Some(Recipient::Phone("0812-3456-7890".into()))));
        let short = Draft { phone: "0812".into(), ..draft };
        assert_eq!(short.recipient(Needs::Phone, true), Err(vec![(Field::Phone, Fault::NotAPhone)]));
    }

    #[test]
    fn an_address_names_every_field_that_is_missing_in_order() {
        let Ok(Some(Recipient::Address(sent))) = address().recipient(Needs::Address, true) else { panic!() };
        assert_eq!((sent.name.as_str(), sent.postal_code.as_str()), ("Sari Dewi", "40115"));
        let bad = Draft { name: "  ".into(), postal_code: "4011a".into(), ..address() };
        assert_eq!(
            bad.recipient(Needs::Address, true),
            Err(vec![(Field::Name, Fault::Empty), (Field::PostalCode, Fault::NotAPostalCode)])
        );
    }

    #[test]
    fn a_problem_of_the_server_finds_its_field() {
        for (path, needs, field) in [
            ("recipient.phone", Needs::Phone, Some(Field::Phone)),
            ("recipient", Needs::Phone, Some(Field::Phone)),
            ("recipient.phone", Needs::Address, Some(Field::CourierPhone)),
            ("recipient.address.phone", Needs::Address, Some(Field::CourierPhone)),
            ("recipient.address.street", Needs::Address, Some(Field::Street)),
            ("recipient.postal_code", Needs::Address, Some(Field::PostalCode)),
            ("quantity", Needs::Address, None),
            ("recipient.phone", Needs::Nothing, None),
        ] {
            assert_eq!(Field::of(path, needs), field, "{path} {needs:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_kept_whole_and_refused() {
        for (field, max) in [(Field::Street, 300), (Field::Name, 120), (Field::District, 120)] {
            let mut draft = address();
            draft.set(field, &"é".repeat(max));
            assert!(draft.recipient(Needs::Address, true).is_ok(), "{field:?}");
            draft.set(field, &"é".repeat(max + 1));
            assert_eq!(draft.get(field).chars().count(), max + 1, "{field:?}");
            let fault = Fault::TooLong { typed: max + 1, max };
            assert_eq!(draft.recipient(Needs::Address, true), Err(vec![(field, fault)]));
        }
    }

    #[test]
    fn what_draws_nothing_is_not_an_address() {
        let blank = Draft { street: "\u{200b}\u{2060}".into(), district: "\u{feff}".into(), ..address() };
        assert_eq!(blank.recipient(Needs::Address, true), Err(vec![(Field::Street, Fault::Empty)]));
        let Ok(Some(Recipient::Address(sent))) =
            (Draft { district: "\u{feff}".into(), ..address() }).recipient(Needs::Address, true)
        else {
            panic!()
        };
        assert_eq!(sent.district, "");
    }

    #[test]
    fn a_courier_calls_the_own_number_where_no_other_is_given() {
        let draft = Draft { courier_phone: String::new(), ..address() };
        assert!(draft.recipient(Needs::Address, true).is_ok());
        assert_eq!(draft.recipient(Needs::Address, false), Err(vec![(Field::CourierPhone, Fault::Empty)]));
    }
}
