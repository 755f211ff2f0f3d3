//! From which page a code is asked for: what its message says, what it is bound to, how many a partner's pages may ask for.

use crate::server::{PHONE, Server, Visitor, reward};
use serde_json::json;
use tukar_server::{
    partner::{Mode, Partner},
    store::partners,
};

/// Headers of a request from a page.
pub(crate) type Page = &'static [(&'static str, &'static str)];

pub(crate) const OWN: Page = &[("origin", "https://tukar.example.id")];
/// A frame on the page of a partner in frame mode.
pub(crate) const IN_KOPI: Page = &[
    ("origin", "https://tukar.example.id"),
    ("tukar-partner", "kopi"),
    ("tukar-top", "https://kopi.example.id"),
];
/// The page of a partner in inline mode.
pub(crate) const AT_ROTI: Page = &[("origin", "https://roti.example.id"), ("tukar-partner", "roti")];

pub(crate) fn partner(id: &str, mode: Mode) -> Partner {
    Partner {
        id: id.to_owned(),
        name: format!("Toko {id}"),
        origins: vec![format!("https://{id}.example.id"), format!("https://www.{id}.example.id")],
        mode,
        accent: String::new(),
        codes_per_hour: 100,
        identities_per_hour: 1_000,
        keys: Vec::new(),
        created_at: crate::server::START,
    }
}

impl Server {
    /// Adds a partner, or changes one; it counts at once.
    pub(crate) async fn put_partner(&self, partner: &Partner) {
        self.app.store.transact("test", async |conn| partners::put(conn, partner).await).await.unwrap();
        self.later(6);
    }
}

async fn with_partners() -> Server {
    let server = Server::new(vec![reward("kopi"), reward("roti")]).await;
    server.put_partner(&partner("kopi", Mode::Frame)).await;
    server.put_partner(&partner("roti", Mode::Inline)).await;
    server
}

impl Visitor<'_> {
    async fn post_at(&self, page: Page, path: &str, body: serde_json::Value) -> crate::server::Answer {
        let key = body["id"].as_str().unwrap_or("k").to_owned();
        self.server.ask_at(page, ("POST", path), (Some(&self.token), Some(&key)), Some(body)).await
    }

    /// Holds points from a page; gives the attempt's id and its code.
    async fn hold_at(&self, page: Page) -> (String, String) {
        let asking = self.asking("kopi", 1).await;
        self.post_at(page, "/v1/redemptions", asking.clone()).await.is(201);
        (asking["id"].as_str().unwrap().to_owned(), self.server.code_of_message().await)
    }
}

impl Server {
    /// The code of the latest message, whatever its last line.
    async fn code_of_message(&self) -> String {
        let text = self.message().await.text;
        text.rsplit('#').next().unwrap()[..6].to_owned()
    }
}

#[tokio::test]
async fn every_code_ends_with_the_line_of_the_page_that_asked_for_it() {
    let server = with_partners().await;
    let sari = server.sign_in(PHONE).await;
    for (page, site, line) in [
        (OWN, "tukar.example.id", "@tukar.example.id #CODE"),
        (IN_KOPI, "kopi.example.id", "@kopi.example.id #CODE @tukar.example.id"),
        (AT_ROTI, "roti.example.id", "@roti.example.id #CODE"),
    ] {
        server.later(601);
        let asked = server
            .ask_at(page, ("POST", "/v1/challenges"), (None, None), Some(json!({"contact": PHONE})))
            .await
            .is(202)
            .json();
        let check = |text: String| {
            let code = text.rsplit('#').next().unwrap()[..6].to_owned();
            assert_eq!(text.lines().last().unwrap().replace(&code, "CODE"), line);
            assert!(text.lines().next().unwrap().contains(site), "{text}");
        };
        check(server.message().await.text);
        server.later(30);
        let resend = format!("/v1/challenges/{}/resend", asked["challenge_id"].as_str().unwrap());
        server.ask_at(page, ("POST", &resend), (None, None), Some(json!({}))).await.is(202);
        check(server.message().await.text);
        sari.post_at(page, "/v1/locker/open", json!({})).await.is(202);
        check(server.message().await.text);
        let asking = sari.asking("kopi", 1).await;
        sari.post_at(page, "/v1/redemptions", asking.clone()).await.is(201);
        check(server.message().await.text);
        server.later(30);
        let id = asking["id"].as_str().unwrap();
        sari.post_at(page, &format!("/v1/redemptions/{id}/resend"), json!({})).await.is(200);
        check(server.message().await.text);
    }
}

