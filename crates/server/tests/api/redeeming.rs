use crate::server::{DAY, EMAIL, PHONE, Server, Visitor, member, reward, wrong};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use tukar_domain::{calendar::Expiry, eligibility::AccountState};
use tukar_server::catalogue::{Bilingual, PromotionRow, Reward};
use tukar_wire::{Limit, LimitPeriod, Needs, RewardKind};

#[tokio::test]
async fn a_right_code_spends_the_points_and_gives_the_voucher() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let quote = sari.quote("kopi", 3).await;
    assert_eq!(quote["points"], 3_000);
    assert_eq!(quote["left"], 2_000);
    assert_eq!(quote["reasons"], json!([]));
    let paid: Vec<_> =
        quote["paid_by"].as_array().unwrap().iter().map(|part| (&part["lot_id"], &part["points"])).collect();
    assert_eq!(
        paid,
        [(&json!("a"), &json!(2_000)), (&json!("b"), &json!(1_000))],
        "what ends first pays first"
    );

    let asking = sari.asking("kopi", 3).await;
    let id = asking["id"].as_str().unwrap();
    let held = sari.send(&asking).await.is(201).json();
    assert_eq!((&held["state"], &held["available"]), (&json!("held"), &json!(2_000)));
    assert_eq!(held["code"]["sent_to"], "0812••••890");
    assert_eq!(sari.points().await, (2_000, 3_000));
    let text = server.message().await.text;
    assert!(text.contains("Voucher Kopi, 3.000 poin, di tukar.example.id"), "{text}");
    assert!(text.contains("\n@tukar.example.id #"), "{text}");

    let code = server.code().await;
    let done = sari.confirm(id, &code).await.is(200).json();
    assert_eq!((&done["state"], &done["available"]), (&json!("fulfilled"), &json!(2_000)));
    let vouchers = done["vouchers"].as_array().unwrap();
    assert_eq!(vouchers.len(), 3);
    for voucher in vouchers {
        assert_eq!(voucher["state"], "ready");
        assert_eq!(voucher["code"].as_str().unwrap().len(), "7F3K-29QD-XM4T".len());
        assert!(voucher["qr"]["path"].is_string() && voucher["barcode"]["path"].is_string());
    }
    assert_eq!(sari.points().await, (2_000, 0));
    let history = sari.get("/v1/me/activity").await.is(200).json();
    let first = &history["activities"][0];
    assert_eq!(
        (&first["kind"], &first["points"], &first["redemption_id"]),
        (&json!("spent"), &json!(-3_000), &json!(id))
    );
    server.audit("m1").await;
}

#[tokio::test]
async fn a_confirmation_sent_again_gets_the_same_bytes_and_no_second_voucher() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    let first = sari.confirm_as(&id, &code, "k").await.is(200);
    server.later(300);
    server.work().await;
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    assert_eq!(sari.confirm_as(&id, &spaced, "k").await.is(200).bytes, first.bytes);
    server.later(3_600);
    let sari = server.sign_in(EMAIL).await;
    let told = sari.confirm_as(&id, &spaced, "k").await.is(200).json();
    assert_eq!(
        (&told["reference"], &told["vouchers"][0]["code"]),
        (&first.json()["reference"], &Value::Null)
    );
    sari.confirm_as(&id, &wrong(&code), "k").await.is(422).refuses("key-reused");
    sari.confirm_as(&id, &code, "other").await.is(409).refuses("wrong-state");
    assert_eq!(server.count("vouchers").await, 1);
    server.audit("m1").await;
}

