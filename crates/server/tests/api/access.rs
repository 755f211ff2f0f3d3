//! What a member may do in each state of their account: every route of the API and every form, as docs/SECURITY.md shows it.

use crate::server::{Answer, EMAIL, PHONE, Server, Visitor, reward};
use axum::{body::Body, http::Request};
use http::header;
use http_body_util::BodyExt as _;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tower::ServiceExt as _;
use tukar_server::{
    http as api,
    language::Language,
    problem::reason_text,
    secret::sha256,
    store::{Connection, members},
};
use tukar_wire::Reason;

const DOCUMENT: &str = include_str!("../../../../docs/SECURITY.md");
const HEADING: &str = "## What a member may do in each state of the account";

/// Routes that nobody's account has a part in.
const PUBLIC: [&str; 5] =
    ["GET /livez", "GET /readyz", "GET /v1/programme", "GET /v1/rewards", "GET /v1/rewards/{id}"];

/// A row of the table: the route, and what comes of it in each state.
#[derive(Debug)]
struct Row {
    route: String,
    outcomes: [String; 3],
}

const STATES: [&str; 3] = ["verified", "not_verified", "suspended"];

fn rows() -> Vec<Row> {
    let (_, section) = DOCUMENT.split_once(HEADING).expect("the section of the table");
    let section = section.split("\n## ").next().unwrap();
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect()
    };
    let rows = section.lines().filter(|line| line.starts_with("| `")).map(cells);
    rows.map(|cells| {
        let [route, verified, not_verified, suspended] = <[String; 4]>::try_from(cells).unwrap();
        Row { route, outcomes: [verified, not_verified, suspended] }
    })
    .collect()
}

