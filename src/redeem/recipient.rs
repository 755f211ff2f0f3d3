//! Who gets it: what the member typed, whether it can be sent, and which field a problem of the server belongs to.
//!
//! The server decides what a phone number or an address is; here only what is plainly missing or too long is caught,
//! so that nobody waits for an answer to learn that a field is empty.

use serde::{Deserialize, Serialize};
use tukar_wire::{Address, FieldProblem, Needs, Recipient};

/// Longest text of a field, characters (`tukar_wire::Address`).
pub const FIELD_CHARS_MAX: usize = 120;

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
    /// City or regency.
    pub city: String,
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
    /// City or regency.
    City,
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
}

impl Field {
    /// The fields of an address, in the order they are asked for.
    pub const ADDRESS: [Field; 5] =
        [Field::Name, Field::Street, Field::City, Field::PostalCode, Field::CourierPhone];

    /// Stable word: id of the input, and last part of the server's field path.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Field::Phone => "phone",
            Field::Name => "name",
            Field::Street => "street",
            Field::City => "city",
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
            Field::City => "address-level2",
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
            Field::Name | Field::Street | Field::City => "text",
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
            Field::City => &self.city,
            Field::PostalCode => &self.postal_code,
            Field::CourierPhone => &self.courier_phone,
        }
    }

    /// Keeps what is typed in a field, cut at [`FIELD_CHARS_MAX`].
    pub fn set(&mut self, field: Field, text: &str) {
        let text: String = text.chars().take(FIELD_CHARS_MAX).collect();
        *match field {
            Field::Phone => &mut self.phone,
            Field::Name => &mut self.name,
            Field::Street => &mut self.street,
            Field::City => &mut self.city,
            Field::PostalCode => &mut self.postal_code,
            Field::CourierPhone => &mut self.courier_phone,
        } = text;
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
            Needs::Phone => match fault(Field::Phone, &self.phone) {
                Some(fault) => Err(vec![(Field::Phone, fault)]),
                None => Ok(Some(Recipient::Phone(self.phone.trim().to_owned()))),
            },
            Needs::Address => {
                let faults: Vec<_> = Field::ADDRESS
                    .into_iter()
                    .filter_map(|field| fault(field, self.get(field)).map(|fault| (field, fault)))
                    .collect();
                if !faults.is_empty() {
                    return Err(faults);
                }
                let text = |field| self.get(field).trim().to_owned();
                Ok(Some(Recipient::Address(Address {
                    name: text(Field::Name),
                    street: text(Field::Street),
                    city: text(Field::City),
                    postal_code: text(Field::PostalCode),
                    phone: text(Field::CourierPhone),
                })))
            }
        }
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

fn fault(field: Field, typed: &str) -> Option<Fault> {
    let typed = typed.trim();
    let digits = typed.chars().filter(char::is_ascii_digit).count();
    match field {
        _ if typed.is_empty() => Some(Fault::Empty),
        Field::Phone | Field::CourierPhone => (digits < 8).then_some(Fault::NotAPhone),
        Field::PostalCode => (digits != 5 || typed.len() != 5).then_some(Fault::NotAPostalCode),
        Field::Name | Field::Street | Field::City => None,
    }
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
    fn a_field_is_cut_at_its_limit() {
        let mut draft = Draft::default();
        draft.set(Field::Street, &"é".repeat(500));
        assert_eq!(draft.get(Field::Street).chars().count(), FIELD_CHARS_MAX);
    }
}