#[tokio::test]
async fn an_attempt_sent_again_is_the_same_hold_and_another_body_is_refused() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let asking = sari.asking("kopi", 1).await;
    let key = asking["id"].as_str();
    sari.post("/v1/redemptions", None, asking.clone()).await.is(400).refuses("key-missing");
    sari.post("/v1/redemptions", Some("x"), asking.clone()).await.is(422).refuses("invalid");
    let first = sari.post("/v1/redemptions", key, asking.clone()).await.is(201);
    server.later(20);
    let again = sari.post("/v1/redemptions", key, asking.clone()).await.is(200);
    assert_eq!(again.bytes, first.bytes);
    let mut other = asking.clone();
    other["quantity"] = json!(2);
    other["points"] = json!(2_000);
    sari.post("/v1/redemptions", key, other).await.is(422).refuses("key-reused");
    assert_eq!(sari.points().await, (4_000, 1_000));
    assert_eq!(server.count("redemptions").await, 1);
    server.audit("m1").await;
}

#[tokio::test]
async fn five_wrong_codes_lock_the_code_and_leave_the_points() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    for tries_left in [4, 3, 2, 1] {
        let key = format!("try-{tries_left}");
        let refused = sari.confirm_as(&id, &wrong(&code), &key).await.is(422).refuses("code-wrong").json();
        assert_eq!(refused["tries_left"], tries_left);
    }
    sari.confirm(&id, &wrong(&code)).await.is(422).refuses("code-locked");
    sari.confirm(&id, &code).await.is(422).refuses("code-locked");
    assert_eq!(sari.points().await, (4_000, 1_000));
    sari.cancel(&id).await.is(200);
    assert_eq!(sari.points().await, (5_000, 0));
    assert_eq!(server.count("vouchers").await, 0);
    server.audit("m1").await;
}

#[tokio::test]
async fn the_same_request_with_a_wrong_code_is_one_try() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    for _ in 0..20 {
        let refused = sari.confirm_as(&id, &wrong(&code), "k").await.is(422).refuses("code-wrong").json();
        assert_eq!(refused["tries_left"], 4);
    }
    assert_eq!(server.count("attempts_counted WHERE what = 'wrong'").await, 1);
    // Another code, or the same one typed anew, is another try; so is any after a new code.
    sari.confirm_as(&id, &wrong(&wrong(&code)), "k").await.is(422).refuses("code-wrong");
    sari.confirm_as(&id, &wrong(&code), "l").await.is(422).refuses("code-wrong");
    server.later(30);
    sari.post(&format!("/v1/redemptions/{id}/resend"), Some("r"), json!({})).await.is(200);
    let renewed = server.code().await;
    let typed = if wrong(&code) == renewed { wrong(&renewed) } else { wrong(&code) };
    let refused = sari.confirm_as(&id, &typed, "l").await.is(422).refuses("code-wrong").json();
    assert_eq!(refused["tries_left"], 4);
    assert_eq!(server.count("attempts_counted WHERE what = 'wrong'").await, 4);
    sari.confirm(&id, &renewed).await.is(200);
}

#[tokio::test]
async fn a_redemption_of_thousands_of_pieces_that_could_be_held_is_confirmed() {
    let mut cheap = reward("cheap");
    (cheap.points, cheap.quantity_max) = (1, 8_000);
    let server = Server::empty(vec![cheap]).await;
    server.enrol(crate::server::member("m1", Some(PHONE), None)).await;
    server.earn("m1", "a", 10_000, tukar_domain::calendar::Expiry::Never).await;
    let sari = server.sign_in(PHONE).await;
    let asking = sari.asking("cheap", 8_000).await;
    sari.send(&asking).await.is(201);
    let code = server.code().await;
    sari.confirm(asking["id"].as_str().unwrap(), &code).await.is(200);
    assert_eq!((sari.points().await, server.count("vouchers").await), ((2_000, 0), 8_000));
    server.audit("m1").await;
}