/// `GET /v1/me`, for every operation of the API's document that a member has a part in; `form /plain/home` for every form.
fn routes() -> BTreeSet<String> {
    let document = serde_json::to_value(api::document()).unwrap();
    let operations = document["paths"].as_object().unwrap().iter().flat_map(|(path, methods)| {
        methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    let forms = api::form_paths().map(|path| format!("form {path}"));
    operations.chain(forms).filter(|route| !PUBLIC.contains(&route.as_str())).collect()
}

/// What the routes are asked about.
struct Scene {
    held: String,
    voucher: String,
    challenge: Value,
    version: String,
}

impl Scene {
    /// A member with a voucher, a hold that waits for its code, and a challenge of sign-in.
    async fn make(server: &Server) -> Scene {
        let sari = server.sign_in(PHONE).await;
        let bought = sari.hold("kopi").await;
        let code = server.code().await;
        let receipt = sari.confirm(&bought, &code).await.is(200).json();
        let asking = sari.asking("kopi", 1).await;
        sari.send(&asking).await.is(201);
        Scene {
            held: asking["id"].as_str().unwrap().to_owned(),
            voucher: receipt["vouchers"][0]["id"].as_str().unwrap().to_owned(),
            challenge: server.ask_code(EMAIL).await.is(202).json(),
            version: asking["price_version"].as_str().unwrap().to_owned(),
        }
    }

    fn challenge_id(&self) -> &str {
        self.challenge["challenge_id"].as_str().unwrap()
    }

    /// Path, key and body for a route of the API.
    fn asking(&self, route: &str) -> (String, Option<String>, Option<Value>) {
        let (_, path) = route.split_once(' ').unwrap();
        let id = match path {
            path if path.starts_with("/v1/vouchers") => &self.voucher,
            path if path.starts_with("/v1/challenges") => self.challenge_id(),
            _ => &self.held,
        };
        let new = uuid::Uuid::new_v4().to_string();
        let key = if path == "/v1/redemptions" { new.clone() } else { "key".to_owned() };
        let body = match path {
            "/v1/challenges" => json!({"contact": PHONE}),
            "/v1/identity" => json!({"identity": "x"}),
            "/v1/redemptions/quote" => json!({"reward_id": "kopi", "quantity": 1}),
            "/v1/redemptions" => json!({
                "id": new, "reward_id": "kopi", "quantity": 1, "points": 1000, "price_version": self.version,
            }),
            "/v1/locker/check" => json!({"challenge_id": self.challenge_id(), "code": "123456"}),
            "/v1/vouchers/{id}/send" => json!({"channel": "sms"}),
            path if path.ends_with("/check") || path.ends_with("/confirm") => json!({"code": "123456"}),
            _ => json!({}),
        };
        let body = route.starts_with("POST").then_some(body);
        (path.replace("{id}", id), Some(key), body)
    }

    /// All that any form carries.
    fn fields(&self, token: &str) -> Vec<(&'static str, String)> {
        vec![
            ("session", token.to_owned()),
            ("sent", self.challenge.to_string()),
            ("attempt", self.held.clone()),
            ("reward", "kopi".to_owned()),
            ("quantity", "1".to_owned()),
            ("points", "1000".to_owned()),
            ("version", self.version.clone()),
            ("voucher", self.voucher.clone()),
            ("contact", PHONE.to_owned()),
            ("code", "123456".to_owned()),
            ("key", "form-key".to_owned()),
        ]
    }
}

/// A session of its own for each route: one of them ends it. Its locker is open.
async fn open_session(server: &Server, token: &str) {
    let (now, hash) = (server.now(), sha256(token.as_bytes()));
    let work = async |conn: &mut Connection| {
        members::insert_session(conn, (&hash, "m1"), (now, now.plus_ms(3_600_000))).await?;
        let mut writes = tukar_server::store::Writes::new();
        members::open_locker(&mut writes, &hash, now.plus_ms(600_000));
        writes.run(conn).await
    };
    server.app.store.transact("test", work).await.unwrap();
}

async fn post_form(server: &Server, path: &str, fields: &[(&str, String)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post(path)
        .header(header::ACCEPT_LANGUAGE, "id")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .unwrap();
    let (parts, body) = server.router.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, bytes }
}

/// The reason where the account's state is why it was refused, else `yes`.
async fn outcome(server: &Server, scene: &Scene, route: &str) -> String {
    let token = uuid::Uuid::new_v4().to_string();
    open_session(server, &token).await;
    // A problem's words, and those of a page that shows why a reward can't be had.
    let reasons =
        [("account_suspended", Reason::AccountSuspended), ("number_not_verified", Reason::NumberNotVerified)]
            .map(|(word, reason)| {
                let page = tukar_screens::account::barred_by(&reason, "id").map_or("", |barred| barred.note);
                (word, reason, page)
            });
    if let Some(path) = route.strip_prefix("form ") {
        let answer = post_form(server, path, &scene.fields(&token)).await;
        let html = String::from_utf8(answer.bytes).unwrap();
        assert!(answer.status.as_u16() < 500, "{route}: {html}");
        let found = reasons.iter().find(|(_, reason, words)| {
            answer.status == 422
                && (html.contains(&reason_text(reason, Language::Id)) || html.contains(words))
        });
        return found.map_or("yes", |(word, ..)| word).to_owned();
    }
    let (method, _) = route.split_once(' ').unwrap();
    let (path, key, body) = scene.asking(route);
    let answer = server.ask((method, &path), (Some(&token), key.as_deref()), body).await;
    assert!(answer.status.as_u16() < 500 && answer.status != 401, "{route}: {answer:?}");
    if answer.status != 422 || answer.problem() != "not-eligible" {
        return "yes".to_owned();
    }
    let code = answer.json()["reasons"][0]["code"].as_str().unwrap().to_owned();
    if reasons.iter().any(|(word, ..)| *word == code) { code } else { "yes".to_owned() }
}

#[tokio::test]
async fn every_route_answers_each_state_of_an_account_as_the_table_says() {
    let mut rows = rows();
    // What is held for the other routes is let go last.
    rows.sort_by_key(|row| row.route.ends_with("/cancel"));
    let listed: BTreeSet<String> = rows.iter().map(|row| row.route.clone()).collect();
    assert_eq!(listed, routes(), "each route has a row in docs/SECURITY.md");
    for (place, state) in STATES.into_iter().enumerate() {
        let server = Server::new(vec![reward("kopi")]).await;
        let widget = tempfile::tempdir().unwrap();
        std::fs::write(widget.path().join("plain.html"), "<html lang=\"id\"><!--tukar--></html>").unwrap();
        let directory = widget.path().to_owned();
        let change = |config: &mut tukar_server::config::Config| {
            config.widget_dir = directory;
            // The hold outlives the walk.
            config.programme.hold_seconds = 86_400;
        };
        let server = server.with(change).await;
        let scene = Scene::make(&server).await;
        server.tamper(&format!("UPDATE members SET state = '{state}'")).await;
        let mut wrong = Vec::new();
        for Row { route, outcomes } in &rows {
            // Codes to one contact have to be some time apart.
            server.later(601);
            let came = outcome(&server, &scene, route).await;
            if came != outcomes[place] {
                wrong.push(format!("{route}: {came}, the table says {}", outcomes[place]));
            }
        }
        assert_eq!(wrong, Vec::<String>::new(), "{state}");
        server.audit("m1").await;
    }
}

async fn set_state(server: &Server, state: &str) {
    server.tamper(&format!("UPDATE members SET state = '{state}'")).await;
}

#[tokio::test]
async fn a_suspended_members_live_session_and_new_ones_show_points_and_no_voucher_code() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    let receipt = sari.confirm_as(&id, &code, "k").await.is(200).json();
    let voucher_code = receipt["vouchers"][0]["code"].as_str().unwrap().to_owned();
    let shown = async |sari: &Visitor<'_>| sari.redemption(&id).await["vouchers"][0]["code"].clone();
    assert_eq!(shown(&sari).await, json!(voucher_code), "the locker is open");
    let asked = sari.post("/v1/locker/open", None, json!({})).await.is(202).json();
    let locker_code = server.code().await;

    set_state(&server, "suspended").await;
    assert_eq!(shown(&sari).await, Value::Null);
    sari.confirm_as(&id, &code, "k").await.is(422).refuses("not-eligible");
    let path = format!("/v1/challenges/{}/resend", asked["challenge_id"].as_str().unwrap());
    server.later(31);
    let resent = server.ask(("POST", &path), (None, None), Some(json!({}))).await;
    resent.is(422).refuses("not-eligible");
    let body = json!({"challenge_id": asked["challenge_id"], "code": locker_code});
    sari.post("/v1/locker/check", None, body).await.is(422).refuses("not-eligible");

    let anew = server.sign_in(EMAIL).await;
    assert_eq!(anew.get("/v1/me").await.is(200).json()["state"], "suspended");
    assert_eq!(anew.points().await, (4_000, 0));
    anew.get("/v1/vouchers").await.is(422).refuses("not-eligible");
    assert_eq!(shown(&anew).await, Value::Null);
    set_state(&server, "verified").await;
    assert_eq!(shown(&sari).await, json!(voucher_code), "the session goes on where it was");
}
