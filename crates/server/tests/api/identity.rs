//! A partner's signed identity: every way in which it may be wrong, what it opens, and what it never opens.

use crate::{
    places::{AT_ROTI, IN_KOPI, OWN, Page, partner},
    server::{Answer, PHONE, Server, Visitor, member, reward},
};
use aws_lc_rs::{
    encoding::AsDer as _,
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tukar_server::{
    partner::{Mode, Partner, PartnerKey},
    store::{Lock, identities, lock, members, partners},
};
use tukar_wire::Moment;

const AUDIENCE: &str = "https://tukar.example.id";

/// A partner's private key.
enum Signer {
    Ed(Ed25519KeyPair),
    Ec(EcdsaKeyPair),
}

impl Signer {
    fn ed() -> Signer {
        Signer::Ed(Ed25519KeyPair::generate().unwrap())
    }

    fn ec() -> Signer {
        Signer::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn alg(&self) -> &'static str {
        if matches!(self, Signer::Ed(_)) { "EdDSA" } else { "ES256" }
    }

    fn sign(&self, text: &str) -> Vec<u8> {
        match self {
            Signer::Ed(key) => key.sign(text.as_bytes()).as_ref().to_vec(),
            Signer::Ec(key) => key.sign(&SystemRandom::new(), text.as_bytes()).unwrap().as_ref().to_vec(),
        }
    }

    fn der(&self) -> Vec<u8> {
        match self {
            Signer::Ed(key) => key.public_key().as_der().unwrap().as_ref().to_vec(),
            Signer::Ec(key) => key.public_key().as_der().unwrap().as_ref().to_vec(),
        }
    }

    /// As an operator gets it from the partner.
    fn public(&self, kid: &str, now: Moment) -> PartnerKey {
        let pem =
            format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----", STANDARD.encode(self.der()));
        PartnerKey::read_pem(&pem, Some(kid.to_owned()), now).unwrap()
    }
}

fn part(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// A token of exactly this header and these claims.
fn token(signer: &Signer, head: &str, claims: &str) -> String {
    let text = format!("{}.{}", part(head), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(signer.sign(&text));
    format!("{text}.{signature}")
}

/// Two partners: `kopi` in a frame with an Ed25519 key, a P-256 key and one that ended; `roti` in its page.
struct Fair {
    server: Server,
    ed: Signer,
    ec: Signer,
    old: Signer,
    roti: Signer,
}

impl Fair {
    async fn new() -> Fair {
        let server = Server::new(vec![reward("kopi")]).await;
        let fair = Fair { server, ed: Signer::ed(), ec: Signer::ec(), old: Signer::ed(), roti: Signer::ed() };
        fair.server.put_partner(&partner("kopi", Mode::Frame)).await;
        fair.server.put_partner(&partner("roti", Mode::Inline)).await;
        let end = Moment(fair.server.now().0 + 1_000);
        fair.rotate("kopi", fair.old.public("k0", fair.server.now()), end).await;
        fair.rotate("kopi", fair.ed.public("k1", fair.server.now()), end).await;
        let late = Moment(i64::MAX);
        fair.rotate("kopi", fair.ec.public("k2", fair.server.now()), late).await;
        fair.rotate("roti", fair.roti.public("r1", fair.server.now()), late).await;
        fair.server.later(6);
        fair
    }

    async fn rotate(&self, id: &str, key: PartnerKey, others_end_at: Moment) {
        let work = async |conn: &mut tukar_server::store::Connection| {
            partners::rotate(conn, (id, &key), others_end_at).await
        };
        assert!(self.server.app.store.transact("test", work).await.unwrap());
    }

    fn now(&self) -> i64 {
        self.server.now().0 / 1_000
    }

    fn claims(&self, subject: &str) -> Value {
        let jti = uuid::Uuid::new_v4().to_string();
        let now = self.now();
        json!({"iss": "kopi", "sub": subject, "aud": AUDIENCE, "iat": now, "exp": now + 120, "jti": jti})
    }

    /// A token that is as it should be.
    fn good(&self, subject: &str) -> String {
        token(&self.ed, &head("EdDSA", "k1"), &self.claims(subject).to_string())
    }

    /// A token whose claims were changed before it was signed.
    fn signed(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.claims("u-1");
        change(&mut claims);
        token(&self.ed, &head("EdDSA", "k1"), &claims.to_string())
    }

    async fn give(&self, page: Page, token: &str) -> Answer {
        let body = Some(json!({"identity": token}));
        self.server.ask_at(page, ("POST", "/v1/identity"), (None, None), body).await
    }

    /// Links `subject` to Sari, as she does it in the frame: signs in by code with the ticket.
    async fn link(&self, subject: &str) {
        let told = self.give(IN_KOPI, &self.good(subject)).await.is(200).json();
        let signed_in = self.sign_in(IN_KOPI, Some(told["link"].as_str().unwrap())).await;
        signed_in.is(200);
    }

    async fn sign_in(&self, page: Page, link: Option<&str>) -> Answer {
        self.server.later(601);
        let ask = Some(json!({"contact": PHONE}));
        let asked = self.server.ask_at(page, ("POST", "/v1/challenges"), (None, None), ask).await;
        let asked = asked.is(202).json();
        let check = format!("/v1/challenges/{}/check", asked["challenge_id"].as_str().unwrap());
        let typed = json!({"code": self.code().await, "link": link});
        self.server.ask_at(page, ("POST", &check), (None, None), Some(typed)).await
    }

    async fn code(&self) -> String {
        self.server.message().await.text.rsplit('#').next().unwrap()[..6].to_owned()
    }

    /// A read session of `u-1`, which is linked to Sari.
    async fn reading(&self) -> Visitor<'_> {
        let told = self.give(IN_KOPI, &self.good("u-1")).await.is(200).json();
        Visitor { server: &self.server, token: told["session"]["token"].as_str().unwrap().to_owned() }
    }
}

fn head(alg: &str, kid: &str) -> String {
    json!({"alg": alg, "kid": kid, "typ": "JWT"}).to_string()
}

/// Changes one letter in the middle of a part of a token.
fn bent(token: &str, part: usize) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let at = parts[part].len() / 2;
    let other = if parts[part].as_bytes()[at] == b'A' { "B" } else { "A" };
    parts[part].replace_range(at..=at, other);
    parts.join(".")
}

type Case = (&'static str, String, &'static str);

/// Tokens whose outside is wrong: no token, or a header that is not the documented one.
fn bad_outsides(fair: &Fair) -> Vec<Case> {
    let good = fair.good("u-1");
    let parts: Vec<&str> = good.split('.').collect();
    let claims = fair.claims("u-1").to_string();
    let with = |head: Value| token(&fair.ed, &head.to_string(), &claims);
    let more = |name: &str, value: Value| {
        let mut head = json!({"alg": "EdDSA", "kid": "k1"});
        head[name] = value;
        with(head)
    };
    let x = URL_SAFE_NO_PAD.encode(&fair.roti.der()[12..]);
    vec![
        ("nothing", String::new(), "identity"),
        ("no token", "hello".to_owned(), "identity"),
        ("only dots", "..".to_owned(), "identity.header"),
        ("two parts", format!("{}.{}", parts[0], parts[1]), "identity"),
        ("four parts", format!("{good}.{}", parts[2]), "identity"),
        ("an encrypted token", format!("{good}.x.y"), "identity"),
        ("a header that is no base64", format!("!{good}"), "identity"),
        ("a header with padding", format!("{}==.{}.{}", parts[0], parts[1], parts[2]), "identity"),
        ("a space before it", format!(" {good}"), "identity"),
        (
            "more bytes than are read",
            fair.signed(|claims| claims["sub"] = json!("x".repeat(2_000))),
            "identity",
        ),
        ("a header that is no JSON", token(&fair.ed, "alg", &claims), "identity.header"),
        ("a header that is a list", token(&fair.ed, "[1]", &claims), "identity.header"),
        ("no kid", with(json!({"alg": "EdDSA"})), "identity.header"),
        ("no alg", with(json!({"kid": "k1"})), "identity.header"),
        ("a kid that is a number", with(json!({"alg": "EdDSA", "kid": 1})), "identity.header"),
        ("another type", more("typ", json!("JWE")), "identity.header"),
        ("crit", more("crit", json!(["exp"])), "identity.header"),
        ("its own key", more("jwk", json!({"kty": "OKP", "crv": "Ed25519", "x": x})), "identity.header"),
        ("the address of a key", more("jku", json!("https://evil.example/k")), "identity.header"),
        ("a certificate", more("x5c", json!([STANDARD.encode(fair.roti.der())])), "identity.header"),
        ("the address of a certificate", more("x5u", json!("https://evil.example/c")), "identity.header"),
        ("an encoding of its own", more("b64", json!(false)), "identity.header"),
        ("compressed", more("zip", json!("DEF")), "identity.header"),
        (
            "two algorithms",
            token(&fair.ed, r#"{"alg":"none","alg":"EdDSA","kid":"k1"}"#, &claims),
            "identity.header",
        ),
    ]
}

/// Tokens that no key of the partner that counts now has signed as it should.
fn bad_signatures(fair: &Fair) -> Vec<Case> {
    let good = fair.good("u-1");
    let (text, signature) = good.rsplit_once('.').unwrap();
    let claims = fair.claims("u-1").to_string();
    let by = |signer: &Signer, alg: &str, kid: &str| token(signer, &head(alg, kid), &claims);
    let keyed = |secret: &[u8]| {
        let text = format!("{}.{}", part(&head("HS256", "k1")), part(&claims));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
    };
    let Signer::Ec(ec) = &fair.ec else { unreachable!() };
    let asn1 = {
        let private = ec.to_pkcs8v1().unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, private.as_ref()).unwrap();
        let text = format!("{}.{}", part(&head("ES256", "k2")), part(&claims));
        let der = key.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(der))
    };
    let zeros = |alg: &str, kid: &str| {
        format!("{}.{}.{}", part(&head(alg, kid)), part(&claims), URL_SAFE_NO_PAD.encode([0; 64]))
    };
    let none = |alg: &str| format!("{}.{}.", part(&head(alg, "k1")), part(&claims));
    vec![
        ("alg none", none("none"), "identity.signature"),
        ("alg None", none("None"), "identity.signature"),
        ("alg none with a signature", by(&fair.ed, "none", "k1"), "identity.signature"),
        ("HS256 by the public key", keyed(&fair.ed.der()[12..]), "identity.signature"),
        ("HS256 by the public key's DER", keyed(&fair.ed.der()), "identity.signature"),
        ("RS256", by(&fair.ed, "RS256", "k1"), "identity.signature"),
        ("ES384", by(&fair.ec, "ES384", "k2"), "identity.signature"),
        ("an unknown algorithm", by(&fair.ed, "X", "k1"), "identity.signature"),
        ("the algorithm in lower case", by(&fair.ed, "eddsa", "k1"), "identity.signature"),
        ("ES256 said of an Ed25519 key", by(&fair.ed, "ES256", "k1"), "identity.signature"),
        ("EdDSA said of a P-256 key", by(&fair.ec, "EdDSA", "k2"), "identity.signature"),
        ("the partner's other key", by(&fair.ec, "ES256", "k1"), "identity.signature"),
        ("the partner's other key under its id", by(&fair.ed, "ES256", "k2"), "identity.signature"),
        ("an unknown kid", by(&fair.ed, "EdDSA", "k9"), "identity.signature"),
        ("an empty kid", by(&fair.ed, "EdDSA", ""), "identity.signature"),
        ("another partner's key and kid", by(&fair.roti, "EdDSA", "r1"), "identity.signature"),
        ("another partner's key under this kid", by(&fair.roti, "EdDSA", "k1"), "identity.signature"),
        ("a key that was rotated out", by(&fair.old, "EdDSA", "k0"), "identity.signature"),
        ("an unknown partner", fair.signed(|claims| claims["iss"] = json!("teh")), "identity.signature"),
        (
            "the partner in capitals",
            fair.signed(|claims| claims["iss"] = json!("KOPI")),
            "identity.signature",
        ),
        (
            "the partner with a space",
            fair.signed(|claims| claims["iss"] = json!("kopi ")),
            "identity.signature",
        ),
        ("no signature", format!("{text}."), "identity.signature"),
        ("half a signature", format!("{text}.{}", &signature[..40]), "identity.signature"),
        ("a signature that is no base64", format!("{text}.!{}", &signature[1..]), "identity.signature"),
        ("a signature and a line end", format!("{good}\n"), "identity.signature"),
        ("another signature", bent(&good, 2), "identity.signature"),
        ("zeros, Ed25519", zeros("EdDSA", "k1"), "identity.signature"),
        ("zeros, P-256", zeros("ES256", "k2"), "identity.signature"),
        ("a P-256 signature in DER", asn1, "identity.signature"),
        (
            "claims of another token",
            {
                let other = fair.good("u-2");
                let middle = other.split('.').nth(1).unwrap();
                format!("{}.{middle}.{signature}", text.split('.').next().unwrap())
            },
            "identity.signature",
        ),
    ]
}