#[tokio::test]
async fn what_was_held_is_issued_whatever_kind_an_import_has_made_of_it() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let asking = sari.asking("kopi", 3).await;
    sari.send(&asking).await.is(201);
    let code = server.code().await;
    let mut other = reward("kopi");
    other.kind = tukar_wire::RewardKind("airtime".to_owned());
    server.set_rewards(vec![other]).await;
    let done = sari.confirm(asking["id"].as_str().unwrap(), &code).await.is(200).json();
    let vouchers = done["vouchers"].as_array().unwrap();
    assert_eq!(vouchers.len(), 3);
    assert!(
        vouchers.iter().all(|voucher| voucher["code"].is_string() && voucher["state"] == "ready"),
        "{done}"
    );
}

#[tokio::test]
async fn a_locked_code_is_replaced_by_a_new_one_until_the_hour_is_full() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let resend = format!("/v1/redemptions/{id}/resend");
    for wait in [30, 60] {
        let code = server.code().await;
        for number in 0..5 {
            sari.confirm_as(&id, &wrong(&code), &format!("try-{wait}-{number}")).await.is(422);
        }
        server.later(wait);
        sari.post(&resend, Some("r"), json!({})).await.is(200);
    }
    let code = server.code().await;
    let full = sari.confirm(&id, &code).await.is(429).refuses("too-many");
    assert!(full.json()["retry_at"].is_string());
    assert_eq!(sari.points().await, (4_000, 1_000));
}

#[tokio::test]
async fn a_hold_without_a_code_ends_and_the_points_come_back() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    let open = sari.get("/v1/redemptions").await.is(200).json();
    assert_eq!(open["redemptions"][0]["id"], json!(id));
    server.later(900);
    // No worker has run: what is read is true all the same.
    assert_eq!(sari.points().await, (5_000, 0));
    assert_eq!(sari.redemption(&id).await["state"], "expired");
    sari.confirm(&id, &code).await.is(409).refuses("wrong-state");
    let open = sari.get("/v1/redemptions").await.is(200).json();
    assert_eq!(open["redemptions"], json!([]));
    server.work().await;
    let history = sari.get("/v1/me/activity").await.json();
    let kinds: Vec<_> =
        history["activities"].as_array().unwrap().iter().map(|row| row["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds[..2], ["released", "held"]);
    server.audit("m1").await;
}

#[tokio::test]
async fn the_worker_ends_a_hold_that_nobody_asks_about() {
    let mut few = reward("few");
    few.stock_total = Some(1);
    let server = Server::new(vec![few]).await;
    let sari = server.sign_in(PHONE).await;
    sari.hold("few").await;
    assert_eq!(sari.quote("few", 1).await["reasons"][0]["code"], "out_of_stock");
    server.later(900);
    server.work().await;
    let held: i64 = sqlx::query_scalar("SELECT CAST(SUM(held) AS BIGINT) FROM lots")
        .fetch_one(&mut *server.app.store.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(held, 0);
    assert_eq!(sari.quote("few", 1).await["reasons"], json!([]));
    server.audit("m1").await;
}

#[tokio::test]
async fn cancelling_gives_the_points_back_once() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    let path = format!("/v1/redemptions/{id}/cancel");
    sari.post(&path, None, json!({})).await.is(400).refuses("key-missing");
    for _ in 0..2 {
        let cancelled = sari.cancel(&id).await.is(200).json();
        assert_eq!((&cancelled["state"], &cancelled["available"]), (&json!("voided"), &json!(5_000)));
    }
    sari.confirm(&id, &code).await.is(409).refuses("wrong-state");
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    sari.confirm(&id, &code).await.is(200);
    sari.cancel(&id).await.is(409).refuses("wrong-state");
    server.audit("m1").await;
}

#[tokio::test]
async fn a_resent_code_kills_the_old_one_and_may_go_another_way() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let old = server.code().await;
    let path = format!("/v1/redemptions/{id}/resend");
    sari.post(&path, Some("r"), json!({"channel": "email"})).await.is(429);
    server.later(30);
    let answer = sari.post(&path, Some("r"), json!({"channel": "email"})).await.is(200).json();
    assert_eq!(answer["code"]["sent_to"], "s•••@example.id");
    assert_eq!(server.message().await.to, EMAIL);
    let new = server.code().await;
    if old != new {
        sari.confirm(&id, &old).await.refuses("code-wrong");
    }
    sari.confirm(&id, &new).await.is(200);
}