#[tokio::test]
async fn a_page_that_no_list_has_gets_no_code_at_all() {
    let server = with_partners().await;
    let pages: [Page; 4] = [
        &[
            ("origin", "https://tukar.example.id"),
            ("tukar-partner", "kopi"),
            ("tukar-top", "https://evil.example"),
        ],
        &[
            ("origin", "https://tukar.example.id"),
            ("tukar-partner", "kopi"),
            ("tukar-top", "https://roti.example.id"),
        ],
        &[("origin", "https://kopi.example.id"), ("tukar-partner", "kopi")],
        &[("tukar-partner", "kopi"), ("tukar-top", "https://kopi.example.id")],
    ];
    for page in pages {
        let body = json!({"contact": PHONE});
        let asked = server.ask_at(page, ("POST", "/v1/challenges"), (None, None), Some(body)).await;
        asked.is(403).refuses("place-not-listed");
    }
    server.work().await;
    assert!(server.post.sent.lock().unwrap().is_empty());
    assert_eq!(server.count("challenges").await, 0);
}

#[tokio::test]
async fn a_code_counts_only_at_the_page_that_asked_for_it() {
    let server = with_partners().await;
    let sari = server.sign_in(PHONE).await;
    let (id, code) = sari.hold_at(IN_KOPI).await;
    let confirm = format!("/v1/redemptions/{id}/confirm");
    for elsewhere in [OWN, AT_ROTI] {
        let refused = sari.post_at(elsewhere, &confirm, json!({"code": code})).await.is(422);
        refused.refuses("code-elsewhere");
    }
    // No try was used up, and a new code asked for here counts here, and no longer there.
    server.later(30);
    let resend = format!("/v1/redemptions/{id}/resend");
    let held = sari.post_at(OWN, &resend, json!({})).await.is(200).json();
    assert_eq!(held["code"]["tries_left"], 5);
    let code = server.code_of_message().await;
    sari.post_at(IN_KOPI, &confirm, json!({"code": code})).await.is(422).refuses("code-elsewhere");
    sari.post_at(OWN, &confirm, json!({"code": code})).await.is(200);
    server.audit("m1").await;

    // The same at sign-in and at the locker.
    let body = json!({"contact": PHONE});
    let asked = server.ask_at(IN_KOPI, ("POST", "/v1/challenges"), (None, None), Some(body)).await.json();
    let code = server.code_of_message().await;
    let check = format!("/v1/challenges/{}/check", asked["challenge_id"].as_str().unwrap());
    let typed = Some(json!({"code": code}));
    let refused = server.ask_at(AT_ROTI, ("POST", &check), (None, None), typed.clone()).await;
    refused.is(422).refuses("code-elsewhere");
    server.ask_at(IN_KOPI, ("POST", &check), (None, None), typed).await.is(200);
    let asked = sari.post_at(AT_ROTI, "/v1/locker/open", json!({})).await.is(202).json();
    let typed = json!({"challenge_id": asked["challenge_id"], "code": server.code_of_message().await});
    let refused = sari.post_at(IN_KOPI, "/v1/locker/check", typed.clone()).await.is(422);
    refused.refuses("code-elsewhere");
    sari.post_at(AT_ROTI, "/v1/locker/check", typed).await.is(200);
}

