//! The attempt: its id is made and stored here before anything is sent, so that a reload finds it.
//!
//! Session storage of the widget's own origin, never the host page's data; a browser that forbids it only loses the
//! help after a reload, not the safety: the server still knows every attempt by its id.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;
use web_sys::Storage;

const ATTEMPT: &str = "tukar.attempt";

/// What is kept of an attempt: enough to look it up, and to go back to its reward when it never arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The redemption's id.
    pub id: String,
    /// Which reward.
    pub reward_id: String,
    /// Pieces.
    pub quantity: u32,
    /// Its receipt is shown: a reload comes back to that, and it ends when the member goes anywhere else.
    #[serde(default)]
    pub over: bool,
}

/// A new UUID, version 4, from the browser's randomness.
#[must_use]
pub fn new_id() -> String {
    let mut bytes = [0_u8; 16];
    if let Some(crypto) = web_sys::window().and_then(|window| window.crypto().ok()) {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    uuid_text(bytes)
}

/// The text of a version 4 UUID over these random bytes.
#[must_use]
pub fn uuid_text(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0F) | 0x40;
    bytes[8] = (bytes[8] & 0x3F) | 0x80;
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for nibble in [byte >> 4, byte & 0x0F] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    text
}

/// The attempt that was under way, if any.
#[must_use]
pub fn find() -> Option<Attempt> {
    find_kept(ATTEMPT)
}

/// Keeps the attempt; call it before sending.
pub fn keep(attempt: &Attempt) {
    keep_value(ATTEMPT, attempt);
}

/// The attempt is over.
pub fn forget() {
    forget_value(ATTEMPT);
}

/// A value kept under `name`, if it is there and still has this shape.
#[must_use]
pub fn find_kept<T: DeserializeOwned>(name: &str) -> Option<T> {
    let text = storage()?.get_item(name).ok()??;
    serde_wasm_bindgen::from_value(js_sys::JSON::parse(&text).ok()?).ok()
}

/// Keeps a value for this tab.
pub fn keep_value(name: &str, value: &impl Serialize) {
    let json = value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .ok()
        .and_then(|value: JsValue| js_sys::JSON::stringify(&value).ok())
        .and_then(|text| text.as_string());
    if let (Some(storage), Some(text)) = (storage(), json) {
        let _ = storage.set_item(name, &text);
    }
}

/// Forgets a value.
pub fn forget_value(name: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(name);
    }
}

fn storage() -> Option<Storage> {
    web_sys::window()?.session_storage().ok()?
}

#[cfg(test)]
mod tests {
    use super::uuid_text;

    #[test]
    fn an_id_is_a_version_4_uuid() {
        assert_eq!(uuid_text([0xFF; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(uuid_text([0; 16]), "00000000-0000-4000-8000-000000000000");
    }
}
