//! What a member is told agrees: the most pieces with the refusal, pending points with what is missing, a receipt with its
//! own day, an address with what was typed.

use crate::{
    plain::{pages, send},
    server::{DAY, PHONE, Server, reward},
};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tukar_domain::calendar::Expiry;
use tukar_server::{
    catalogue::{Bilingual, Reward},
    service::points::{self, Earned},
};
use tukar_wire::{Limit, LimitPeriod, Needs};

fn limited() -> Reward {
    let limit = Some(Limit { count: 2, per: LimitPeriod::Day });
    Reward { quantity_max: 5, limit, ..reward("kopi") }
}

#[tokio::test]
async fn the_most_pieces_that_are_told_are_those_that_are_not_refused() {
    let server = Server::new(vec![limited()]).await;
    let server = server.with(|config| config.widget_dir = pages().to_owned()).await;
    let sari = server.sign_in(PHONE).await;
    let detail = server.ask(("GET", "/v1/rewards/kopi"), (None, None), None).await.is(200).json();
    assert_eq!(detail["quantity_max"], 2, "the limit allows no more, whoever asks");
    let quote = sari.quote("kopi", 1).await;
    assert_eq!((&quote["quantity_max"], &quote["reasons"]), (&json!(2), &json!([])));
    let eligibility = sari.get("/v1/me/eligibility").await.is(200).json();
    assert_eq!(eligibility["quantity_max"], Value::Null, "nothing is used of the limit");

    let id = sari.hold("kopi").await;
    let code = server.code().await;
    sari.confirm(&id, &code).await.is(200);
    assert_eq!(sari.quote("kopi", 1).await["quantity_max"], 1);
    let eligibility = sari.get("/v1/me/eligibility").await.is(200).json();
    assert_eq!(eligibility["quantity_max"], json!({"kopi": 1}));
    let quote = sari.quote("kopi", 2).await;
    assert_eq!((&quote["quantity_max"], &quote["reasons"][0]["code"]), (&json!(1), &json!("limit_reached")));

    let fields = [("session", sari.token.as_str()), ("reward", "kopi"), ("quantity", "2")];
    let review = send(&server, "/plain/review", &fields).await;
    review.says("name=\"pieces\" min=\"1\" max=\"1\"");
    review.says("id=\"review-pieces-error\" role=\"alert\">Anda masih bisa menukar 1");
    let detail = send(&server, "/plain/reward", &fields[..2]).await;
    detail.says("max=\"1\"").says("Anda masih bisa menukar 1");
}

#[tokio::test]
async fn another_number_of_pieces_is_worked_out_before_anything_is_held() {
    let server = Server::new(vec![limited()]).await;
    let server = server.with(|config| config.widget_dir = pages().to_owned()).await;
    let sari = server.sign_in(PHONE).await;
    let first = send(&server, "/plain/review", &[("session", &sari.token), ("reward", "kopi")]).await;
    let (attempt, version) = (first.hidden("attempt"), first.hidden("version"));
    let fields = [
        ("session", sari.token.as_str()),
        ("reward", "kopi"),
        ("quantity", "1"),
        ("pieces", "2"),
        ("points", "1000"),
        ("version", &version),
        ("attempt", &attempt),
    ];
    let second = send(&server, "/plain/redeem", &fields).await;
    assert_eq!((second.hidden("quantity").as_str(), second.hidden("points").as_str()), ("2", "2000"));
    assert_eq!((second.hidden("attempt"), server.count("redemptions").await), (attempt, 0));
}

