//! What strangers send, given to each parser: it may refuse, but not panic, and what it takes must be as promised.
//!
//! `fuzz_targets/` gives these to libFuzzer; `crates/server/tests/seeds.rs` gives them every kept seed on stable Rust.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use tukar_domain::code;
use tukar_server::{
    contact::Contact,
    http::{body, client, rewards, session},
    identity as signed, import,
    language::Language,
    partner::{Algorithm, Mode, Partner, PartnerKey, PartnerList},
    problem::{ApiError, FieldError},
    service::points,
};
use tukar_wire as wire;
use tukar_wire::Moment;

/// A fuzz target by its name.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("bodies", bodies),
    ("catalogue", catalogue),
    ("code", code),
    ("contact", contact),
    ("forwarded", forwarded),
    ("identity", identity),
    ("language", language),
    ("problem", problem),
    ("query", query),
    ("token", token),
];

/// 2026-11-25, in milliseconds.
const NOW: Moment = Moment(1_795_600_000_000);

fn headers(name: HeaderName, bytes: &[u8]) -> HeaderMap {
    // A new line begins another header of the same name, as a client may send.
    bytes.split(|byte| *byte == b'\n').filter_map(|value| HeaderValue::from_bytes(value).ok()).fold(
        HeaderMap::new(),
        |mut headers, value| {
            headers.append(name.clone(), value);
            headers
        },
    )
}

/// A contact as a visitor types it.
pub fn contact(bytes: &[u8]) {
    let Ok(typed) = std::str::from_utf8(bytes) else { return };
    let Ok(contact) = Contact::read(typed) else { return };
    assert_eq!(Contact::read(&contact.value).as_ref(), Ok(&contact), "what is stored reads as itself");
    assert_eq!(Contact::stored(&contact.value), contact);
    let masked = contact.masked();
    assert!(!masked.contains(&contact.value), "masked, yet whole");
    assert!(!format!("{contact:?}").contains(&contact.value));
    if contact.channel == wire::Channel::Sms {
        assert!(
            contact.value.starts_with("+62") && contact.value[1..].bytes().all(|byte| byte.is_ascii_digit())
        );
    }
}

/// A one-time code as a member types it.
pub fn code(bytes: &[u8]) {
    let Ok(typed) = std::str::from_utf8(bytes) else { return };
    if let Some(digits) = code::normalise(typed) {
        assert!(digits.len() == code::DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()));
        assert_eq!(code::normalise(&digits), Some(digits));
    }
}

/// A session's token in its header.
pub fn token(bytes: &[u8]) {
    if let Some(token) = session::bearer(&headers(header::AUTHORIZATION, bytes)) {
        assert!(!token.is_empty() && token.len() <= 100 && token.trim() == token);
    }
}

/// A catalogue file of the operator's.
pub fn catalogue(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match import::parse("file", text, NOW) {
        Ok(file) => {
            for reward in file.rewards.iter().flatten() {
                for language in Language::ALL {
                    let detail = reward.to_detail(NOW, language);
                    assert!(detail.card.points > 0);
                }
                assert!(!reward.price_version(NOW).is_empty());
            }
        }
        Err(refused) => {
            assert!(!refused.faults.is_empty());
            let lines = text.lines().count() + 1;
            assert!(refused.faults.iter().all(|fault| fault.line <= lines));
            assert!(refused.to_string().ends_with("nothing was imported"));
        }
    }
}

/// A problem as the widget reads it.
pub fn problem(bytes: &[u8]) {
    let Ok(problem) = serde_json::from_slice::<wire::Problem>(bytes) else { return };
    let written = serde_json::to_vec(&problem).expect("a problem can be written");
    let again: wire::Problem = serde_json::from_slice(&written).expect("what is written can be read");
    assert_eq!(again, problem);
}

/// Bodies of requests: the first byte says which.
pub fn bodies(bytes: &[u8]) {
    let Some((which, bytes)) = bytes.split_first() else { return };
    let refused = match which % 8 {
        0 => body::parse::<wire::AskCode>(bytes).err(),
        1 => body::parse::<wire::CheckCode>(bytes).err(),
        2 => body::parse::<wire::ResendCode>(bytes).err(),
        3 => body::parse::<wire::AskQuote>(bytes).err(),
        4 => body::parse::<wire::AskRedemption>(bytes).err(),
        5 => body::parse::<wire::Confirm>(bytes).err(),
        6 => body::parse::<wire::CheckLocker>(bytes).err(),
        _ => body::parse::<wire::SendVoucher>(bytes).err(),
    };
    if let Some(refused) = refused {
        named(refused);
    }
}