#[tokio::test]
async fn a_code_that_ended_is_refused_and_a_new_one_works() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    server.later(300);
    sari.confirm(&id, &code).await.is(422).refuses("code-ended");
    sari.post(&format!("/v1/redemptions/{id}/resend"), Some("r"), json!({})).await.is(200);
    let code = server.code().await;
    sari.confirm(&id, &code).await.is(200);
    server.audit("m1").await;
}

#[tokio::test]
async fn a_price_that_changed_since_the_quote_is_refused() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let asking = sari.asking("kopi", 1).await;
    let mut cheaper = reward("kopi");
    cheaper.promotion = Some(PromotionRow {
        points: 800,
        label: Bilingual { id: "Hemat".to_owned(), en: "Save".to_owned() },
        starts_at: None,
        ends_at: None,
    });
    server.set_rewards(vec![cheaper]).await;
    sari.send(&asking).await.is(409).refuses("price-changed");
    let mut lying = sari.asking("kopi", 1).await;
    lying["points"] = json!(1);
    sari.send(&lying).await.is(409).refuses("price-changed");
    assert_eq!(sari.points().await, (5_000, 0));
    let asking = sari.asking("kopi", 1).await;
    assert_eq!(asking["points"], 800);
    sari.send(&asking).await.is(201);
}

