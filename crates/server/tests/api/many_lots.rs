use crate::server::{PHONE, Server, reward};
use serde_json::json;
use tukar_domain::calendar::Expiry;
use tukar_server::{
    catalogue::Bilingual,
    service::points::{self, Earned},
};

/// Lots of 100 points.
const LOTS: i64 = 10_000;
/// Lots that one transaction of the set-up makes.
const LOTS_AT_ONCE: usize = 500;

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "measures itself")]
async fn a_million_points_are_paid_from_ten_thousand_lots_in_one_transaction() {
    let mut dear = reward("dear");
    dear.points = 100 * LOTS;
    let server = Server::empty(vec![dear]).await;
    server.enrol(crate::server::member("m1", Some(PHONE), None)).await;
    let (app, at) = (&server.app, server.now());
    // In parts: a transaction is given up after 30 seconds, and a slow machine may need longer for all of them.
    for first in (0..LOTS).step_by(LOTS_AT_ONCE) {
        let numbers = first..first + i64::try_from(LOTS_AT_ONCE).unwrap();
        let earned = app.store.transact("test", async |conn| {
            for number in numbers.clone() {
                let source = Bilingual { id: "Isi ulang".to_owned(), en: "Top-up".to_owned() };
                let lot_id = format!("lot-{number:05}");
                let expiry = Expiry::Months(12);
                let earned = Earned { lot_id, points: 100, at, expiry, grant_at: None, source };
                points::earn(app, conn, ("m1", earned)).await?;
            }
            Ok::<_, crate::server::Fault>(())
        });
        earned.await.unwrap();
    }
    let sari = server.sign_in(PHONE).await;
    let quote = sari.quote("dear", 1).await;
    assert_eq!((&quote["paid_by_more"], &quote["left"]), (&json!(LOTS - 20), &json!(0)));
    let asking = sari.asking("dear", 1).await;
    let start = std::time::Instant::now();
    sari.send(&asking).await.is(201);
    let held = start.elapsed();
    assert_eq!(sari.points().await, (0, 100 * LOTS));
    let code = server.code().await;
    let start = std::time::Instant::now();
    let done = sari.confirm(asking["id"].as_str().unwrap(), &code).await.is(200).json();
    let posted = start.elapsed();
    assert_eq!(done["state"], "fulfilled");
    assert_eq!(sari.points().await, (0, 0));
    server.audit("m1").await;
    let start = std::time::Instant::now();
    sari.get("/v1/me/balance").await.is(200);
    println!(
        "{LOTS} lots: held in {held:?}, confirmed in {posted:?}, balance afterwards in {:?}",
        start.elapsed()
    );
}