/// Tokens that were signed well and say what can't be taken.
fn bad_claims(fair: &Fair) -> Vec<Case> {
    let now = fair.now();
    let set = |name: &'static str, value: Value| fair.signed(move |claims| claims[name] = value);
    let without = |name: &str| {
        fair.signed(|claims| {
            claims.as_object_mut().unwrap().remove(name);
        })
    };
    let raw = |claims: &str| token(&fair.ed, &head("EdDSA", "k1"), claims);
    let with_text = |name: &str, text: &str| {
        let mut claims = fair.claims("u-1");
        claims[name] = json!("@");
        raw(&claims.to_string().replace("\"@\"", text))
    };
    let twice = fair.claims("u-1").to_string().replacen('{', r#"{"sub":"u-2","#, 1);
    vec![
        ("no iss", without("iss"), "identity.claims"),
        ("no sub", without("sub"), "identity.claims"),
        ("no aud", without("aud"), "identity.claims"),
        ("no iat", without("iat"), "identity.claims"),
        ("no exp", without("exp"), "identity.claims"),
        ("no jti", without("jti"), "identity.claims"),
        ("claims that are no JSON", raw("sub"), "identity.claims"),
        ("claims that are a list", raw("[1]"), "identity.claims"),
        ("a claim twice", raw(&twice), "identity.claims"),
        ("a claim that nobody checks", set("scope", json!("all")), "identity.claims"),
        ("a list of audiences", set("aud", json!([AUDIENCE])), "identity.claims"),
        ("a subject that is a number", set("sub", json!(1)), "identity.claims"),
        ("a fraction of a second", with_text("exp", &format!("{now}.5")), "identity.claims"),
        ("a time in text", set("exp", json!((now + 60).to_string())), "identity.claims"),
        ("a time beyond 64 bits", with_text("exp", "99999999999999999999"), "identity.claims"),
        ("a time as 1e300", with_text("exp", "1e300"), "identity.claims"),
        ("no time", set("iat", Value::Null), "identity.claims"),
        ("another audience", set("aud", json!("https://other.example.id")), "identity.aud"),
        ("a longer audience", set("aud", json!(format!("{AUDIENCE}.evil.example"))), "identity.aud"),
        ("a shorter audience", set("aud", json!("https://tukar.example")), "identity.aud"),
        ("a slash after the audience", set("aud", json!(format!("{AUDIENCE}/"))), "identity.aud"),
        ("the audience in capitals", set("aud", json!(AUDIENCE.to_uppercase())), "identity.aud"),
        ("the audience without TLS", set("aud", json!("http://tukar.example.id")), "identity.aud"),
        ("an empty audience", set("aud", json!("")), "identity.aud"),
        (
            "ended",
            fair.signed(|claims| (claims["iat"], claims["exp"]) = (json!(now - 90), json!(now - 30))),
            "identity.exp",
        ),
        (
            "ended long ago",
            fair.signed(|claims| (claims["iat"], claims["exp"]) = (json!(0), json!(120))),
            "identity.exp",
        ),
        ("a second too long", set("exp", json!(now + 301)), "identity.exp"),
        ("for a year", set("exp", json!(now + 31_536_000)), "identity.exp"),
        ("until the end of time", set("exp", json!(i64::MAX)), "identity.exp"),
        ("an end before time", set("exp", json!(-1)), "identity.exp"),
        ("the least end", set("exp", json!(i64::MIN)), "identity.exp"),
        (
            "an end before its begin",
            fair.signed(|claims| (claims["iat"], claims["exp"]) = (json!(now + 20), json!(now + 10))),
            "identity.exp",
        ),
        ("made later than now", set("iat", json!(now + 31)), "identity.iat"),
        ("made before time", set("iat", json!(-5)), "identity.iat"),
        ("made at the least time", set("iat", json!(i64::MIN)), "identity.iat"),
        ("made too long ago for its end", set("iat", json!(now - 200)), "identity.exp"),
        ("not yet", set("nbf", json!(now + 31)), "identity.nbf"),
        ("not before a time before time", set("nbf", json!(-1)), "identity.nbf"),
        ("a short jti", set("jti", json!("123456789012345")), "identity.jti"),
        ("a long jti", set("jti", json!("j".repeat(65))), "identity.jti"),
        ("an empty jti", set("jti", json!("")), "identity.jti"),
        ("a jti with a space", set("jti", json!("12345678 12345678")), "identity.jti"),
        ("a jti beyond ASCII", set("jti", json!("ÿ23456789012345678")), "identity.jti"),
        ("nobody", set("sub", json!("")), "identity.sub"),
        ("a long subject", set("sub", json!("s".repeat(129))), "identity.sub"),
        ("a subject with a line end", set("sub", json!("u\n1")), "identity.sub"),
        ("a subject with a zero", set("sub", json!("u\u{0}1")), "identity.sub"),
    ]
}

#[tokio::test]
async fn a_bad_token_is_refused_each_for_its_own_reason() {
    let fair = Fair::new().await;
    let cases = [bad_outsides(&fair), bad_signatures(&fair), bad_claims(&fair)].concat();
    assert!(cases.len() >= 100, "{}", cases.len());
    for (name, token, field) in &cases {
        let refused = fair.give(IN_KOPI, token).await;
        let told = refused.json();
        assert_eq!(
            (refused.status.as_u16(), told["fields"][0]["field"].as_str()),
            (403, Some(*field)),
            "{name}"
        );
        assert_eq!(refused.problem(), "identity-refused", "{name}");
    }
    assert_eq!(fair.server.count("identities_seen").await, 0, "a refused token is not used up");
    // The same hands make good ones: by each key, at the edges of the leeway, without a type, at once and once.
    let now = fair.now();
    let edges = |claims: &mut Value| (claims["iat"], claims["exp"]) = (json!(now + 30), json!(now + 330));
    let ended = |claims: &mut Value| (claims["iat"], claims["exp"]) = (json!(now - 90), json!(now - 29));
    let typeless = json!({"alg": "EdDSA", "kid": "k1"}).to_string();
    for good in [
        fair.good("u-1"),
        token(&fair.ec, &head(fair.ec.alg(), "k2"), &fair.claims("u-1").to_string()),
        fair.signed(edges),
        fair.signed(ended),
        fair.signed(|claims| claims["nbf"] = json!(now + 30)),
        token(&fair.ed, &typeless, &fair.claims("u-1").to_string()),
    ] {
        fair.give(IN_KOPI, &good).await.is(200);
        let again = fair.give(IN_KOPI, &good).await.is(403).refuses("identity-refused").json();
        assert_eq!(again["fields"][0]["field"], "identity.jti");
    }
}

#[tokio::test]
async fn a_token_counts_only_on_its_partners_own_pages() {
    let fair = Fair::new().await;
    let framed = |top: &'static str| [("origin", AUDIENCE), ("tukar-partner", "kopi"), ("tukar-top", top)];
    let evil = framed("https://evil.example");
    let near = framed("https://kopi.example.id.evil.example");
    let plain = framed("http://kopi.example.id");
    let pages: [(&[(&str, &str)], &str); 9] = [
        (&[], "identity-refused"),
        (OWN, "identity-refused"),
        (AT_ROTI, "identity-refused"),
        (&[("origin", "https://evil.example")], "identity-refused"),
        (&[("origin", "https://evil.example"), ("tukar-partner", "kopi")], "place-not-listed"),
        // The partner runs in frames only: its own page may not bring the token itself.
        (&[("origin", "https://kopi.example.id"), ("tukar-partner", "kopi")], "place-not-listed"),
        (&evil, "place-not-listed"),
        (&near, "place-not-listed"),
        (&plain, "place-not-listed"),
    ];
    for (page, problem) in pages {
        let body = Some(json!({"identity": fair.good("u-1")}));
        let refused = fair.server.ask_at(page, ("POST", "/v1/identity"), (None, None), body).await;
        assert_eq!(refused.problem(), problem, "{page:?}");
        if problem == "identity-refused" {
            assert_eq!(refused.json()["fields"][0]["field"], "origin", "{page:?}");
        }
    }
    assert_eq!(fair.server.count("identities_seen").await, 0);
    let mut claims = fair.claims("u-1");
    claims["iss"] = json!("roti");
    let roti = token(&fair.roti, &head("EdDSA", "r1"), &claims.to_string());
    let told = fair.give(AT_ROTI, &roti).await.is(200).json();
    assert_eq!((&told["partner"], &told["session"]), (&json!("Toko roti"), &Value::Null));
}

#[tokio::test]
async fn one_token_given_many_times_at_once_is_taken_once() {
    let fair = Fair::new().await;
    fair.link("u-1").await;
    let good = fair.good("u-1");
    let answers = futures_util::future::join_all((0..20).map(|_| fair.give(IN_KOPI, &good))).await;
    let taken = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(taken, 1);
    for refused in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!((refused.status.as_u16(), refused.problem()), (403, "identity-refused".to_owned()));
    }
}