fn reasons(answer: &Value) -> Vec<&str> {
    answer["reasons"].as_array().unwrap().iter().map(|reason| reason["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn every_rule_is_told_before_and_kept_by_the_redemption() {
    let now = crate::server::START;
    type Rule<'a> = (&'a str, &'a dyn Fn(&mut Reward));
    let list: [Rule<'_>; 6] = [
        ("tier", &|reward| reward.tiers = vec!["platinum".to_owned()]),
        ("out_of_stock", &|reward| reward.stock_total = Some(0)),
        ("not_open_yet", &|reward| reward.opens_at = Some(now.plus_ms(3_600_000))),
        ("closed", &|reward| reward.closes_at = Some(now)),
        ("below_minimum_balance", &|reward| reward.balance_min = Some(5_001)),
        ("short_of_points", &|reward| reward.points = 5_001),
    ];
    let ruled = |(word, change): &Rule<'_>| {
        let mut reward = reward(word);
        change(&mut reward);
        reward
    };
    let rewards = list.iter().map(ruled).collect();
    let server = Server::new(rewards).await;
    let sari = server.sign_in(PHONE).await;
    let all = sari.get("/v1/me/eligibility").await.is(200).json();
    for (word, _) in &list {
        assert_eq!(all["refused"][word][0]["code"], *word);
        assert_eq!(reasons(&sari.quote(word, 1).await), [*word]);
        let asking = sari.asking(word, 1).await;
        let refused = sari.send(&asking).await.is(422).refuses("not-eligible").json();
        assert_eq!(reasons(&refused), [*word]);
        let one = sari.get(&format!("/v1/me/eligibility?reward={word}")).await.is(200).json();
        assert_eq!(one["refused"].as_object().unwrap().len(), 1);
    }
    sari.get("/v1/me/eligibility?reward=nothing").await.is(404);
    assert_eq!(sari.points().await, (5_000, 0));
    assert_eq!(server.count("redemptions").await, 0);
}

#[tokio::test]
async fn a_limit_counts_holds_frees_what_was_cancelled_and_begins_anew_at_midnight() {
    let mut daily = reward("daily");
    daily.limit = Some(Limit { count: 2, per: LimitPeriod::Day });
    let server = Server::new(vec![daily]).await;
    let sari = server.sign_in(PHONE).await;
    let first = sari.hold("daily").await;
    sari.hold("daily").await;
    let asking = sari.asking("daily", 1).await;
    let refused = sari.send(&asking).await.is(422).refuses("not-eligible").json();
    assert_eq!(refused["reasons"][0]["code"], "limit_reached");
    assert_eq!(refused["reasons"][0]["again_at"], "2026-11-24T17:00:00.000Z");
    sari.cancel(&first).await.is(200);
    let id = sari.hold("daily").await;
    let code = server.code().await;
    sari.confirm(&id, &code).await.is(200);
    server.later(DAY);
    let sari = server.sign_in(PHONE).await;
    sari.hold("daily").await;
    server.audit("m1").await;
}

#[tokio::test]
async fn who_is_not_verified_or_suspended_looks_but_does_not_redeem() {
    let server = Server::empty(vec![reward("kopi")]).await;
    for (id, phone, state, word) in [
        ("n", "+6281234567801", AccountState::NotVerified, "number_not_verified"),
        ("s", "+6281234567802", AccountState::Suspended, "account_suspended"),
    ] {
        let mut row = member(id, Some(phone), None);
        row.state = state;
        server.enrol(row).await;
        server.earn(id, "a", 10_000, Expiry::Never).await;
        let visitor = server.sign_in(phone).await;
        assert!(!visitor.get("/v1/me").await.json()["state_note"].as_str().unwrap().is_empty());
        assert_eq!(visitor.points().await, (10_000, 0));
        let asking = visitor.asking("kopi", 1).await;
        let refused = visitor.send(&asking).await.is(422).refuses("not-eligible").json();
        assert_eq!(reasons(&refused), [word]);
    }
}

#[tokio::test]
async fn a_member_who_is_suspended_after_the_hold_does_not_confirm() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    server
        .app
        .store
        .transact("test", async |conn| {
            sqlx::query("UPDATE members SET state = 'suspended'").execute(conn).await.map(|_| ())
        })
        .await
        .unwrap();
    let refused = sari.confirm(&id, &code).await.is(422).refuses("not-eligible").json();
    assert_eq!(reasons(&refused), ["account_suspended"]);
    sari.cancel(&id).await.is(200);
    assert_eq!(sari.points().await, (5_000, 0));
}

