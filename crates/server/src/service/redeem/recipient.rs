//! Who gets it: read and judged as it was typed.

use crate::{
    catalogue::Reward,
    contact::{mask_phone, read_mobile, read_phone},
    problem::{ApiError, FieldError, FieldWhy},
    store::members::MemberRow,
};
use tukar_wire::{self as wire, Needs, Recipient};

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
        (Needs::Address, Some(Recipient::Address(address))) => read_address(address),
        (Needs::Nothing, Some(_)) => Err(ApiError::invalid("recipient", FieldWhy::NotAsked)),
        (Needs::Address, None) => Err(ApiError::invalid("recipient.address", FieldWhy::Missing)),
        (Needs::Phone | Needs::Address, Some(_)) => Err(ApiError::invalid("recipient", FieldWhy::Shape)),
    }
}

fn read_address(address: &wire::Address) -> Result<(String, Option<String>), ApiError> {
    let mut fields = Vec::new();
    let parts = [
        ("name", &address.name),
        ("street", &address.street),
        ("city", &address.city),
        ("postal_code", &address.postal_code),
        ("phone", &address.phone),
    ];
    for (name, text) in parts {
        let name = format!("recipient.address.{name}");
        if text.trim().is_empty() {
            fields.push(FieldError::new(name, FieldWhy::Missing));
        } else if text.chars().count() > 120 {
            fields.push(FieldError::new(name, FieldWhy::TooLong { max: 120 }));
        } else if name.ends_with("postal_code")
            && (text.trim().len() != 5 || !text.trim().bytes().all(|b| b.is_ascii_digit()))
        {
            fields.push(FieldError::new(name, FieldWhy::NotPostalCode));
        } else if name.ends_with(".phone") && read_phone(text).is_none() {
            fields.push(FieldError::new(name, FieldWhy::NotPhone));
        }
    }
    if !fields.is_empty() {
        return Err(ApiError::Invalid { fields });
    }
    let phone = read_phone(&address.phone).unwrap_or_default();
    let stored = serde_json::to_string(address).map_err(|error| ApiError::Broken(error.into()))?;
    let shown = format!(
        "{}\n{}\n{} {}\n{}",
        address.name.trim(),
        address.street.trim(),
        address.city.trim(),
        address.postal_code.trim(),
        mask_phone(&phone)
    );
    Ok((stored, Some(shown)))
}