/// The query of the catalogue, and the cursors of other lists.
pub fn query(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match rewards::page_of(text) {
        Ok((_, limit)) => assert!((1..=1000).contains(&limit)),
        Err(refused) => named(refused),
    }
    if let Some((at, id)) = points::read_cursor(text) {
        assert_eq!(points::read_cursor(&format!("{at}.{id}")), Some((at, id)));
    }
    if let Some(moment) = Moment::parse(text) {
        assert_eq!(Moment::parse(&moment.to_string()), Some(moment));
    }
}

/// The languages that a browser wants.
pub fn language(bytes: &[u8]) {
    let language = Language::of_headers(&headers(header::ACCEPT_LANGUAGE, bytes));
    assert_eq!(Language::of_tag(language.tag()), Some(language));
}

/// What proxies and clients write into `X-Forwarded-For`; the first byte says how many proxies are trusted.
pub fn forwarded(bytes: &[u8]) {
    let Some((hops, bytes)) = bytes.split_first() else { return };
    let headers = headers(HeaderName::from_static("x-forwarded-for"), bytes);
    let found = client::forwarded(&headers, *hops);
    // What a client writes before the last entries changes nothing.
    let Some(found) = found else { return };
    let mut spoofed = headers.clone();
    let name = HeaderName::from_static("x-forwarded-for");
    let all: Vec<HeaderValue> = headers.get_all(&name).iter().cloned().collect();
    spoofed.insert(name.clone(), HeaderValue::from_static("192.0.2.66, 192.0.2.67"));
    for value in all {
        spoofed.append(name.clone(), value);
    }
    assert_eq!(client::forwarded(&spoofed, *hops), Some(found));
}

/// What a partner says about its visitor. See [`is_believed`].
pub fn identity(bytes: &[u8]) {
    is_believed(bytes);
}

/// Whether a token is believed: with an even first byte the rest is the token, with an odd one the partner signs the rest,
/// the header in the first line and the claims after it.
pub fn is_believed(bytes: &[u8]) -> bool {
    let Some((which, rest)) = bytes.split_first() else { return false };
    let Ok(text) = std::str::from_utf8(rest) else { return false };
    let _ = PartnerKey::read_pem(text, None, NOW);
    let signer = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("32 bytes are a seed");
    let mut token = text.to_owned();
    let signs = which % 2 == 1;
    if signs {
        let (head, claims) = text.split_once('\n').unwrap_or((text, ""));
        token = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(signer.sign(token.as_bytes()));
        token = format!("{token}.{signature}");
    }
    let partners = PartnerList::new(vec![partner(signer.public_key().as_ref())]);
    match signed::read(&token, &partners, (NOW, "https://tukar.example.id")) {
        Ok(found) => {
            assert!(signs, "believed, and nobody signed it");
            assert!((1..=128).contains(&found.subject.len()) && (16..=64).contains(&found.jti.len()));
            assert!(NOW < found.ends_at && found.ends_at <= NOW.plus_ms(360_000));
            true
        }
        Err(refused) => {
            assert!(refused.field.starts_with("identity") && refused.field.len() <= 80);
            false
        }
    }
}

fn partner(public: &[u8]) -> Partner {
    let key = PartnerKey {
        kid: "k1".to_owned(),
        algorithm: Algorithm::EdDsa,
        public: public.to_vec(),
        added_at: NOW,
        ends_at: None,
    };
    Partner {
        id: "kopi".to_owned(),
        name: String::new(),
        origins: vec!["https://kopi.example.id".to_owned()],
        mode: Mode::Frame,
        accent: String::new(),
        codes_per_hour: 1,
        identities_per_hour: 1,
        keys: vec![key],
        created_at: NOW,
    }
}

/// A refusal names fields shortly, whatever was sent.
fn named(refused: ApiError) {
    let ApiError::Malformed { fields } = refused else { panic!("refused as something else: {refused:?}") };
    assert!(fields.iter().all(|field: &FieldError| field.field.chars().count() <= 80));
}