#[tokio::test]
async fn airtime_goes_to_the_number_and_goods_to_the_address() {
    let mut airtime = reward("pulsa");
    (airtime.kind, airtime.needs) = (RewardKind("airtime".to_owned()), Needs::Phone);
    let mut goods = reward("payung");
    (goods.kind, goods.needs) = (RewardKind("goods".to_owned()), Needs::Address);
    let server = Server::new(vec![airtime, goods, reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let with = async |reward: &str, recipient: Value| {
        let mut asking = sari.asking(reward, 1).await;
        asking["recipient"] = recipient;
        sari.send(&asking).await
    };
    assert_eq!(sari.quote("pulsa", 1).await["own_phone_masked"], "0812••••890");
    for (reward, recipient, field) in [
        ("pulsa", json!({"phone": "12"}), "recipient.phone"),
        ("pulsa", json!({"phone": "+14155552671"}), "recipient.phone"),
        ("kopi", json!("own_phone"), "recipient"),
        ("payung", Value::Null, "recipient.address"),
    ] {
        let refused = with(reward, recipient).await.is(422).refuses("invalid").json();
        assert_eq!(refused["fields"][0]["field"], field, "{refused}");
    }
    for typed in ["021 3456789", "0800 1234567", "1500888", "0809 1234567"] {
        let refused = with("pulsa", json!({ "phone": typed })).await.is(422).refuses("invalid").json();
        assert_eq!(refused["fields"][0]["field"], "recipient.phone");
        let message = refused["fields"][0]["message"].as_str().unwrap();
        assert!(message.starts_with("Ini bukan nomor ponsel."), "{typed}: {message}");
    }
    let bad = json!({"address": {"name": "", "street": "x".repeat(301), "city": "Bogor", "postal_code": "1612", "phone": "1"}});
    let refused = with("payung", bad).await.is(422).json();
    let fields: Vec<_> =
        refused["fields"].as_array().unwrap().iter().map(|field| field["field"].as_str().unwrap()).collect();
    let named = ["name", "street", "postal_code", "phone"].map(|part| format!("recipient.address.{part}"));
    assert_eq!(fields, named);
    let good = json!({"name": "Sari", "street": "Jl. Melati 5", "district": "Coblong", "city": "Bogor",
        "province": "Jawa Barat", "postal_code": "16120", "phone": "\u{202a}0812\u{a0}3456\u{a0}7899\u{202c}"});
    for hidden in [
        "\u{1}", "\t", "\n", "\u{1f}", "\u{7f}", "\u{9f}", "\u{200b}", "\u{200f}", "\u{202e}", "\u{2066}",
        "\u{feff}",
    ] {
        for part in ["name", "street", "district", "city", "province"] {
            let mut address = good.clone();
            address[part] = json!(format!("Ja{hidden}lan"));
            let refused =
                with("payung", json!({ "address": address })).await.is(422).refuses("invalid").json();
            assert_eq!(
                refused["fields"][0]["field"],
                json!(format!("recipient.address.{part}")),
                "{hidden:?}"
            );
            assert_eq!(
                refused["fields"][0]["message"],
                "Ada karakter yang tidak terlihat di sini. Ketik ulang isian ini."
            );
        }
    }
    let held = with("payung", json!({ "address": good })).await.is(201).json();
    let stored: String = sqlx::query_scalar("SELECT recipient FROM redemptions WHERE id = $1")
        .bind(held["id"].as_str().unwrap())
        .fetch_one(&mut *server.app.store.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(serde_json::from_str::<Value>(&stored).unwrap()["phone"], "+6281234567899");
    sari.cancel(held["id"].as_str().unwrap()).await.is(200);

    let pasted = "\u{202a}+62 (0)812\u{a0}3456\u{2011}7899\u{202c}";
    let held = with("pulsa", json!({ "phone": pasted })).await.is(201).json();
    assert_eq!(held["recipient"], "0812••••899");
    let code = server.code().await;
    let done = sari.confirm(held["id"].as_str().unwrap(), &code).await.is(200).json();
    assert_eq!(done["state"], "fulfilled");
    assert_eq!(done["vouchers"][0]["state"], "delivered");
    assert_eq!(done["vouchers"][0]["code"], Value::Null);

    let address = json!({"address": {"name": "Sari", "street": "Jl. Melati 3", "city": "Bogor", "postal_code": "16121", "phone": "081234567890"}});
    let held = with("payung", address).await.is(201).json();
    assert!(held["recipient"].as_str().unwrap().starts_with("Sari\nJl. Melati 3\nBogor 16121"));
    let code = server.code().await;
    let done = sari.confirm(held["id"].as_str().unwrap(), &code).await.is(200).json();
    assert_eq!(done["state"], "confirmed");
    assert_eq!(done["vouchers"][0]["state"], "on_its_way");
    server.audit("m1").await;
}

#[tokio::test]
async fn nobody_sees_or_moves_another_members_redemption() {
    let server = Server::new(vec![reward("kopi")]).await;
    server.enrol(member("m2", Some("+6281234567802"), None)).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    let budi = server.sign_in("+6281234567802").await;
    budi.get(&format!("/v1/redemptions/{id}")).await.is(404);
    budi.confirm(&id, &code).await.is(404);
    budi.cancel(&id).await.is(404);
    budi.post(&format!("/v1/redemptions/{id}/resend"), Some("r"), json!({})).await.is(404);
    sari.confirm(&id, &code).await.is(200);
}

#[tokio::test]
async fn an_odd_request_is_refused_and_changes_nothing() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let good = sari.asking("kopi", 1).await;
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    let send = async |body: Value| sari.post("/v1/redemptions", body["id"].as_str(), body.clone()).await;
    send(with("id", json!("not-a-uuid"))).await.is(422).refuses("invalid");
    send(with("surplus", json!(1))).await.is(400).refuses("malformed");
    send(with("quantity", json!(-1))).await.is(400).refuses("malformed");
    send(with("reward_id", json!("nothing"))).await.is(404).refuses("not-found");
    let nothing = send(with("quantity", json!(0))).await.is(400).refuses("malformed").json();
    let quoted = json!({"reward_id": "kopi", "quantity": 0});
    let quoted = sari.post("/v1/redemptions/quote", None, quoted).await.is(400).refuses("malformed").json();
    assert_eq!((&nothing["fields"][0]["field"], &nothing["fields"]), (&json!("quantity"), &quoted["fields"]));
    let partial = with("recipient", json!({"address": {"street": "Jl. Melati 5"}}));
    let partial = send(partial).await.is(400).refuses("malformed").json();
    assert_eq!(partial["fields"][0]["field"], "recipient.address.name");
    let fax = send(with("channel", json!("fax"))).await.is(400).refuses("malformed").json();
    assert_eq!(fax["fields"][0]["field"], "channel");
    assert!(
        reasons(&send(with("quantity", json!(4_294_967_295u32))).await.is(422).json())
            .contains(&"too_many_pieces")
    );
    let id = sari.hold("kopi").await;
    sari.confirm(&id, "12345").await.is(422).refuses("invalid");
    sari.post(&format!("/v1/redemptions/{id}/confirm"), None, json!({"code": "123456"}))
        .await
        .is(400)
        .refuses("key-missing");
    assert_eq!(sari.points().await, (4_000, 1_000));
    sari.get("/v1/redemptions/00000000-0000-4000-8000-000000000000").await.is(404);
}

#[tokio::test]
async fn a_redemption_goes_on_where_it_was_after_a_restart() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let asking = sari.asking("kopi", 1).await;
    let first = sari.send(&asking).await.is(201);
    let (token, id) = (sari.token.clone(), asking["id"].as_str().unwrap().to_owned());
    // The message had not left yet.
    let server = server.restarted(true).await;
    let sari = Visitor { server: &server, token: token.clone() };
    assert_eq!(sari.redemption(&id).await["state"], "held");
    assert_eq!(sari.send(&asking).await.is(200).bytes, first.bytes);
    let code = server.code().await;
    let done = sari.confirm(&id, &code).await.is(200);
    let server = server.restarted(true).await;
    let sari = Visitor { server: &server, token };
    assert_eq!(sari.confirm(&id, &code).await.is(200).bytes, done.bytes);
    assert_eq!(sari.points().await, (4_000, 0));
    assert_eq!(server.count("vouchers").await, 1);
    server.audit("m1").await;
}

#[tokio::test]
async fn a_code_never_outlives_its_hold() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    server.later(800);
    let path = format!("/v1/redemptions/{id}/resend");
    let held = sari.post(&path, Some("r"), json!({})).await.is(200).json();
    assert_eq!(held["code"]["ends_at"], held["hold_ends_at"]);
    let waits_until: i64 = sqlx::query_scalar("SELECT ends_at FROM outbox")
        .fetch_one(&mut *server.app.store.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(waits_until, server.now().plus_ms(100_000).0);
    let text = server.message().await.text;
    assert!(text.contains("1 menit"), "{text}");
    let code = server.code().await;
    server.later(100);
    sari.confirm(&id, &code).await.is(409).refuses("wrong-state");
    assert_eq!(sari.points().await, (5_000, 0));
}

#[tokio::test]
async fn a_code_that_counts_no_more_is_not_sent_any_more() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    let sent = server.post.sent.lock().unwrap().len();
    let goes_nowhere = async |what: &str| {
        assert_eq!(server.count("outbox").await, 0, "{what}");
        server.post.down.store(false, Ordering::SeqCst);
        server.later(31);
        server.work().await;
        assert_eq!(server.post.sent.lock().unwrap().len(), sent, "{what}");
    };
    // The sender is down; the code is read where it waits.
    let hold = async || {
        server.post.down.store(true, Ordering::SeqCst);
        let id = sari.hold("kopi").await;
        server.work().await;
        let text: String = sqlx::query_scalar("SELECT text FROM outbox")
            .fetch_one(&mut *server.app.store.read().await.unwrap())
            .await
            .unwrap();
        (id, text.rsplit('#').next().unwrap().to_owned())
    };
    let (id, _) = hold().await;
    sari.cancel(&id).await.is(200);
    goes_nowhere("cancelled").await;

    let (id, code) = hold().await;
    sari.confirm(&id, &code).await.is(200);
    goes_nowhere("used").await;

    let (id, code) = hold().await;
    for number in 0..4 {
        sari.confirm_as(&id, &wrong(&code), &format!("try-{number}")).await.refuses("code-wrong");
        assert_eq!(server.count("outbox").await, 1, "it still counts");
    }
    sari.confirm(&id, &wrong(&code)).await.refuses("code-locked");
    goes_nowhere("locked").await;

    let (id, _) = hold().await;
    server.later(900);
    assert_eq!(sari.redemption(&id).await["state"], "expired");
    goes_nowhere("timed out").await;
    server.audit("m1").await;
}