#[tokio::test]
async fn an_old_receipt_tells_the_points_of_its_own_day() {
    let server = Server::new(vec![reward("kopi")]).await;
    let server = server.with(|config| config.widget_dir = pages().to_owned()).await;
    let sari = server.sign_in(PHONE).await;
    let redeem = async || {
        let id = sari.hold("kopi").await;
        let code = server.code().await;
        (id.clone(), sari.confirm(&id, &code).await.is(200).json())
    };
    let (first, told) = redeem().await;
    assert_eq!((&told["available"], &told["left"]), (&json!(4_000), &json!(4_000)));
    redeem().await;
    let again = sari.redemption(&first).await;
    assert_eq!((&again["available"], &again["left"]), (&json!(3_000), &json!(4_000)));
    server.later(2 * 3_600);
    let sari = server.sign_in(PHONE).await;
    let look = [("session", sari.token.as_str()), ("attempt", &first), ("tab", "history")];
    let old = send(&server, "/plain/redemption", &look).await;
    old.says("Sisa poin setelah penukaran ini").says("4.000 poin").says("Voucher Anda").says("Kembali");
    assert!(!old.html.contains("Berhasil ditukar") && !old.html.contains("3.000 poin"), "{}", old.html);
}

#[tokio::test]
async fn pending_points_count_towards_what_is_missing_with_the_day_on_which_they_come() {
    let mut dear = reward("kopi");
    dear.points = 6_000;
    let server = Server::new(vec![dear]).await;
    let server = server.with(|config| config.widget_dir = pages().to_owned()).await;
    for (lot, points, days) in [("p1", 400, 1), ("p2", 700, 2), ("p3", 50, 9)] {
        let (app, now) = (&server.app, server.now());
        let earned = Earned {
            lot_id: lot.to_owned(),
            points,
            at: now,
            expiry: Expiry::EndOfMonth(12),
            grant_at: Some(now.plus_ms(days * i64::from(DAY) * 1_000)),
            source: Bilingual { id: "Paket".to_owned(), en: "Package".to_owned() },
        };
        app.store
            .transact("test", async |conn| points::earn(app, conn, ("m1", earned.clone())).await)
            .await
            .unwrap();
    }
    let sari = server.sign_in(PHONE).await;
    let by = |days: i64| json!(server.now().plus_ms(days * i64::from(DAY) * 1_000).to_string());
    let reason =
        json!({"code": "short_of_points", "missing": 1_000, "coming": {"points": 1_100, "by": by(2)}});
    assert_eq!(sari.quote("kopi", 1).await["reasons"], json!([reason]));
    let eligibility = sari.get("/v1/me/eligibility").await.is(200).json();
    assert_eq!(eligibility["refused"]["kopi"], json!([reason]));
    let balance = sari.get("/v1/me/balance").await.is(200).json();
    assert_eq!((&balance["pending"], &balance["pending_by"]), (&json!(1_150), &by(9)));
    let pending: Vec<_> = balance["lots"].as_array().unwrap().iter().map(|lot| &lot["grant_at"]).collect();
    assert!(pending.contains(&&by(1)) && pending.contains(&&Value::Null), "{pending:?}");
    let home = send(&server, "/plain/home", &[("session", &sari.token)]).await;
    home.says("Kurang 1.000 poin. 1.100 poin akan masuk, paling lambat")
        .says("1.150 poin akan masuk, paling lambat");
}

fn goods() -> Reward {
    Reward { needs: Needs::Address, ..reward("kopi") }
}

#[tokio::test]
async fn an_address_is_sent_whole_or_refused_and_kept_as_it_was_typed() {
    let server = Server::new(vec![goods()]).await;
    let server = server.with(|config| config.widget_dir = pages().to_owned()).await;
    let sari = server.sign_in(PHONE).await;
    let ask = async |address: Value| {
        let mut asking = sari.asking("kopi", 1).await;
        asking["recipient"] = json!({"address": address});
        sari.send(&asking).await
    };
    let street = format!("Jl. Melati 5{}, RT 03", " blok".repeat(55));
    assert_eq!(street.len(), 294);
    let whole = json!({"name": "Sari Dewi", "street": street, "district": "Coblong", "city": "Bandung",
        "province": "Jawa Barat", "postal_code": "40115", "phone": ""});
    let held = ask(whole.clone()).await.is(201).json();
    let shown = format!("Sari Dewi\n{street}\nCoblong, Bandung 40115\nJawa Barat\n0812••••890");
    assert_eq!(held["recipient"], json!(shown), "in lines, with the member's own number for the courier");
    // As clients wrote it before there were districts and provinces.
    let old = json!({"name": "Sari", "street": "Jl. Melati 5", "city": "Bandung", "postal_code": "40115", "phone": "081234567890"});
    ask(old).await.is(201);

    let mut long = whole.clone();
    long["street"] = json!("é".repeat(301));
    let refused = ask(long).await.is(422).refuses("invalid").json();
    assert_eq!(refused["fields"][0]["field"], "recipient.address.street");
    for blank in ["\u{200b}\u{feff}", " \u{2060} ", "\u{3164}"] {
        let mut unseen = whole.clone();
        unseen["name"] = json!(blank);
        let refused = ask(unseen).await.is(422).refuses("invalid").json();
        assert_eq!(refused["fields"][0]["field"], "recipient.address.name", "{blank:?}");
    }
}

