use crate::server::{DAY, EMAIL, PHONE, Server, reward};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tukar_domain::calendar::Expiry;
use tukar_server::{catalogue::Bilingual, service::points::Earned};

#[tokio::test]
async fn a_balance_tells_every_lot_and_what_ends_when() {
    let server = Server::new(vec![]).await;
    server.earn("m1", "never", 700, Expiry::Never).await;
    let sari = server.sign_in(EMAIL).await;
    let balance = sari.get("/v1/me/balance").await.is(200).json();
    assert_eq!((&balance["available"], &balance["lots_total"]), (&json!(5_700), &json!(3)));
    let lots: Vec<_> = balance["lots"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lot| (lot["id"].as_str().unwrap(), &lot["ends_at"]))
        .collect();
    assert_eq!(
        lots,
        [
            ("a", &json!("2026-12-24T17:00:00.000Z")),
            ("b", &json!("2027-11-24T17:00:00.000Z")),
            ("never", &Value::Null)
        ]
    );
    assert_eq!(
        balance["months"],
        json!([{"month": "2026-12", "points": 2_000}, {"month": "2027-11", "points": 3_000}])
    );
    assert_eq!(balance["next_ending"], json!({"points": 2_000, "at": "2026-12-24T17:00:00.000Z"}));
    assert_eq!(balance["about_to_be_lost"], Value::Null, "a month ahead is beyond 30 days");
}

#[tokio::test]
async fn points_of_a_lot_that_ended_are_gone_before_and_after_the_worker() {
    let server = Server::new(vec![reward("kopi")]).await;
    server.later(31 * DAY);
    let sari = server.sign_in_without_worker(PHONE).await;
    assert_eq!(sari.points().await, (3_000, 0));
    server.work().await;
    assert_eq!(sari.points().await, (3_000, 0));
    let history = sari.get("/v1/me/activity?kind=expired").await.is(200).json();
    assert_eq!(history["activities"].as_array().unwrap().len(), 1);
    let row = &history["activities"][0];
    assert_eq!((&row["points"], &row["at"]), (&json!(-2_000), &json!("2026-12-24T17:00:00.000Z")));
    server.audit("m1").await;
}

#[tokio::test]
async fn points_held_when_their_lot_ends_are_spent_or_lost_but_never_back() {
    let server = Server::empty(vec![reward("kopi")]).await;
    server.enrol(crate::server::member("m1", Some(PHONE), None)).await;
    let soon = server.now().plus_ms(400_000);
    let ends = Expiry::FixedDate(tukar_server::clock::timestamp(soon));
    server.earn("m1", "soon", 2_000, ends).await;
    let sari = server.sign_in(PHONE).await;
    let (kept, lost) = (sari.hold("kopi").await, sari.hold("kopi").await);
    let resend = format!("/v1/redemptions/{kept}/resend");
    server.later(450);
    sari.post(&resend, Some("r"), json!({})).await.is(200);
    let code = server.code().await;
    sari.confirm(&kept, &code).await.is(200);
    let cancelled = sari.cancel(&lost).await.is(200).json();
    assert_eq!(cancelled["available"], 0);
    let history = sari.get("/v1/me/activity").await.json();
    let rows: Vec<_> = history["activities"].as_array().unwrap()[..3]
        .iter()
        .map(|row| (row["kind"].as_str().unwrap(), row["points"].as_i64().unwrap()))
        .collect();
    assert!(
        rows.contains(&("expired", -1_000))
            && rows.contains(&("released", 1_000))
            && rows.contains(&("spent", -1_000)),
        "{rows:?}"
    );
    server.audit("m1").await;
}

#[tokio::test]
async fn of_a_lot_that_ended_no_more_is_shown_than_what_is_held() {
    let server = Server::empty(vec![reward("kopi")]).await;
    server.enrol(crate::server::member("m1", Some(PHONE), None)).await;
    let soon = server.now().plus_ms(400_000);
    server.earn("m1", "soon", 3_000, Expiry::FixedDate(tukar_server::clock::timestamp(soon))).await;
    let sari = server.sign_in(PHONE).await;
    sari.hold("kopi").await;
    let lot = async || sari.get("/v1/me/balance").await.is(200).json()["lots"][0].clone();
    assert_eq!((&lot().await["available"], &lot().await["held"]), (&json!(2_000), &json!(1_000)));
    server.later(450);
    assert_eq!(sari.points().await, (0, 1_000));
    assert_eq!((&lot().await["available"], &lot().await["held"]), (&json!(0), &json!(1_000)));
    server.audit("m1").await;
}

