//! Partners on the true router: who may frame the widget, who may call the API, and the command that says so.

#![expect(clippy::unwrap_used, reason = "a step of a test may fail loudly")]

use axum::{Router, body::Body};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use std::{path::Path, process::Command, sync::Arc};
use tower::ServiceExt;
use tukar_server::{app::Shared, config::Config, http as api, run};

const PAGE: &str = "<!doctype html><main data-tukar-partner></main>";

struct Server {
    router: Router,
    app: Shared,
    directory: tempfile::TempDir,
}

async fn server() -> Server {
    let directory = tempfile::tempdir().unwrap();
    let dist = directory.path().join("dist");
    std::fs::create_dir(&dist).unwrap();
    std::fs::write(dist.join("frame.html"), PAGE).unwrap();
    let config = Config {
        database: directory.path().join("tukar.db").into(),
        widget_dir: dist,
        allowed_origins: vec!["https://own.example.id".to_owned()],
        ..Config::default()
    };
    let app = run::open(config).await.unwrap();
    Server { router: api::router(Arc::clone(&app)), app, directory }
}

impl Server {
    async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn frame(&self, query: &str) -> Response<Body> {
        self.send(Request::get(format!("/frame{query}")).body(Body::empty()).unwrap()).await
    }

    /// What the API allows a page of this origin.
    async fn allowed(&self, origin: &str) -> String {
        let request = Request::get("/v1/programme").header("origin", origin).body(Body::empty()).unwrap();
        header(&self.send(request).await, "access-control-allow-origin")
    }
}

fn header(response: &Response<Body>, name: &str) -> String {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned()
}

fn framers(response: &Response<Body>) -> String {
    let policy = header(response, "content-security-policy");
    policy.rsplit("frame-ancestors ").next().unwrap().to_owned()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

/// Runs `tukar-server partner …` on the server's database.
fn partner(directory: &Path, words: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tukar-server"))
        .current_dir(directory)
        .env_remove("TUKAR_CONFIG")
        .args(["--database", "tukar.db", "partner"])
        .args(words)
        .output()
        .unwrap();
    let told = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(told).unwrap())
}

#[tokio::test]
async fn only_a_partners_own_origins_may_frame_the_widget() {
    let server = server().await;
    let add =
        ["add", "kopi", "--origin", "https://kopi.example.id", "--origin", "https://www.kopi.example.id"];
    let (good, told) = partner(server.directory.path(), &[&add[..], &["--accent", "#0a7d4f"]].concat());
    assert!(good, "{told}");
    let (good, told) =
        partner(server.directory.path(), &["add", "roti", "--origin", "https://roti.example.id"]);
    assert!(good, "{told}");
    let kopi = server.frame("?partner=kopi&locale=en").await;
    assert_eq!(kopi.status(), StatusCode::OK);
    assert_eq!(framers(&kopi), "'self' https://kopi.example.id https://www.kopi.example.id");
    assert_eq!(header(&kopi, "cache-control"), "no-store");
    let page = text(kopi).await;
    assert!(page.contains("data-origins=\"https://kopi.example.id https://www.kopi.example.id\""), "{page}");
    assert!(page.contains("data-accent=\"#0a7d4f\""), "{page}");
    assert_eq!(framers(&server.frame("?partner=roti").await), "'self' https://roti.example.id");
    assert_eq!(framers(&server.frame("").await), "'self' https://own.example.id");
    for unknown in ["?partner=teh", "?partner=kopi%20", "?partner=%22%3E%3Cscript%3E", "?partner=KOPI"] {
        assert_eq!(server.frame(unknown).await.status(), StatusCode::NOT_FOUND, "{unknown}");
    }
}