#[tokio::test]
async fn a_form_with_a_long_address_keeps_all_of_it_and_says_which_field_is_wrong() {
    let server = Server::new(vec![goods()]).await;
    let server = server.with(|config| config.widget_dir = pages().to_owned()).await;
    let sari = server.sign_in(PHONE).await;
    let review = send(&server, "/plain/review", &[("session", &sari.token), ("reward", "kopi")]).await;
    review.says("name=\"province\"").says("Kosongkan untuk memakai nomor Anda, 0812••••890.");
    assert!(!review.html.contains("maxlength"), "a field that cuts");
    let (attempt, version) = (review.hidden("attempt"), review.hidden("version"));
    let street = "Jalan".repeat(70);
    let fields = [
        ("session", sari.token.as_str()),
        ("reward", "kopi"),
        ("quantity", "1"),
        ("points", "1000"),
        ("version", &version),
        ("attempt", &attempt),
        ("name", "\u{200b}"),
        ("street", &street),
        ("city", ""),
        ("postal_code", "40115"),
        ("courier_phone", ""),
    ];
    let refused = send(&server, "/plain/redeem", &fields).await;
    refused.says(&street).says("Isi nama penerima.").says("Isi kota atau kabupaten.");
    refused.says("Terlalu panjang: 350 karakter, maksimal 300.");
    assert_eq!(server.count("redemptions").await, 0);
}

#[tokio::test]
async fn codes_can_be_hidden_again_in_the_session_that_shows_them() {
    let server = Server::new(vec![reward("kopi")]).await;
    let server = server.with(|config| config.widget_dir = pages().to_owned()).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    sari.confirm(&id, &code).await.is(200);
    assert!(sari.get("/v1/vouchers").await.json()["open_until"].is_string());
    sari.post("/v1/locker/close", None, json!({})).await.is(204);
    let page = sari.get("/v1/vouchers").await.is(200).json();
    assert_eq!((&page["open_until"], &page["vouchers"][0]["code"]), (&Value::Null, &Value::Null));
    sari.post("/v1/locker/close", None, json!({})).await.is(204);
    let closed = send(&server, "/plain/locker/close", &[("session", &sari.token)]).await;
    closed.says("••••-••••-").says("Kode voucher disembunyikan");
}

#[tokio::test]
async fn a_barred_account_reads_the_same_at_home_on_a_reward_and_before_redeeming() {
    let server = Server::empty(vec![reward("kopi")]).await;
    let server = server.with(|config| config.widget_dir = pages().to_owned()).await;
    let mut dewi = crate::server::member("m1", Some(PHONE), None);
    dewi.state = tukar_domain::eligibility::AccountState::NotVerified;
    server.enrol(dewi).await;
    server.earn("m1", "a", 5_000, Expiry::Never).await;
    let dewi = server.sign_in(PHONE).await;
    let note = dewi.get("/v1/me").await.is(200).json()["state_note"].as_str().unwrap().to_owned();
    for (path, tab) in [("/plain/home", ""), ("/plain/reward", "kopi"), ("/plain/review", "kopi")] {
        let page = send(&server, path, &[("session", &dewi.token), ("reward", tab)]).await;
        page.says(&note).says("Buka Bantuan");
    }
}
