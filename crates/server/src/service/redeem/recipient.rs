//! Who gets it: read and judged as it was typed.

use crate::{
    catalogue::Reward,
    contact::{mask_phone, read_mobile, read_phone},
    problem::{ApiError, FieldError, FieldWhy},
    store::members::MemberRow,
};
use tukar_domain::text::{Lines, find_bad_character};
use tukar_wire::{self as wire, Needs, Recipient, is_blank};

/// The recipient as the code is bound to it, and as it is shown.
pub(super) fn read_recipient(
    reward: &Reward,
    member: &MemberRow,
    recipient: Option<&Recipient>,
) -> Result<(String, Option<String>), ApiError> {
    match (reward.needs, recipient) {
        (Needs::Nothing, None) => Ok((String::new(), None)),
        (Needs::Phone, None | Some(Recipient::OwnPhone)) => {
            let phone = member.phone.as_deref();
            let phone = phone.ok_or_else(|| ApiError::invalid("recipient", FieldWhy::Missing))?;
            let phone = read_mobile(phone).map_err(|why| ApiError::invalid("recipient", why))?;
            let shown = mask_phone(&phone);
            Ok((phone, Some(shown)))
        }
        (Needs::Phone, Some(Recipient::Phone(typed))) => {
            let phone = read_mobile(typed).map_err(|why| ApiError::invalid("recipient.phone", why))?;
            let shown = mask_phone(&phone);
            Ok((phone, Some(shown)))
        }
        (Needs::Address, Some(Recipient::Address(address))) => read_address(member, address),
        (Needs::Nothing, Some(_)) => Err(ApiError::invalid("recipient", FieldWhy::NotAsked)),
        (Needs::Address, None) => Err(ApiError::invalid("recipient.address", FieldWhy::Missing)),
        (Needs::Phone | Needs::Address, Some(_)) => Err(ApiError::invalid("recipient", FieldWhy::Shape)),
    }
}

/// What may be left out of an address.
const OPTIONAL: [&str; 2] = ["district", "province"];

/// Nothing is cut: what is too long is refused, and the reader keeps what they typed.
fn read_address(member: &MemberRow, address: &wire::Address) -> Result<(String, Option<String>), ApiError> {
    let mut address = address.clone();
    if is_blank(&address.phone)
        && let Some(own) = &member.phone
    {
        address.phone.clone_from(own);
    }
    let mut fields = Vec::new();
    for (name, text) in [
        ("name", &mut address.name),
        ("street", &mut address.street),
        ("district", &mut address.district),
        ("city", &mut address.city),
        ("province", &mut address.province),
        ("postal_code", &mut address.postal_code),
        ("phone", &mut address.phone),
    ] {
        *text = if is_blank(text) { String::new() } else { text.trim().to_owned() };
        if let Some(why) = why_not(name, text) {
            fields.push(FieldError::new(format!("recipient.address.{name}"), why));
        }
    }
    if !fields.is_empty() {
        return Err(ApiError::Invalid { fields });
    }
    // In one writing, without what was pasted along with it.
    if let Some(number) = read_phone(&address.phone) {
        address.phone = number;
    }
    let stored = serde_json::to_string(&address).map_err(|error| ApiError::Broken(error.into()))?;
    Ok((stored, Some(shown(&address))))
}

fn why_not(name: &str, text: &str) -> Option<FieldWhy> {
    let max = match name {
        "street" => wire::Address::STREET_CHARS_MAX,
        _ => wire::Address::FIELD_CHARS_MAX,
    };
    match name {
        _ if text.is_empty() => (!OPTIONAL.contains(&name)).then_some(FieldWhy::Missing),
        _ if text.chars().count() > max => {
            Some(FieldWhy::TooLong { max: u32::try_from(max).unwrap_or(u32::MAX) })
        }
        "postal_code" if text.len() != 5 || !text.bytes().all(|b| b.is_ascii_digit()) => {
            Some(FieldWhy::NotPostalCode)
        }
        "phone" if read_phone(text).is_none() => Some(FieldWhy::NotPhone),
        // A number is read without them.
        "phone" => None,
        // On a parcel's label, or in what a courier reads, they could put letters in another order or break the line.
        _ if find_bad_character(text, Lines::One).is_some() => Some(FieldWhy::Hidden),
        _ => None,
    }
}

/// An address as it stands on a parcel, a line each: who, where, the place with its postal code, the number.
fn shown(address: &wire::Address) -> String {
    let join = |parts: [&str; 2], by: &str| {
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(by)
    };
    let place = join([&address.district, &address.city], ", ");
    let phone = mask_phone(&read_phone(&address.phone).unwrap_or_default());
    let lines = [
        address.name.clone(),
        address.street.clone(),
        format!("{place} {}", address.postal_code),
        address.province.clone(),
        phone,
    ];
    lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