#[tokio::test]
async fn a_page_of_lots_shows_what_came_back_from_a_hold_that_is_over() {
    let server = Server::new(vec![reward("kopi")]).await;
    let sari = server.sign_in(PHONE).await;
    sari.hold("kopi").await;
    let first = async || sari.get("/v1/me/lots?limit=1").await.is(200).json()["lots"][0].clone();
    assert_eq!((&first().await["available"], &first().await["held"]), (&json!(1_000), &json!(1_000)));
    server.later(901);
    assert_eq!((&first().await["available"], &first().await["held"]), (&json!(2_000), &json!(0)));
    server.audit("m1").await;
}

/// 120 points that are granted after so many milliseconds.
async fn earn_pending(server: &Server, expiry: Expiry, grant_ms: i64) {
    let earned = Earned {
        lot_id: "p".to_owned(),
        points: 120,
        at: server.now(),
        expiry,
        grant_at: Some(server.now().plus_ms(grant_ms)),
        source: Bilingual { id: "Paket".to_owned(), en: "Package".to_owned() },
    };
    let app = &server.app;
    app.store
        .transact("test", async |conn| tukar_server::service::points::earn(app, conn, ("m1", earned)).await)
        .await
        .unwrap();
}

#[tokio::test]
async fn pending_points_of_a_lot_that_ended_are_promised_no_more() {
    let server = Server::new(vec![]).await;
    let soon = tukar_server::clock::timestamp(server.now().plus_ms(60_000));
    earn_pending(&server, Expiry::FixedDate(soon), 120_000).await;
    let sari = server.sign_in(PHONE).await;
    let told = async || {
        let balance = sari.get("/v1/me/balance").await.json();
        let lots = sari.get("/v1/me/lots").await.json();
        let lots = lots["lots"].as_array().unwrap().iter().filter(|lot| lot["pending"] == true).count();
        (balance["pending"].as_i64().unwrap(), balance["lots_total"].as_u64().unwrap(), lots)
    };
    assert_eq!(told().await, (120, 3, 1));
    server.later(60);
    assert_eq!(told().await, (0, 2, 0));
    server.later(60);
    server.work().await;
    assert_eq!((told().await, sari.points().await), ((0, 2, 0), (5_000, 0)));
    server.audit("m1").await;
}

#[tokio::test]
async fn pending_points_are_granted_in_time() {
    let server = Server::new(vec![]).await;
    earn_pending(&server, Expiry::Never, 60_000).await;
    let sari = server.sign_in(PHONE).await;
    let before = sari.get("/v1/me/balance").await.json();
    assert_eq!((&before["available"], &before["pending"]), (&json!(5_000), &json!(120)));
    server.later(60);
    server.work().await;
    let after = sari.get("/v1/me/balance").await.json();
    assert_eq!((&after["available"], &after["pending"]), (&json!(5_120), &json!(0)));
    server.audit("m1").await;
}

#[tokio::test]
async fn history_is_paged_and_filtered() {
    let server = Server::empty(vec![]).await;
    server.enrol(crate::server::member("m1", Some(PHONE), None)).await;
    for number in 0..65 {
        server.earn("m1", &format!("l{number:03}"), 10 + number, Expiry::Never).await;
        server.later(u32::from(number % 2 == 0));
    }
    let sari = server.sign_in(PHONE).await;
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for _ in 0..3 {
        let page = sari.get(&format!("/v1/me/activity?kind=earned&limit=30{cursor}")).await.is(200).json();
        seen.extend(page["activities"].as_array().unwrap().iter().map(|row| row["points"].as_i64().unwrap()));
        cursor = page["next"].as_str().map(|next| format!("&before={next}")).unwrap_or_default();
    }
    assert_eq!((seen.len(), cursor.as_str()), (65, ""));
    assert_eq!(seen, (0..65).rev().map(|number| 10 + number).collect::<Vec<i64>>());
    assert_eq!(sari.get("/v1/me/activity?kind=spent").await.json()["activities"], json!([]));
    for odd in ["kind=stolen", "before=x", "limit=many"] {
        sari.get(&format!("/v1/me/activity?{odd}")).await.is(400).refuses("malformed");
    }
    for path in ["/v1/me/activity", "/v1/me/lots", "/v1/vouchers", "/v1/rewards"] {
        sari.get(&format!("{path}?limit=5")).await.is(200);
        for odd in [
            "limit=1&limit=2",
            "limit=1&limit=1",
            "limit=05",
            "limit=%2B5",
            "limit=",
            "limit=0",
            "limit=99999999999",
        ] {
            let refused = sari.get(&format!("{path}?{odd}")).await.is(400).refuses("malformed").json();
            assert_eq!(refused["fields"][0]["field"], "limit", "{path}?{odd}");
        }
    }
    let lots = sari.get("/v1/me/lots?limit=60").await.is(200).json();
    let rest = sari.get(&format!("/v1/me/lots?after={}", lots["next"].as_str().unwrap())).await.json();
    assert_eq!((lots["lots"].as_array().unwrap().len(), rest["lots"].as_array().unwrap().len()), (60, 5));
}