#[tokio::test]
async fn a_subject_opens_nothing_until_a_member_links_it_with_a_code() {
    let fair = Fair::new().await;
    // A contact, an id of ours and a word without meaning: the answers are of one shape and tell nothing.
    let mut shapes = Vec::new();
    for subject in [PHONE, "m1", "u-1", "nobody"] {
        let told = fair.give(IN_KOPI, &fair.good(subject)).await.is(200);
        let mut body = told.json();
        assert_eq!(body["session"], Value::Null);
        body["link"] = json!(body["link"].as_str().unwrap().len());
        shapes.push((told.headers.keys().map(ToString::to_string).collect::<Vec<_>>(), body));
    }
    assert!(shapes.iter().all(|shape| *shape == shapes[0]), "{shapes:?}");

    fair.link("u-1").await;
    let told = fair.give(IN_KOPI, &fair.good("u-1")).await.is(200).json();
    assert_eq!(told["session"]["member"]["read_only"], true);
    assert_eq!(told["session"]["member"]["name"], "Sari");
    assert_eq!(told["link"], Value::Null);
    // Only this subject, and only at this partner.
    let other = fair.give(IN_KOPI, &fair.good("u-2")).await.is(200).json();
    assert_eq!(other["session"], Value::Null);
    let mut claims = fair.claims("u-1");
    claims["iss"] = json!("roti");
    let roti = token(&fair.roti, &head("EdDSA", "r1"), &claims.to_string());
    assert_eq!(fair.give(AT_ROTI, &roti).await.is(200).json()["session"], Value::Null);
}