#[tokio::test]
async fn a_framed_partner_may_not_call_the_api_and_an_inline_one_may() {
    let server = server().await;
    let origin = "https://kopi.example.id";
    assert_eq!(server.allowed("https://own.example.id").await, "https://own.example.id");
    let (good, told) = partner(server.directory.path(), &["add", "kopi", "--origin", origin]);
    assert!(good, "{told}");
    server.app.clock.advance(6);
    let read = server.app.clock.now();
    assert_eq!(server.allowed(origin).await, "");
    let (good, told) =
        partner(server.directory.path(), &["add", "kopi", "--origin", origin, "--mode", "inline"]);
    assert!(good, "{told}");
    let allowed = server.allowed(origin).await;
    if server.app.clock.now().ms_since(read) < 5_000 {
        assert_eq!(allowed, "", "the list is kept for some seconds");
    }
    server.app.clock.advance(6);
    assert_eq!(server.allowed(origin).await, origin);
    // What is refused may be read as well: else a wrong code looks like a lost line.
    for (path, body, status) in
        [("/v1/me", "", 401), ("/v1/challenges/none/check", "{\"code\":\"123456\"}", 404)]
    {
        let request =
            Request::builder().uri(path).header("origin", origin).header("content-type", "application/json");
        let request = if body.is_empty() { request } else { request.method("POST") };
        let refused = server.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(
            (refused.status().as_u16(), header(&refused, "access-control-allow-origin").as_str()),
            (status, origin)
        );
        assert!(header(&refused, "access-control-expose-headers").contains("retry-after"), "{path}");
    }
    for near in ["http://kopi.example.id", "https://kopi.example.id.evil.example", "null"] {
        assert_eq!(server.allowed(near).await, "", "{near}");
    }
    let (good, _) = partner(server.directory.path(), &["remove", "kopi"]);
    assert!(good);
    server.app.clock.advance(6);
    assert_eq!(server.allowed(origin).await, "");
    assert_eq!(server.frame("?partner=kopi").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_command_lists_partners_and_refuses_what_can_not_be() {
    let server = server().await;
    let run = |words: &[&str]| partner(server.directory.path(), words);
    let (good, told) = run(&["add", "kopi", "--origin", "https://kopi.example.id", "--name", "Kopi Senja"]);
    assert!(good, "{told}");
    assert_eq!(run(&["list"]), (true, "kopi: frame, https://kopi.example.id (Kopi Senja)\n".to_owned()));
    for (words, names) in [
        (&["add", "Kopi", "--origin", "https://a.example.id"][..], "an id"),
        (&["add", "kopi", "--origin", "https://a.example.id/"][..], "an origin"),
        (&["add", "kopi", "--origin", "*"][..], "an origin"),
        (&["add", "kopi", "--origin", "https://a.example.id", "--mode", "window"][..], "--mode"),
        (&["add", "kopi", "--origin", "https://a.example.id", "--accent", "red"][..], "an accent"),
        (&["add", "kopi"][..], "--origin"),
        (&["remove", "teh"][..], "no partner"),
    ] {
        let (good, told) = run(words);
        assert!(!good && told.contains(names), "{words:?}: {told}");
    }
}

const KEY: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n";
const OTHER: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\nYfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n-----END PUBLIC KEY-----\n";

#[tokio::test]
async fn the_command_rotates_and_revokes_keys() {
    let server = server().await;
    let run = |words: &[&str]| partner(server.directory.path(), words);
    let (good, told) = run(&["add", "kopi", "--origin", "https://kopi.example.id"]);
    assert!(good, "{told}");
    for (name, text) in [("one.pem", KEY), ("two.pem", OTHER), ("bad.pem", "no key")] {
        std::fs::write(server.directory.path().join(name), text).unwrap();
    }
    let (good, told) = run(&["rotate", "kopi", "--key", "one.pem", "--kid", "2026-11"]);
    assert_eq!((good, told.as_str()), (true, "kopi: key 2026-11, EdDSA, counts\n"));
    let (good, told) = run(&["rotate", "kopi", "--key", "two.pem", "--overlap-hours", "2"]);
    let lines: Vec<&str> = told.lines().collect();
    assert!(good && lines[0].ends_with(", ES256, counts"), "{told}");
    assert!(lines[1].starts_with("kopi: key 2026-11, EdDSA, counts until "), "{told}");
    // Changing the partner leaves its keys.
    let (good, told) = run(&["add", "kopi", "--origin", "https://kopi.example.id", "--codes-per-hour", "5"]);
    assert!(good, "{told}");
    let (good, told) = run(&["revoke", "kopi", "2026-11"]);
    assert_eq!((good, told.as_str()), (true, "kopi: key 2026-11 counts no more\n"));
    let (_, told) = run(&["list"]);
    assert!(told.contains("\n  2026-11, EdDSA, ended ") && told.contains(", ES256, counts\n"), "{told}");
    for (words, names) in [
        (&["rotate", "kopi", "--key", "one.pem", "--kid", "2026-11"][..], "already"),
        (&["rotate", "teh", "--key", "one.pem"][..], "no partner"),
        (&["rotate", "kopi", "--key", "bad.pem"][..], "not a public key"),
        (&["rotate", "kopi", "--key", "none.pem"][..], "none.pem"),
        (&["rotate", "kopi", "--key", "one.pem", "--kid", "a b"][..], "a key's id"),
        (&["rotate", "kopi", "--key", "one.pem", "--overlap-hours", "9999"][..], "--overlap-hours"),
        (&["revoke", "kopi", "k9"][..], "no key"),
        (&["add", "kopi", "--origin", "https://a.example.id", "--codes-per-hour", "2000000"][..], "at most"),
    ] {
        let (good, told) = run(words);
        assert!(!good && told.contains(names), "{words:?}: {told}");
    }
}
