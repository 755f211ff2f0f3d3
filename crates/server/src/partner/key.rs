//! Public keys that partners sign identities with: one algorithm a key, and no other kind of key is taken.

use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use tukar_wire::Moment;

/// Letters of a key's id.
const KID_LETTERS_MAX: usize = 64;
/// Bytes of a PEM file that are looked at.
const PEM_BYTES_MAX: usize = 2_000;
/// What stands before the key in the DER of RFC 8410 (Ed25519) and of RFC 5480 (P-256, not compressed).
const ED25519: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const P256: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// How a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519.
    EdDsa,
    /// ECDSA over P-256 with SHA-256.
    Es256,
}

impl Algorithm {
    /// As in a token's `alg`, and as stored.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Algorithm::EdDsa => "EdDSA",
            Algorithm::Es256 => "ES256",
        }
    }

    /// The algorithm of a stored word.
    #[must_use]
    pub fn of(word: &str) -> Option<Algorithm> {
        [Algorithm::EdDsa, Algorithm::Es256].into_iter().find(|algorithm| algorithm.word() == word)
    }
}

/// A public key of a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerKey {
    /// What tokens say in `kid`.
    pub kid: String,
    /// How it signs; a token that says otherwise is refused.
    pub algorithm: Algorithm,
    /// Ed25519: 32 bytes. P-256: 0x04, x and y.
    pub public: Vec<u8>,
    /// When it was added.
    pub added_at: Moment,
    /// From then on it does not count; `None`: it counts until it is rotated or revoked.
    pub ends_at: Option<Moment>,
}

impl PartnerKey {
    /// Reads a public key as `openssl pkey -pubout` writes it. Without `kid` its id is made from its bytes.
    ///
    /// # Errors
    /// What is not such a key, in words.
    pub fn read_pem(text: &str, kid: Option<String>, added_at: Moment) -> Result<PartnerKey, String> {
        let pem = text.trim();
        let body = pem
            .strip_prefix("-----BEGIN PUBLIC KEY-----")
            .and_then(|rest| rest.strip_suffix("-----END PUBLIC KEY-----"))
            .filter(|_| pem.len() <= PEM_BYTES_MAX)
            .ok_or("this is not a public key in PEM (-----BEGIN PUBLIC KEY-----)")?;
        let body: String = body.split_whitespace().collect();
        let der = STANDARD.decode(body).map_err(|_| "the key's text is not base64".to_owned())?;
        let (algorithm, public) = match (der.strip_prefix(ED25519), der.strip_prefix(P256)) {
            (Some(key), _) if key.len() == 32 => (Algorithm::EdDsa, key),
            (_, Some(point)) if point.len() == 65 && point[0] == 4 => (Algorithm::Es256, point),
            _ => return Err("only Ed25519 and P-256 keys are taken".to_owned()),
        };
        let kid = kid.unwrap_or_else(|| URL_SAFE_NO_PAD.encode(&Sha256::digest(&der)[..12]));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if kid.is_empty() || kid.len() > KID_LETTERS_MAX || !kid.bytes().all(plain) {
            return Err(format!(
                "a key's id has 1 to {KID_LETTERS_MAX} of A-Z, a-z, 0-9, -, _ and ., not {kid:?}"
            ));
        }
        Ok(PartnerKey { kid, algorithm, public: public.to_vec(), added_at, ends_at: None })
    }

    /// Whether it counts at `now`.
    #[must_use]
    pub fn counts(&self, now: Moment) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ED: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
    const EC: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\nYfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n-----END PUBLIC KEY-----\n";

    #[test]
    fn a_key_has_one_algorithm_and_an_id() {
        let ed = PartnerKey::read_pem(ED, None, Moment(1)).unwrap();
        assert_eq!((ed.algorithm, ed.public.len(), ed.kid.len()), (Algorithm::EdDsa, 32, 16));
        let ec = PartnerKey::read_pem(EC, Some("2026-11".to_owned()), Moment(1)).unwrap();
        assert_eq!((ec.algorithm, ec.public.len(), ec.kid.as_str()), (Algorithm::Es256, 65, "2026-11"));
        assert_eq!(PartnerKey::read_pem(&ED.replace('\n', "\r\n"), None, Moment(1)).unwrap().kid, ed.kid);
    }

    #[test]
    fn what_is_no_such_key_is_refused() {
        let private = ED.replace("PUBLIC", "PRIVATE");
        let rsa =
            "-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAK1jHFnT\n-----END PUBLIC KEY-----";
        let cut = ED.replace("URo=", "UQ==");
        for text in [
            "",
            "MCowBQYDK2VwAyEA",
            &private,
            rsa,
            &cut,
            &ED.repeat(2),
            &format!("{ED}{}", " ".repeat(9))[1..],
        ] {
            assert!(PartnerKey::read_pem(text, None, Moment(1)).is_err(), "{text}");
        }
        for kid in ["", "a b", "ä", &"k".repeat(65)] {
            assert!(PartnerKey::read_pem(ED, Some(kid.to_owned()), Moment(1)).is_err(), "{kid}");
        }
    }

    #[test]
    fn a_key_counts_until_it_ends() {
        let mut key = PartnerKey::read_pem(ED, None, Moment(1)).unwrap();
        assert!(key.counts(Moment(i64::MAX)));
        key.ends_at = Some(Moment(10));
        assert!(key.counts(Moment(9)) && !key.counts(Moment(10)));
    }
}