#[tokio::test]
async fn a_ticket_links_once_at_its_own_partner_and_in_its_time() {
    let fair = Fair::new().await;
    let ticket = async || {
        let told = fair.give(IN_KOPI, &fair.good("u-1")).await.is(200).json();
        told["link"].as_str().unwrap().to_owned()
    };
    let linked = async || fair.give(IN_KOPI, &fair.good("u-1")).await.is(200).json()["session"].is_object();
    // A sign-in without it, with a made up one, and at another page succeeds and links nothing.
    fair.sign_in(IN_KOPI, None).await.is(200);
    fair.sign_in(IN_KOPI, Some("made-up")).await.is(200);
    let elsewhere = ticket().await;
    fair.sign_in(AT_ROTI, Some(&elsewhere)).await.is(200);
    let late = ticket().await;
    fair.server.later(1_801);
    fair.server.work().await;
    fair.sign_in(IN_KOPI, Some(&late)).await.is(200);
    assert!(!linked().await);
    let once = ticket().await;
    fair.sign_in(IN_KOPI, Some(&once)).await.is(200);
    assert!(linked().await);
    let reader = fair.reading().await;
    fair.server.ask_at(IN_KOPI, ("DELETE", "/v1/identity"), (Some(&reader.token), None), None).await.is(204);
    fair.sign_in(IN_KOPI, Some(&once)).await.is(200);
    assert!(!linked().await, "a ticket is used up");
}

