//! A whole journey with everything logged: what is a member's own stands in no line, no figure and no failure.

use crate::log::Log;
use crate::server::{EMAIL, PHONE, Server, Visitor, member, reward, wrong};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use tukar_domain::calendar::Expiry;
use tukar_server::metrics;
use tukar_wire::Needs;

const OTHER_PHONE: &str = "+6281355577799";
const STREET: &str = "Jalan Kenanga 17";
const COURIER: &str = "Wulandari";
const STRANGER: &str = "orang.lain@example.id";

/// Everything of every crate, on every thread: SQLite's worker is one of its own. Without the time, whose six digits may be a
/// code's.
fn begin_log() -> Log {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .without_time()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    log
}

/// Whether it stands there by itself: six digits may come up within a duration.
fn tells(text: &str, secret: &str) -> bool {
    let part = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit() || letter == '.');
    text.match_indices(secret).any(|(at, _)| {
        !part(text[..at].chars().next_back()) && !part(text[at + secret.len()..].chars().next())
    })
}

impl Visitor<'_> {
    async fn hold_for(&self, reward: &str, recipient: &Value) -> (String, u16) {
        let mut asking = self.asking(reward, 1).await;
        asking["recipient"] = recipient.clone();
        let answer = self.send(&asking).await;
        (asking["id"].as_str().unwrap().to_owned(), answer.status.as_u16())
    }
}

/// A member's whole way, with what goes wrong on it; what came up that nobody else may know.
async fn journey(server: &Server) -> Vec<String> {
    let mut secrets: Vec<String> = Vec::new();
    // Nobody's contact, and a wrong code before the right one.
    let strange = server.ask_code(STRANGER).await.is(202).json();
    server.check(&strange, "123987").await.refuses("code-wrong");
    server.work().await;
    let asked = server.ask_code(PHONE).await.is(202).json();
    let code = server.code().await;
    server.check(&asked, &wrong(&code)).await.refuses("code-wrong");
    let signed_in = server.check(&asked, &code).await.is(200).json();
    let token = signed_in["token"].as_str().unwrap().to_owned();
    let sari = Visitor { server, token: token.clone() };
    secrets.extend([code, token, asked["challenge_id"].as_str().unwrap().to_owned()]);

    // A number in full, a wrong code, the right one, the voucher.
    let (id, status) = sari.hold_for("pulsa", &json!({"phone": OTHER_PHONE})).await;
    assert_eq!(status, 201);
    let code = server.code().await;
    sari.confirm(&id, &wrong(&code)).await.refuses("code-wrong");
    sari.confirm(&id, &code).await.is(200);
    secrets.extend([wrong(&code), code]);
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    let done = sari.confirm(&id, &code).await.is(200).json();
    let voucher = &done["vouchers"][0];
    secrets.extend([code, voucher["code"].as_str().unwrap().to_owned()]);
    secrets.push(voucher["qr"]["path"].as_str().unwrap().to_owned());
    let copy = format!("/v1/vouchers/{}/send", voucher["id"].as_str().unwrap());
    sari.post(&copy, Some("copy"), json!({"channel": "email"})).await.is(202);
    server.work().await;

    // The same by forms alone.
    server.later(700);
    secrets.extend(crate::plain::redeem(server).await);

    // An address, cancelled; one that is refused; what reads.
    server.later(700);
    let address = json!({"address": {"name": COURIER, "street": STREET, "city": "Bandung", "postal_code": "40115",
        "phone": OTHER_PHONE}});
    let (id, status) = sari.hold_for("kotak", &address).await;
    assert_eq!(status, 201);
    let code = server.code().await;
    secrets.push(code);
    sari.cancel(&id).await.is(200);
    let mut wrong_address = address.clone();
    wrong_address["address"]["postal_code"] = json!("4011");
    assert_eq!(sari.hold_for("kotak", &wrong_address).await.1, 422);
    sari.post("/v1/redemptions", Some("x"), json!({"id": "x", "phone": OTHER_PHONE})).await.is(400);
    for path in ["/v1/me", "/v1/me/balance", "/v1/me/activity", "/v1/vouchers", "/v1/redemptions"] {
        sari.get(path).await.is(200);
    }

    // The locker's code; a provider that is down; a hold whose deal was changed.
    let opened = sari.post("/v1/locker/open", None, json!({})).await.is(202).json();
    let code = server.code().await;
    let typed = json!({"challenge_id": opened["challenge_id"], "code": code});
    sari.post("/v1/locker/check", None, typed).await.is(200);
    secrets.push(code);
    server.post.down.store(true, Ordering::SeqCst);
    let (id, status) = sari.hold_for("pulsa", &json!({"phone": OTHER_PHONE})).await;
    assert_eq!(status, 201);
    server.work().await;
    server.post.down.store(false, Ordering::SeqCst);
    server.tamper("UPDATE rewards SET points = points + 1 WHERE id = 'pulsa'").await;
    sari.confirm(&id, "424242").await.refuses("order-changed");
    secrets.push("424242".to_owned());

    // Failures: the row that a database would print with its refusal, and a table that is gone.
    if crate::POSTGRES {
        server.tamper("ALTER TABLE redemptions ADD CONSTRAINT odd CHECK (recipient = '') NOT VALID").await;
    } else {
        server
            .tamper(
                "CREATE TRIGGER odd BEFORE INSERT ON redemptions BEGIN SELECT RAISE(ABORT, 'odd row'); END",
            )
            .await;
    }
    assert_eq!(sari.hold_for("pulsa", &json!({"phone": OTHER_PHONE})).await.1, 500);
    server.tamper("ALTER TABLE activities RENAME TO gone").await;
    sari.get("/v1/me/activity").await.is(500).refuses("broken");
    secrets
}

