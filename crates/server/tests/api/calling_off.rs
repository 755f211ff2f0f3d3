//! A hold whose deal changed is let go, and only such a one.

use crate::server::{DAY, EMAIL, PHONE, Server, Visitor, member, reward, wrong};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tukar_server::catalogue::{Bilingual, PromotionRow, Reward};

/// Each lot with what is available and held.
async fn lots(sari: &Visitor<'_>) -> Vec<(String, i64, i64)> {
    let balance = sari.get("/v1/me/balance").await.is(200).json();
    let number = |lot: &Value, name: &str| lot[name].as_i64().unwrap();
    let lots = balance["lots"].as_array().unwrap().iter();
    let mut lots: Vec<_> = lots
        .map(|lot| (lot["id"].as_str().unwrap().to_owned(), number(lot, "available"), number(lot, "held")))
        .collect();
    lots.sort();
    lots
}

/// The hold is over, its points are where they came from, and every later step says the same.
async fn is_called_off(sari: &Visitor<'_>, (id, code): (&str, &str), before: &[(String, i64, i64)]) {
    let server = sari.server;
    let first = sari.confirm_as(id, code, "k").await.is(409).refuses("order-changed");
    assert!(!first.json()["next"].as_str().unwrap().is_empty());
    assert_eq!(lots(sari).await, before);
    server.later(70);
    assert_eq!(sari.confirm_as(id, code, "k").await.is(409).bytes, first.bytes, "the same key again");
    sari.confirm_as(id, &wrong(code), "k").await.is(422).refuses("key-reused");
    let (one, two) = tokio::join!(sari.confirm_as(id, code, "x"), sari.confirm_as(id, code, "y"));
    assert_eq!((one.bytes, two.bytes), (first.bytes.clone(), first.bytes.clone()), "another key");
    let resent = sari.post(&format!("/v1/redemptions/{id}/resend"), Some("r"), json!({})).await.is(409);
    assert_eq!(resent.bytes, first.bytes);
    let cancelled = sari.cancel(id).await.is(200).json();
    assert_eq!(cancelled["state"], "voided");
    let history = sari.get("/v1/me/activity").await.is(200).json();
    let kinds: Vec<_> = history["activities"].as_array().unwrap().iter().map(|row| &row["kind"]).collect();
    assert_eq!(kinds[..2], ["released", "held"]);
    assert_eq!(lots(sari).await, before);
    assert_eq!(server.count("vouchers").await, 0);
}

#[tokio::test]
async fn a_bound_field_that_was_changed_lets_the_hold_go_and_each_lot_has_its_points_again() {
    // What was changed, and how it is put right before the audit, which finds it by itself.
    for (change, mend) in [
        ("UPDATE redemptions SET quantity = 1", ""),
        ("UPDATE redemptions SET points = 1", "UPDATE redemptions SET points = 3000"),
        ("UPDATE redemptions SET reward_id = 'roti'", ""),
        ("UPDATE redemptions SET recipient = '+6281299990000'", ""),
        ("UPDATE redemptions SET price_version = 'other'", ""),
        ("UPDATE challenges SET partner_id = 'kopi'", ""),
        ("UPDATE challenges SET deal_hmac = (SELECT body_hash FROM redemptions)", ""),
        ("UPDATE rewards SET points = 900 WHERE id = 'kopi'", ""),
        ("UPDATE rewards SET voucher_days = 3 WHERE id = 'kopi'", ""),
    ] {
        let server = Server::new(vec![reward("kopi"), reward("roti")]).await;
        let sari = server.sign_in(PHONE).await;
        let before = lots(&sari).await;
        let asking = sari.asking("kopi", 3).await;
        let id = asking["id"].as_str().unwrap();
        let held = sari.send(&asking).await.is(201);
        assert_ne!(lots(&sari).await, before);
        let code = server.code().await;
        server.tamper(change).await;
        is_called_off(&sari, (id, &code), &before).await;
        assert_eq!(sari.send(&asking).await.is(200).bytes, held.bytes, "the attempt's own replay: {change}");
        server.tamper(mend).await;
        server.audit("m1").await;
    }
}

#[tokio::test]
async fn a_code_of_another_hold_lets_both_alone_and_a_challenge_put_in_its_place_lets_go() {
    let server = Server::new(vec![reward("kopi"), reward("roti")]).await;
    let sari = server.sign_in(PHONE).await;
    let kopi = sari.hold("kopi").await;
    let first = server.code().await;
    let roti = sari.hold("roti").await;
    let second = server.code().await;
    if first != second {
        sari.confirm(&roti, &first).await.refuses("code-wrong");
    }
    assert_eq!(sari.points().await, (3_000, 2_000));
    server.tamper(
        "UPDATE redemptions SET challenge_id = (SELECT challenge_id FROM redemptions WHERE reward_id = 'roti')",
    )
    .await;
    sari.confirm(&kopi, &second).await.is(409).refuses("order-changed");
    sari.confirm(&roti, &second).await.is(200);
    assert_eq!(sari.points().await, (4_000, 0));
    server.audit("m1").await;
}