#[tokio::test]
async fn a_read_session_reads_and_does_nothing_else() {
    let fair = Fair::new().await;
    fair.link("u-1").await;
    let reader = fair.reading().await;
    for path in ["/v1/me", "/v1/me/balance", "/v1/me/lots", "/v1/me/activity", "/v1/me/eligibility"] {
        reader.get(path).await.is(200);
    }
    assert_eq!(reader.get("/v1/me").await.json()["read_only"], true);
    let id = uuid::Uuid::new_v4().to_string();
    let ask = json!({"id": id, "reward_id": "kopi", "quantity": 1, "points": 1_000, "price_version": "v"});
    for (method, path, body) in [
        ("POST", "/v1/redemptions/quote".to_owned(), json!({"reward_id": "kopi", "quantity": 1})),
        ("GET", "/v1/redemptions".to_owned(), Value::Null),
        ("POST", "/v1/redemptions".to_owned(), ask),
        ("GET", format!("/v1/redemptions/{id}"), Value::Null),
        ("POST", format!("/v1/redemptions/{id}/confirm"), json!({"code": "123456"})),
        ("POST", format!("/v1/redemptions/{id}/resend"), json!({})),
        ("POST", format!("/v1/redemptions/{id}/cancel"), json!({})),
        ("GET", "/v1/vouchers".to_owned(), Value::Null),
        ("POST", "/v1/vouchers/v/send".to_owned(), json!({"channel": "sms"})),
        ("POST", "/v1/locker/open".to_owned(), json!({})),
        ("POST", "/v1/locker/check".to_owned(), json!({"challenge_id": "c", "code": "123456"})),
    ] {
        let body = Some(body).filter(|body| !body.is_null());
        let asked =
            fair.server.ask_at(IN_KOPI, (method, &path), (Some(&reader.token), Some(&id)), body).await;
        assert_eq!((asked.status.as_u16(), asked.problem()), (403, "step-up-needed".to_owned()), "{path}");
    }
    assert_eq!(fair.server.count("redemptions").await, 0);
    fair.server.later(1_801);
    reader.get("/v1/me").await.is(401);
}