#[tokio::test]
async fn a_hold_that_outlives_a_lot_says_what_came_back_and_history_keeps_the_lots_own_end() {
    let server = Server::new(vec![reward("kopi")]).await;
    let end = server.now().plus_ms(60_000);
    server.earn("m1", "short", 400, Expiry::FixedDate(tukar_server::clock::timestamp(end))).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    server.later(120);
    let cancelled = sari.cancel(&id).await.is(200).json();
    assert_eq!((&cancelled["points"], &cancelled["expired"]), (&json!(1_000), &json!(400)));
    assert_eq!(sari.redemption(&id).await["expired"], 400);
    assert_eq!(sari.points().await, (5_000, 0));
    let history = sari.get("/v1/me/activity?kind=expired").await.is(200).json();
    let rows = history["activities"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{history}");
    assert_eq!((&rows[0]["points"], &rows[0]["title"]), (&json!(-400), &json!("Isi ulang")));
    assert_eq!(rows[0]["at"], json!(end));
    // Nothing is said where all came back.
    let whole = sari.hold("kopi").await;
    assert!(sari.cancel(&whole).await.is(200).json().get("expired").is_none());
    server.audit("m1").await;
}

#[tokio::test]
async fn a_members_code_that_may_not_go_another_way_is_refused_and_the_old_one_counts() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    for _ in 0..5 {
        sari.post("/v1/locker/open", None, json!({"channel": "email"})).await.is(202);
    }
    server.work().await;
    let opening = sari.post("/v1/locker/open", None, json!({"channel": "sms"})).await.is(202).json();
    let opens = server.code().await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    server.later(30);
    let mail = json!({"channel": "email"});
    let resend = format!("/v1/redemptions/{id}/resend");
    sari.post(&resend, Some("resend"), mail.clone()).await.is(429).refuses("too-many");
    let challenge = opening["challenge_id"].as_str().unwrap();
    let resend = format!("/v1/challenges/{challenge}/resend");
    server.ask(("POST", &resend), (None, None), Some(mail)).await.is(429).refuses("too-many");
    sari.confirm(&id, &code).await.is(200);
    sari.post("/v1/locker/check", None, json!({"challenge_id": challenge, "code": opens})).await.is(200);
}
