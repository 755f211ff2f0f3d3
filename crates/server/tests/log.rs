//! What the log tells. A program of its own: the log is the whole process's.

#![expect(clippy::unwrap_used, reason = "a step of a test may fail loudly")]

#[path = "api/log.rs"]
mod log;
#[allow(dead_code, reason = "the API's tests use all of it")]
#[path = "api/server.rs"]
mod server;

use log::Log;
use serde_json::json;
use server::{PHONE, Server, Visitor, reward};

/// Which engine this test runs on.
const POSTGRES: bool = false;

#[tokio::test]
async fn what_changes_something_and_what_is_refused_is_logged_without_naming_anybody() {
    // Without times, whose six digits may be a code's.
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .without_time()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    let server = Server::new(vec![reward("kopi")]).await;
    let token = server.sign_in(PHONE).await.token;
    server.check(&json!({"challenge_id": "none"}), "123456").await.is(404).refuses("not-found");
    let nobody = Visitor { server: &server, token: "nobody".to_owned() };
    nobody.get("/v1/me/balance").await.is(401).refuses("not-signed-in");
    let log = log.text();
    let told = |words: &[&str]| log.lines().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(told(&["INFO", "/v1/challenges/{id}/check", "done status=200"]), "{log}");
    assert!(told(&["INFO", "/v1/challenges/{id}/check", "refusal=\"not-found\""]), "{log}");
    assert!(told(&["INFO", "/v1/me/balance", "refusal=\"not-signed-in\""]), "{log}");
    for secret in [PHONE.trim_start_matches('+'), "81234567890", "123456", &token] {
        let tells = |line: &&str| line.contains(secret) && !line.contains("elapsed");
        assert_eq!(log.lines().find(tells), None, "{secret} stands in the log");
    }
}