#[tokio::test]
async fn a_code_makes_a_whole_session_of_a_read_session() {
    let fair = Fair::new().await;
    fair.link("u-1").await;
    fair.server.later(601);
    let reader = fair.reading().await;
    let asked = fair
        .server
        .ask_at(IN_KOPI, ("POST", "/v1/session/code"), (Some(&reader.token), None), Some(json!({})))
        .await
        .is(202)
        .json();
    assert_eq!(asked["code"]["sent_to"], "0812••••890");
    let text = fair.server.message().await.text;
    assert!(text.contains("@kopi.example.id #") && text.ends_with("@tukar.example.id"), "{text}");
    let typed = Some(json!({"code": fair.code().await}));
    let check = format!("/v1/challenges/{}/check", asked["challenge_id"].as_str().unwrap());
    let signed_in = fair.server.ask_at(IN_KOPI, ("POST", &check), (Some(&reader.token), None), typed).await;
    let signed_in = signed_in.is(200).json();
    assert_eq!(signed_in["member"]["read_only"], Value::Null);
    reader.get("/v1/me").await.is(401);
    let whole = Visitor { server: &fair.server, token: signed_in["token"].as_str().unwrap().to_owned() };
    whole.quote("kopi", 1).await;
}

#[tokio::test]
async fn another_members_code_leaves_the_read_session_alone() {
    let fair = Fair::new().await;
    fair.server.enrol(member("m2", Some("+6281234567899"), None)).await;
    fair.link("u-1").await;
    let reader = fair.reading().await;
    let ask = Some(json!({"contact": "+6281234567899"}));
    let asked = fair.server.ask_at(IN_KOPI, ("POST", "/v1/challenges"), (None, None), ask).await.json();
    let typed = Some(json!({"code": fair.code().await}));
    let check = format!("/v1/challenges/{}/check", asked["challenge_id"].as_str().unwrap());
    fair.server.ask_at(IN_KOPI, ("POST", &check), (Some(&reader.token), None), typed).await.is(200);
    reader.get("/v1/me").await.is(200);
}