#[tokio::test]
async fn another_price_or_terms_since_the_hold_let_it_go_and_a_promotion_that_ends_by_its_date_does_not() {
    let now = crate::server::START;
    let mut cheap = reward("kopi");
    cheap.promotion = Some(PromotionRow {
        points: 800,
        label: Bilingual { id: "Hemat".to_owned(), en: "Save".to_owned() },
        starts_at: None,
        ends_at: Some(now.plus_ms(60_000)),
    });
    let server = Server::new(vec![cheap.clone()]).await;
    let sari = server.sign_in(PHONE).await;
    // Began in time: the agreed price counts, also when the reward is hidden meanwhile.
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    server.later(120);
    server.set_rewards(vec![]).await;
    let done = sari.confirm(&id, &code).await.is(200).json();
    assert_eq!(done["points"], 800);

    for change in [
        &(|reward: &mut Reward| reward.points = 1_200) as &dyn Fn(&mut Reward),
        &|reward| reward.points = 700,
        &|reward| reward.terms.id.push("Hanya hari Senin.".to_owned()),
    ] {
        server.later(DAY / 4);
        let sari = server.sign_in(EMAIL).await;
        server.set_rewards(vec![reward("kopi")]).await;
        let before = sari.points().await;
        let id = sari.hold("kopi").await;
        let code = server.code().await;
        let mut other = reward("kopi");
        change(&mut other);
        server.set_rewards(vec![other]).await;
        // A wrong code says it too: no code will ever count for this hold.
        sari.confirm(&id, &wrong(&code)).await.is(409).refuses("order-changed");
        sari.confirm(&id, &code).await.is(409).refuses("order-changed");
        assert_eq!(sari.points().await, before);
    }
    let wrong: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM attempts_counted WHERE what = 'wrong'")
        .fetch_one(&mut *server.app.store.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(wrong, 0, "nothing was compared");
    server.audit("m1").await;
}

#[tokio::test]
async fn a_new_code_is_not_sent_for_what_was_changed() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    server.later(30);
    let sent = server.post.sent.lock().unwrap().len();
    server.tamper("UPDATE redemptions SET recipient = '+6281299990000'").await;
    let path = format!("/v1/redemptions/{id}/resend");
    let first = sari.post(&path, Some("r"), json!({})).await.is(409).refuses("order-changed");
    assert_eq!(sari.post(&path, Some("r"), json!({})).await.is(409).bytes, first.bytes);
    assert_eq!(sari.confirm(&id, &code).await.is(409).bytes, first.bytes);
    server.work().await;
    assert_eq!(server.post.sent.lock().unwrap().len(), sent);
    assert_eq!(sari.points().await, (5_000, 0));
    server.audit("m1").await;
}

#[tokio::test]
async fn who_guesses_or_has_no_session_lets_no_hold_go() {
    let server = Server::new(vec![reward("kopi")]).await;
    server.enrol(member("m2", Some("+6281200000002"), None)).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    let other = server.sign_in("+6281200000002").await;
    let path = format!("/v1/redemptions/{id}/confirm");
    for _ in 0..6 {
        other.confirm(&id, &wrong(&code)).await.is(404);
        let body = Some(json!({"code": wrong(&code)}));
        server.ask(("POST", &path), (None, Some("k")), body).await.is(401);
    }
    sari.confirm(&id, &wrong(&code)).await.is(422).refuses("code-wrong");
    assert_eq!(sari.points().await, (4_000, 1_000));
    sari.confirm(&id, &code).await.is(200);
    server.audit("m1").await;
}

/// What an import may change while a hold runs, and that changes nothing of what was agreed on: docs/CATALOGUE.md says which.
#[tokio::test]
async fn a_reward_hidden_closed_sold_out_or_limited_since_the_hold_is_still_given_to_who_began_in_time() {
    type Change = (&'static str, fn(&mut Reward));
    let changes: [Change; 8] = [
        ("hidden", |reward| reward.visible_until = Some(crate::server::START)),
        ("closed", |reward| reward.closes_at = Some(crate::server::START)),
        ("sold out", |reward| reward.stock_total = Some(0)),
        ("limited", |reward| {
            reward.limit = Some(tukar_wire::Limit { count: 1, per: tukar_wire::LimitPeriod::Ever });
        }),
        ("for a tier", |reward| reward.tiers = vec!["platinum".to_owned()]),
        ("for a balance", |reward| reward.balance_min = Some(1_000_000)),
        ("for one piece", |reward| reward.quantity_max = 1),
        ("used in another way", |reward| reward.how_to_use.id = "Tunjukkan di kasir".to_owned()),
    ];
    for (what, change) in changes {
        let mut limited = reward("kopi");
        limited.stock_total = Some(3);
        let server = Server::new(vec![limited.clone()]).await;
        let sari = server.sign_in(PHONE).await;
        let asking = sari.asking("kopi", 2).await;
        sari.send(&asking).await.is(201);
        let code = server.code().await;
        let mut other = limited;
        change(&mut other);
        server.set_rewards(vec![other.clone()]).await;
        let id = asking["id"].as_str().unwrap();
        let done = sari.confirm(id, &code).await.is(200).json();
        assert_eq!(
            (&done["points"], done["vouchers"].as_array().unwrap().len()),
            (&json!(2_000), 2),
            "{what}"
        );
        // Instructions are those of the moment of issue: a merchant's correction reaches who gets the voucher now.
        assert_eq!(done["vouchers"][0]["how_to_use"], json!(other.how_to_use.id), "{what}");
        server.audit("m1").await;
    }
}
