//! Objects of a request's body: in braces, and not as the bare list of their fields that derived readers take as well.

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use std::{fmt, marker::PhantomData};

/// Reads an object. For `#[serde(deserialize_with)]`.
///
/// # Errors
/// Anything else than an object, and what `T` refuses.
pub fn read<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(Object(PhantomData))
}

struct Object<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(fields))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Address, Recipient};

    #[test]
    fn an_address_is_an_object_and_no_list() {
        let address = Address { name: "Sari".to_owned(), ..Address::default() };
        let told = serde_json::to_string(&Recipient::Address(address)).unwrap();
        assert!(serde_json::from_str::<Recipient>(&told).is_ok(), "{told}");
        let list = r#"{"address":["Sari","Jalan Melati 1","","Bandung","","40111",""]}"#;
        let refused = serde_json::from_str::<Recipient>(list).map(drop).unwrap_err().to_string();
        assert!(refused.starts_with("invalid type: sequence, expected an object"), "{refused}");
    }
}