#[tokio::test]
async fn a_whole_journey_leaves_nothing_of_a_members_own_in_logs_figures_and_failures() {
    let needing = |id: &str, needs| tukar_server::catalogue::Reward { needs, ..reward(id) };
    let list = vec![reward("kopi"), needing("pulsa", Needs::Phone), needing("kotak", Needs::Address)];
    let server =
        Server::empty(list).await.with(|config| config.widget_dir = crate::plain::pages().to_owned()).await;
    server.enrol(member("m1", Some(PHONE), Some(EMAIL))).await;
    server.earn("m1", "a", 9_000, Expiry::Months(12)).await;
    let log = begin_log();
    let mut secrets = journey(&server).await;
    let log = log.text();
    // Figures that could not be looked at say nothing either: a table is gone by now.
    let looked = format!("{:?}", metrics::look(&server.app, true).await);
    let figures = server.app.metrics.text().unwrap();
    // With and without the country's digits, and what a person would recognise of it.
    let own = [PHONE, &PHONE[3..], EMAIL, OTHER_PHONE, &OTHER_PHONE[3..], STREET, COURIER, STRANGER, "Sari"];
    secrets.extend(own.map(str::to_owned));
    for (place, text) in [("the log", &log), ("the figures", &figures), ("a failed look", &looked)] {
        for secret in &secrets {
            assert!(!tells(text, secret), "{secret} stands in {place}:\n{text}");
        }
    }
    let told = |words: &[&str]| log.lines().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(told(&["INFO", "/v1/redemptions/{id}/confirm", "done status=200"]), "{log}");
    assert!(told(&["INFO", "/v1/redemptions/{id}/confirm", "refusal=\"order-changed\""]), "{log}");
    assert!(told(&["ERROR", "a request failed"]), "{log}");
    assert!(
        log.contains("INSERT INTO redemptions"),
        "statements are logged, so that their values would be seen"
    );
    assert!(figures.contains("tukar_http_requests_total"), "{figures}");
}