#[tokio::test]
async fn a_code_is_wrong_when_anything_it_is_bound_to_has_changed() {
    let server = with_partners().await;
    let sari = server.sign_in(PHONE).await;
    // Each is a change behind the server's back: column of the redemption or of its challenge, and another value.
    for (table, column, other) in [
        ("redemptions", "reward_id", "'roti'"),
        ("redemptions", "quantity", "2"),
        ("redemptions", "points", "999"),
        ("redemptions", "recipient", "'+6281111111111'"),
        ("redemptions", "price_version", "'other'"),
        ("redemptions", "challenge_id", "'other'"),
        ("challenges", "partner_id", "'kopi'"),
    ] {
        server.later(130);
        let (id, code) = sari.hold_at(OWN).await;
        // Without the seal, as a code that was sent before there were seals: the code itself tells it.
        let unseal = async |conn: &mut tukar_server::store::Connection| {
            let none: &[u8] = &[];
            sqlx::query("UPDATE challenges SET deal_hmac = $1").bind(none).execute(conn).await
        };
        server.app.store.transact("test", unseal).await.unwrap();
        let set = async |to: String| {
            let of = if table == "redemptions" {
                format!("id = '{id}'")
            } else {
                format!("id = (SELECT challenge_id FROM redemptions WHERE id = '{id}')")
            };
            let sql = format!("UPDATE {table} SET {column} = {to} WHERE {of}");
            let work = async |conn: &mut tukar_server::store::Connection| {
                sqlx::query(sqlx::AssertSqlSafe(sql.clone())).execute(conn).await
            };
            assert_eq!(server.app.store.transact("test", work).await.unwrap().rows_affected(), 1);
        };
        let before: String = {
            let cast = format!("SELECT CAST({column} AS TEXT) FROM redemptions WHERE id = '{id}'");
            let mut conn = server.app.store.read().await.unwrap();
            match table {
                "challenges" => String::new(),
                _ => sqlx::query_scalar(sqlx::AssertSqlSafe(cast)).fetch_one(&mut *conn).await.unwrap(),
            }
        };
        if column == "challenge_id" {
            copy_challenge(&server, &before).await;
        }
        set(other.to_owned()).await;
        let page = if table == "challenges" { IN_KOPI } else { OWN };
        let confirm = format!("/v1/redemptions/{id}/confirm");
        let refused = sari.post_at(page, &confirm, json!({"code": code})).await;
        // Its price is held against the catalogue's also without a seal.
        let word = if column == "price_version" { "order-changed" } else { "code-wrong" };
        assert_eq!(refused.problem(), word, "{column}");
        set(if matches!(column, "quantity" | "points") { before } else { format!("'{before}'") }).await;
        assert_eq!(server.count("vouchers").await, 0, "{column}");
        sari.cancel(&id).await.is(200);
    }
    // Nothing but the change was wrong.
    server.later(130);
    let (id, code) = sari.hold_at(OWN).await;
    sari.post_at(OWN, &format!("/v1/redemptions/{id}/confirm"), json!({"code": code})).await.is(200);
    server.audit("m1").await;
}

/// A challenge that is the same in everything but its id.
async fn copy_challenge(server: &Server, id: &str) {
    let work = async |conn: &mut tukar_server::store::Connection| {
        let mut row = tukar_server::store::challenges::find(conn, id).await?.unwrap();
        row.id = "other".to_owned();
        let mut writes = tukar_server::store::Writes::new();
        tukar_server::store::challenges::put(&mut writes, &row);
        writes.run(conn).await
    };
    server.app.store.transact("test", work).await.unwrap();
}

