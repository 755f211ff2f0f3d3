//! A partner's signed word about who looks at its page: a JWT, read here and believed only when everything about it is as
//! documented in docs/SECURITY.md.
//!
//! Invariants: the key decides the algorithm, never the token; a header or claim that is not checked here is refused, so
//! that nobody takes it for a limit; times are ours. That a token is taken once only is the store's part.

use crate::{
    clock::timestamp,
    partner::{Algorithm, Partner, PartnerKey, PartnerList},
    problem::{FieldError, FieldWhy},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, Validation, dangerous::insecure_decode_claims};
use serde::Deserialize;
use tukar_wire::{IDENTITY_BYTES_MAX, Moment};

/// Seconds between `iat` and `exp` at most.
const LIFE_SECONDS_MAX: i64 = 300;
/// Seconds that a partner's clock may differ from ours.
pub const LEEWAY_SECONDS: i64 = 30;
/// Letters of `jti`: enough to be unguessable, few enough to be kept.
const JTI_LETTERS: std::ops::RangeInclusive<usize> = 16..=64;
/// Bytes of `sub`.
const SUBJECT_BYTES_MAX: usize = 128;

/// What a good token says.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity<'a> {
    /// Who says it.
    pub partner: &'a Partner,
    /// By which of its keys.
    pub key: &'a PartnerKey,
    /// Whom: the partner's own word for a person, no contact.
    pub subject: String,
    /// Its number, to be taken once.
    pub jti: String,
    /// From then on it would be refused anyway.
    pub ends_at: Moment,
}

tukar_wire::debug_masked!(Identity<'a> { partner, key, ends_at; subject, jti });

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    alg: String,
    kid: String,
    #[serde(default)]
    typ: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    iat: i64,
    exp: i64,
    #[serde(default)]
    nbf: Option<i64>,
    jti: String,
}

/// Reads a token at `now`; `audience` is the programme's own origin.
///
/// # Errors
/// The first thing that is wrong. An unknown partner, an unknown key and a wrong signature are told apart to nobody.
pub fn read<'a>(
    token: &str,
    partners: &'a PartnerList,
    (now, audience): (Moment, &str),
) -> Result<Identity<'a>, FieldError> {
    let (head, named) = unverified(token)?;
    let fault = |field: &str, why| Err(FieldError::new(format!("identity.{field}"), why));
    let unsigned = || FieldError::new("identity.signature", FieldWhy::NotSigned);
    let partner = partners.find(&named).ok_or_else(unsigned)?;
    let mut keys = partner.keys.iter();
    let key = keys.find(|key| key.kid == head.kid && key.counts(now)).ok_or_else(unsigned)?;
    if head.alg != key.algorithm.word() {
        return Err(unsigned());
    }
    let claims = verified(token, key).ok_or_else(unsigned)?;
    if claims.aud != audience {
        return fault("aud", FieldWhy::NotMeant);
    }
    if let Some(field) = wrong_time(&claims, timestamp(now).as_second()) {
        return fault(field, FieldWhy::NotNow);
    }
    let plain = |byte: u8| byte.is_ascii_graphic();
    if !JTI_LETTERS.contains(&claims.jti.len()) || !claims.jti.bytes().all(plain) {
        return fault("jti", FieldWhy::Shape);
    }
    if claims.sub.is_empty()
        || claims.sub.len() > SUBJECT_BYTES_MAX
        || claims.sub.chars().any(char::is_control)
    {
        return fault("sub", FieldWhy::Shape);
    }
    Ok(Identity {
        partner,
        key,
        subject: claims.sub,
        jti: claims.jti,
        ends_at: Moment((claims.exp + LEEWAY_SECONDS) * 1000),
    })
}

/// The header and whose key to look for, before anything is believed.
fn unverified(token: &str) -> Result<(Head, String), FieldError> {
    let shape = |field: &str| FieldError::new(field, FieldWhy::Shape);
    if token.len() > IDENTITY_BYTES_MAX {
        let max = u32::try_from(IDENTITY_BYTES_MAX).unwrap_or(u32::MAX);
        return Err(FieldError::new("identity", FieldWhy::TooLong { max }));
    }
    let parts: Vec<&str> = token.split('.').collect();
    let [head, _, _] = parts[..] else { return Err(shape("identity")) };
    let head = URL_SAFE_NO_PAD.decode(head).map_err(|_| shape("identity"))?;
    let head: Head = serde_json::from_slice(&head).map_err(|_| shape("identity.header"))?;
    if head.typ.as_deref().is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
        return Err(shape("identity.header"));
    }
    let claims: Claims = insecure_decode_claims(token).map_err(|_| shape("identity.claims"))?;
    Ok((head, claims.iss))
}

/// The claims, once the key's signature is right.
fn verified(token: &str, key: &PartnerKey) -> Option<Claims> {
    let (algorithm, decoding) = match key.algorithm {
        Algorithm::EdDsa => (jsonwebtoken::Algorithm::EdDSA, DecodingKey::from_ed_der(&key.public)),
        Algorithm::Es256 => (jsonwebtoken::Algorithm::ES256, DecodingKey::from_ec_der(&key.public)),
    };
    // Times and audience are checked by the caller, on our clock and more strictly than the library does.
    let mut rules = Validation::new(algorithm);
    rules.required_spec_claims.clear();
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules.validate_aud = false;
    jsonwebtoken::decode(token, &decoding, &rules).ok().map(|data| data.claims)
}

/// The first time that is not as it has to be, at `now` in seconds.
fn wrong_time(claims: &Claims, now: i64) -> Option<&'static str> {
    let second = 0..=now.saturating_add(LIFE_SECONDS_MAX + LEEWAY_SECONDS);
    if claims.exp <= now - LEEWAY_SECONDS || !second.contains(&claims.exp) {
        return Some("exp");
    }
    if !(0..=now + LEEWAY_SECONDS).contains(&claims.iat) {
        return Some("iat");
    }
    if claims.exp <= claims.iat || claims.exp - claims.iat > LIFE_SECONDS_MAX {
        return Some("exp");
    }
    claims.nbf.filter(|nbf| !(0..=now + LEEWAY_SECONDS).contains(nbf)).map(|_| "nbf")
}
