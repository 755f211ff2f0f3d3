//! The one source of randomness: the operating system's. Handed down as an argument.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::TryRngCore;

/// The operating system's randomness. A failure to read it stops the request: a code must never be guessable.
#[derive(Clone, Copy, Debug, Default)]
pub struct Random;

impl Random {
    /// A generator for one decision.
    #[must_use]
    pub fn rng(self) -> impl rand::RngCore {
        rand::rngs::OsRng.unwrap_err()
    }

    /// An unguessable word of `bytes` bytes, base64url.
    #[must_use]
    pub fn word(self, bytes: usize) -> String {
        let mut buffer = vec![0; bytes];
        rand::RngCore::fill_bytes(&mut self.rng(), &mut buffer);
        URL_SAFE_NO_PAD.encode(buffer)
    }
}