#[tokio::test]
async fn a_code_for_one_thing_opens_nothing_else() {
    let server = with_partners().await;
    server.enrol(crate::server::member("m2", Some("+6281234567899"), None)).await;
    let (sari, other) = (server.sign_in(PHONE).await, server.sign_in("+6281234567899").await);
    let (id, code) = sari.hold_at(OWN).await;
    let confirm = format!("/v1/redemptions/{id}/confirm");
    other.post_at(OWN, &confirm, json!({"code": code})).await.is(404);
    let asked = sari.post_at(OWN, "/v1/locker/open", json!({})).await.is(202).json();
    let opening = server.code_of_message().await;
    if opening != code {
        sari.post_at(OWN, &confirm, json!({"code": opening})).await.is(422).refuses("code-wrong");
        let typed = json!({"challenge_id": asked["challenge_id"], "code": code});
        sari.post_at(OWN, "/v1/locker/check", typed).await.is(422).refuses("code-wrong");
    }
    let sign_in = format!("/v1/challenges/{}/check", asked["challenge_id"].as_str().unwrap());
    sari.post_at(OWN, &sign_in, json!({"code": opening})).await.is(404);
    let typed = json!({"challenge_id": asked["challenge_id"], "code": opening});
    other.post_at(OWN, "/v1/locker/check", typed).await.is(404);
    sari.post_at(OWN, &confirm, json!({"code": code})).await.is(200);
}

#[tokio::test]
async fn a_partners_pages_may_ask_for_so_many_codes_an_hour() {
    let server = with_partners().await;
    server.put_partner(&Partner { codes_per_hour: 3, ..partner("kopi", Mode::Frame) }).await;
    for number in 10..16 {
        let phone = format!("+62812345600{number}");
        server.enrol(crate::server::member(&format!("p{number}"), Some(&phone), None)).await;
    }
    let ask = async |page: Page, number: u32| {
        let body = json!({"contact": format!("+62812345600{number}")});
        server.ask_at(page, ("POST", "/v1/challenges"), (None, None), Some(body)).await
    };
    ask(IN_KOPI, 10).await.is(202);
    ask(IN_KOPI, 11).await.is(202);
    // A third of these is left to contacts without an account, which take nothing from members.
    for stranger in 50..60 {
        ask(AT_ROTI, stranger).await.is(202);
    }
    ask(IN_KOPI, 12).await.is(429).refuses("too-many");
    // Other pages go on, and so do these an hour later.
    ask(AT_ROTI, 13).await.is(202);
    ask(OWN, 14).await.is(202);
    server.later(3_661);
    ask(IN_KOPI, 15).await.is(202);
}

#[tokio::test]
async fn a_hold_begun_with_a_partner_that_was_removed_is_let_go_and_a_false_page_lets_none_go() {
    let server = with_partners().await;
    let sari = server.sign_in(PHONE).await;
    for page in [IN_KOPI, OWN] {
        server.put_partner(&partner("kopi", Mode::Frame)).await;
        server.later(601);
        let (id, code) = sari.hold_at(IN_KOPI).await;
        let (path, body) = (format!("/v1/redemptions/{id}/confirm"), json!({"code": code}));
        // A page that nobody listed is refused, and one that is listed needs a code of its own; both leave the hold.
        let false_page: Page = &[("origin", "https://kopi.example.id"), ("tukar-partner", "kopi")];
        sari.post_at(false_page, &path, body.clone()).await.is(403).refuses("place-not-listed");
        sari.post_at(AT_ROTI, &path, body.clone()).await.is(422).refuses("code-elsewhere");
        assert_eq!(sari.points().await.1, 1_000);
        let removed = async |conn: &mut tukar_server::store::Connection| partners::remove(conn, "kopi").await;
        server.app.store.transact("test", removed).await.unwrap();
        server.later(6);
        let first = sari.post_at(page, &path, body.clone()).await.is(409).refuses("order-changed");
        assert_eq!(sari.post_at(page, &path, body).await.bytes, first.bytes);
        assert_eq!(sari.points().await, (5_000, 0));
    }
    server.audit("m1").await;
}