#[tokio::test]
async fn a_member_takes_the_link_back_and_signs_out() {
    let fair = Fair::new().await;
    fair.link("u-1").await;
    let (one, two) = (fair.reading().await, fair.reading().await);
    fair.server.ask_at(IN_KOPI, ("DELETE", "/v1/session"), (Some(&one.token), None), None).await.is(204);
    one.get("/v1/me").await.is(401);
    two.get("/v1/me").await.is(200);
    // Signing out keeps the link: the partner's page may sign in again. Forgetting ends it, and every read session.
    let three = fair.reading().await;
    fair.server.ask_at(IN_KOPI, ("DELETE", "/v1/identity"), (Some(&three.token), None), None).await.is(204);
    two.get("/v1/me").await.is(401);
    three.get("/v1/me").await.is(401);
    let told = fair.give(IN_KOPI, &fair.good("u-1")).await.is(200).json();
    assert_eq!(told["session"], Value::Null);
}

#[tokio::test]
async fn a_rotated_key_counts_for_the_overlap_and_a_revoked_one_no_more() {
    let fair = Fair::new().await;
    fair.link("u-1").await;
    let next = Signer::ec();
    let end = Moment(fair.server.now().0 + 3_600_000);
    fair.rotate("kopi", next.public("k3", fair.server.now()), end).await;
    fair.server.later(6);
    let by =
        |signer: &Signer, kid: &str| token(signer, &head(signer.alg(), kid), &fair.claims("u-1").to_string());
    fair.give(IN_KOPI, &by(&fair.ed, "k1")).await.is(200);
    fair.give(IN_KOPI, &by(&next, "k3")).await.is(200);
    fair.server.later(3_600);
    fair.give(IN_KOPI, &by(&fair.ed, "k1")).await.is(403).refuses("identity-refused");
    let told = fair.give(IN_KOPI, &by(&next, "k3")).await.is(200).json();
    let reader =
        Visitor { server: &fair.server, token: told["session"]["token"].as_str().unwrap().to_owned() };
    reader.get("/v1/me").await.is(200);
    let now = fair.server.now();
    let revoke =
        async |conn: &mut tukar_server::store::Connection| partners::revoke(conn, ("kopi", "k3"), now).await;
    assert!(fair.server.app.store.transact("test", revoke).await.unwrap());
    reader.get("/v1/me").await.is(401);
    // The partners are read anew after some seconds only; a key that was stolen is not given them.
    fair.give(IN_KOPI, &by(&next, "k3")).await.is(403).refuses("identity-refused");
    fair.server.later(6);
    fair.give(IN_KOPI, &by(&next, "k3")).await.is(403).refuses("identity-refused");
}

/// A clock of the operator's that is ahead: the key ends a moment after the server's now.
#[tokio::test]
async fn a_key_that_was_revoked_by_a_clock_ahead_opens_nothing_either() {
    let fair = Fair::new().await;
    fair.link("u-1").await;
    let ahead = Moment(fair.server.now().0 + 2_000);
    let revoke = async |conn: &mut tukar_server::store::Connection| {
        partners::revoke(conn, ("kopi", "k1"), ahead).await
    };
    assert!(fair.server.app.store.transact("test", revoke).await.unwrap());
    fair.give(IN_KOPI, &fair.good("u-1")).await.is(403).refuses("identity-refused");
    assert_eq!(fair.server.count("sessions WHERE scope = 'read'").await, 0);
}

