//! Text with a NUL in it: PostgreSQL has no such text, and SQLite has. Both engines answer the same.

use crate::server::{PHONE, Server, reward};
use serde_json::json;
use tukar_server::{problem::ApiError, store::members};

#[tokio::test]
async fn a_nul_in_an_address_or_a_body_is_malformed_wherever_it_stands() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let id = uuid::Uuid::new_v4().to_string();
    for path in [
        "/v1/redemptions/%00",
        "/v1/me/lots?after=5.%00",
        "/v1/me/activity?before=5.%00",
        "/v1/me/activity?kind=%00",
        "/v1/me/eligibility?reward=%00",
        "/v1/rewards/%00",
        "/v1/rewards?q=%00",
        "/v1/vouchers?after=5.%00",
        "/?q=kopi%00",
        "/frame?partner=%00",
    ] {
        sari.get(path).await.is(400).refuses("malformed");
    }
    let address = json!({"name": "Sari", "line": "Jalan \0", "city": "Bandung", "postcode": "40111"});
    let asking = json!({"id": id, "reward_id": "kopi", "quantity": 1, "points": 1000, "price_version": "v"});
    let with = |field: &str, value: serde_json::Value| {
        let mut body = asking.clone();
        body[field] = value;
        body
    };
    for (path, body) in [
        ("/v1/challenges", json!({"contact": "sari\0@example.id"})),
        ("/v1/challenges/%00/check", json!({"code": "123456"})),
        ("/v1/challenges/%00/resend", json!({})),
        ("/v1/redemptions/quote", json!({"reward_id": "\0", "quantity": 1})),
        ("/v1/redemptions", with("reward_id", json!("\0"))),
        ("/v1/redemptions", with("price_version", json!("v\0"))),
        ("/v1/redemptions", with("recipient", json!({"address": address}))),
        ("/v1/redemptions/%00/confirm", json!({"code": "123456"})),
        ("/v1/vouchers/%00/send", json!({"channel": "sms"})),
        ("/v1/locker/check", json!({"challenge_id": "\0", "code": "123456"})),
    ] {
        sari.post(path, Some(&id), body).await.is(400).refuses("malformed");
    }
    // An escape that only looks like it.
    let quote = json!({"reward_id": "\\u0000", "quantity": 1});
    sari.post("/v1/redemptions/quote", None, quote).await.is(404);
    sari.get("/v1/redemptions/%2500").await.is(404);
}

/// The net under the edges: what reaches PostgreSQL all the same is the asker's, not the server's.
#[tokio::test]
async fn a_nul_that_reaches_the_database_is_malformed_and_not_broken() {
    let server = Server::new(vec![]).await;
    let found = members::find_by_contact(&mut server.app.store.read().await.unwrap(), "\0").await;
    // SQLite takes it for a text like any other.
    let refused = match found.map_err(ApiError::from) {
        Ok(None) => false,
        Err(ApiError::Malformed { .. }) => true,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused, crate::POSTGRES);
}