/// What is being taken when the word is taken back is taken before it, whole, or not at all.
#[tokio::test]
async fn taking_the_word_back_waits_for_what_is_being_taken() {
    let fair = Fair::new().await;
    fair.link("u-1").await;
    let reader = fair.reading().await;
    let now = fair.server.now();
    let begun = tokio::sync::Notify::new();
    let taking = async |conn: &mut tukar_server::store::Connection| {
        lock(conn, Lock::PartnerAsItIs("kopi")).await?;
        let linked = identities::find_link(conn, ("kopi", "u-1")).await?.unwrap();
        begun.notify_one();
        crate::races::in_line(&fair.server, 1).await;
        let session = (&[9_u8; 32][..], linked.as_str(), "kopi");
        members::insert_read_session(conn, session, (now, now.plus_ms(60_000))).await
    };
    let forgetting = async {
        begun.notified().await;
        let page = ("DELETE", "/v1/identity");
        fair.server.ask_at(IN_KOPI, page, (Some(&reader.token), None), None).await.is(204);
    };
    let (taken, ()) = tokio::join!(fair.server.app.store.transact("test", taking), forgetting);
    taken.unwrap();
    assert_eq!(fair.server.count("sessions WHERE scope = 'read'").await, 0);
}

#[tokio::test]
async fn a_removed_partners_word_counts_no_more() {
    let fair = Fair::new().await;
    fair.link("u-1").await;
    let reader = fair.reading().await;
    let remove = async |conn: &mut tukar_server::store::Connection| partners::remove(conn, "kopi").await;
    assert!(fair.server.app.store.transact("test", remove).await.unwrap());
    reader.get("/v1/me").await.is(401);
    fair.give(IN_KOPI, &fair.good("u-1")).await.is(403).refuses("identity-refused");
    fair.server.later(6);
    fair.give(IN_KOPI, &fair.good("u-1")).await.is(403).refuses("place-not-listed");
    for table in ["identity_links", "partner_keys"] {
        let of_kopi = format!("{table} WHERE partner_id = 'kopi'");
        assert_eq!(fair.server.count(&of_kopi).await, 0, "{table}");
    }
}

/// For some seconds a server that knows the partner still lets its pages ask for codes.
#[tokio::test]
async fn a_ticket_of_a_partner_that_was_removed_links_nothing() {
    let fair = Fair::new().await;
    let told = fair.give(IN_KOPI, &fair.good("u-1")).await.is(200).json();
    let ask = Some(json!({"contact": PHONE}));
    let asked = fair.server.ask_at(IN_KOPI, ("POST", "/v1/challenges"), (None, None), ask).await;
    let check = format!("/v1/challenges/{}/check", asked.is(202).json()["challenge_id"].as_str().unwrap());
    let typed = json!({"code": fair.code().await, "link": told["link"]});
    // Gone from its table alone, so that the ticket is there.
    let remove = async |conn: &mut tukar_server::store::Connection| {
        sqlx::query("DELETE FROM partners WHERE id = 'kopi'").execute(conn).await.map(|_| ())
    };
    fair.server.app.store.transact("test", remove).await.unwrap();
    fair.server.ask_at(IN_KOPI, ("POST", &check), (None, None), Some(typed)).await.is(200);
    assert_eq!(fair.server.count("identity_links").await, 0);
    // Of one that is removed as operators do it, and added anew, no ticket is left.
    let remove = async |conn: &mut tukar_server::store::Connection| partners::remove(conn, "kopi").await;
    fair.server.app.store.transact("test", remove).await.unwrap();
    assert_eq!(fair.server.count("identities_seen").await, 1);
    assert_eq!(fair.server.count("identities_seen WHERE link_hash IS NOT NULL").await, 0);
}

#[tokio::test]
async fn a_partner_may_sign_so_many_identities_an_hour() {
    let fair = Fair::new().await;
    fair.server.put_partner(&Partner { identities_per_hour: 2, ..partner("kopi", Mode::Frame) }).await;
    fair.give(IN_KOPI, &fair.good("u-1")).await.is(200);
    fair.give(IN_KOPI, &fair.good("u-2")).await.is(200);
    fair.give(IN_KOPI, &fair.good("u-3")).await.is(429).refuses("too-many");
    fair.server.later(3_661);
    fair.give(IN_KOPI, &fair.good("u-3")).await.is(200);
}

#[tokio::test]
async fn a_taken_token_is_remembered_until_its_own_time_refuses_it() {
    let fair = Fair::new().await;
    fair.link("u-1").await;
    let good = fair.good("u-1");
    fair.give(IN_KOPI, &good).await.is(200);
    fair.server.later(149);
    fair.server.work().await;
    let told = fair.give(IN_KOPI, &good).await.is(403).json();
    assert_eq!(told["fields"][0]["field"], "identity.jti");
    fair.server.later(1_801);
    fair.server.work().await;
    assert_eq!(fair.server.count("identities_seen").await, 0);
    let told = fair.give(IN_KOPI, &good).await.is(403).json();
    assert_eq!(told["fields"][0]["field"], "identity.exp");
    let found =
        async |conn: &mut tukar_server::store::Connection| identities::find_link(conn, ("kopi", "u-1")).await;
    let found = fair.server.app.store.transact("test", found).await.unwrap();
    assert_eq!(found.as_deref(), Some("m1"), "the link stays");
}
