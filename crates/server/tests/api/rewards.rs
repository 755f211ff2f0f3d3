//! The catalogue's rows: what goes in comes back, and stock is never taken twice.

use crate::server::{START, Server, member, reward};
use serde_json::json;
use tukar_domain::{calendar::Expiry, price::Worth};
use tukar_server::{
    catalogue::{Bilingual, PromotionRow, watch},
    import::{self, CatalogueFile},
    store::{Connection, Lock, Writes, lock, rewards},
};
use tukar_wire::{Limit, LimitPeriod, Moment};

async fn take(server: &Server, id: &str, pieces: u32) -> bool {
    let work = async |conn: &mut Connection| rewards::take_stock(conn, id, pieces).await;
    server.app.store.transact("test", work).await.unwrap().is_some()
}

async fn give_back(server: &Server, id: &str, pieces: u32) -> bool {
    let work = async |conn: &mut Connection| {
        let mut writes = Writes::new();
        rewards::give_back_stock(&mut writes, id, pieces);
        writes.run(conn).await
    };
    server.app.store.transact("test", work).await.is_ok()
}

async fn left(server: &Server, id: &str) -> u32 {
    rewards::load_stock(&mut server.app.store.read().await.unwrap()).await.unwrap()[id]
}

#[tokio::test]
async fn a_reward_comes_back_as_it_went_in() {
    let mut full = reward("voucher-a");
    full.promotion = Some(PromotionRow {
        points: 800,
        label: Bilingual { id: "Hemat".to_owned(), en: "Save".to_owned() },
        starts_at: Some(Moment(1)),
        ends_at: Some(Moment(9)),
    });
    full.limit = Some(Limit { count: 2, per: LimitPeriod::Week });
    (full.stock_total, full.stock_left) = (Some(3), Some(3));
    full.tiers = vec!["gold".to_owned()];
    let server = Server::empty(vec![reward("b"), full.clone()]).await;
    let mut conn = server.app.store.read().await.unwrap();
    assert_eq!(rewards::find_reward(&mut conn, "voucher-a").await.unwrap(), Some(full));
    assert_eq!(rewards::find_reward(&mut conn, "nothing").await.unwrap(), None);
    let order: Vec<_> =
        rewards::load_all(&mut conn).await.unwrap().into_iter().map(|reward| reward.id).collect();
    assert_eq!(order, ["b", "voucher-a"]);
}

#[tokio::test]
async fn stock_is_never_taken_twice_and_survives_an_import() {
    let mut few = reward("few");
    few.stock_total = Some(3);
    let server = Server::empty(vec![few.clone(), reward("many")]).await;
    let version = async || rewards::load_version(&mut server.app.store.read().await.unwrap()).await.unwrap();
    let before = version().await;
    assert!(take(&server, "few", 2).await);
    assert_ne!(version().await, before, "caches see that pieces were taken");
    assert!(!take(&server, "few", 2).await);
    assert!(take(&server, "many", 1000).await);
    few.stock_total = Some(5);
    server.set_rewards(vec![few]).await;
    assert_eq!(left(&server, "few").await, 3);
    assert!(give_back(&server, "few", 2).await);
    assert_eq!(left(&server, "few").await, 5);
    assert!(give_back(&server, "few", 1).await, "where a hand was in the database, too");
    assert_eq!(left(&server, "few").await, 5, "never more than there are");
}

#[tokio::test]
async fn a_hold_gives_back_only_what_it_took_however_imports_change_the_stock() {
    let limited = |stock| {
        let mut few = reward("few");
        few.stock_total = stock;
        vec![few]
    };
    let server = Server::empty(limited(None)).await;
    for number in 0..3 {
        let (id, phone) = (format!("m{number}"), format!("+6281234567{number}00"));
        server.enrol(member(&id, Some(&phone), None)).await;
        server.earn(&id, "a", 5_000, Expiry::Never).await;
    }
    let visitors = [
        server.sign_in("+6281234567000").await,
        server.sign_in("+6281234567100").await,
        server.sign_in("+6281234567200").await,
    ];
    let first = visitors[0].hold("few").await;
    server.set_rewards(limited(Some(1))).await;
    let second = visitors[1].hold("few").await;
    let code = server.code().await;
    visitors[1].confirm(&second, &code).await.is(200);
    visitors[0].cancel(&first).await.is(200);
    assert_eq!(left(&server, "few").await, 0);
    let refused = visitors[2].post("/v1/redemptions/quote", None, json!({"reward_id": "few", "quantity": 1}));
    assert_eq!(refused.await.is(200).json()["reasons"][0]["code"], "out_of_stock");

    // A file that forgets the stock once, and the right one again.
    server.set_rewards(limited(None)).await;
    let third = visitors[2].hold("few").await;
    server.set_rewards(limited(Some(2))).await;
    assert_eq!(left(&server, "few").await, 1);
    visitors[2].cancel(&third).await.is(200);
    assert_eq!(left(&server, "few").await, 1);
    // What was taken is given back also while there is no limit.
    let fourth = visitors[0].hold("few").await;
    assert_eq!(left(&server, "few").await, 0);
    server.set_rewards(limited(None)).await;
    visitors[0].cancel(&fourth).await.is(200);
    server.set_rewards(limited(Some(2))).await;
    assert_eq!(left(&server, "few").await, 1);
}

#[tokio::test]
async fn a_reward_left_out_of_an_import_is_closed_and_not_deleted() {
    let server = Server::empty(vec![reward("old"), reward("kept")]).await;
    server.later(50);
    server.set_rewards(vec![reward("kept")]).await;
    let now = server.now();
    let mut conn = server.app.store.read().await.unwrap();
    let visible: Vec<_> =
        rewards::load_visible(&mut conn, now).await.unwrap().into_iter().map(|reward| reward.id).collect();
    assert_eq!(visible, ["kept"]);
    assert_eq!(rewards::find_reward(&mut conn, "old").await.unwrap().unwrap().closes_at, Some(now));
    assert!(START < now);
}

#[tokio::test]
async fn of_two_imports_at_once_one_catalogue_stays() {
    let server = Server::empty(vec![]).await;
    let (store, now) = (&server.app.store, server.now());
    let begun = tokio::sync::Notify::new();
    let slow = async |conn: &mut Connection| {
        lock(conn, Lock::Catalogue).await?;
        rewards::set_rewards(conn, &[reward("slow")], now).await?;
        begun.notify_one();
        crate::races::in_line(&server, 1).await;
        Ok::<_, sqlx::Error>(())
    };
    let second = async {
        begun.notified().await;
        let file = CatalogueFile { rewards: Some(vec![reward("quick")]), programme: None };
        import::write(store, &file, now).await.unwrap();
    };
    let (first, ()) = tokio::join!(store.transact("test", slow), second);
    first.unwrap();
    assert_eq!(server.count("rewards").await, 2);
    let open: Vec<String> = sqlx::query_scalar("SELECT id FROM rewards WHERE visible_until IS NULL")
        .fetch_all(&mut *store.read().await.unwrap())
        .await
        .unwrap();
    assert_eq!(open, ["quick"]);
}

#[tokio::test]
async fn gathered_writes_happen_all_or_none() {
    let server = Server::empty(vec![reward("kept")]).await;
    let total = async |title: &str, id: &str, rows: usize| {
        let work = async |conn: &mut Connection| {
            let mut writes = Writes::new();
            writes.add(1, |query| {
                query.push("UPDATE rewards SET brand = ").push_bind(title).push(" WHERE id = 'kept'");
            });
            writes.add(rows, |query| {
                query.push("INSERT INTO stock (reward_id, total) VALUES ");
                query.push_rows([id], |row, id| {
                    row.push_bind(id).push_bind(3_i64);
                });
            });
            writes.run(conn).await
        };
        server.app.store.transact("test", work).await
    };
    let brand = async || {
        let mut conn = server.app.store.read().await.unwrap();
        rewards::find_reward(&mut conn, "kept").await.unwrap().unwrap().brand
    };
    let before = brand().await;
    assert!(total("A", "nobody", 1).await.is_err(), "a key between tables is checked");
    assert!(matches!(total("B", "kept", 2).await, Err(sqlx::Error::RowNotFound)), "rows are counted");
    assert_eq!(brand().await, before);
    total("C", "kept", 1).await.unwrap();
    assert_eq!((brand().await.as_str(), left(&server, "kept").await), ("C", 3));
}

/// The catalogue as a visitor sees it: how many rewards, and what is left of the first.
async fn shown(server: &Server) -> (u64, Option<u64>) {
    let page = server.ask(("GET", "/v1/rewards?limit=1"), (None, None), None).await.is(200).json();
    (page["total"].as_u64().unwrap(), page["rewards"][0]["stock_left"].as_u64())
}

#[tokio::test]
async fn a_large_import_is_shown_when_it_is_ready_and_nobody_waits_for_it() {
    let many = |count: usize, stock| {
        let mut list: Vec<_> = (0..count).map(|number| reward(&format!("r{number}"))).collect();
        list[0].stock_total = Some(stock);
        list
    };
    let server = Server::empty(many(2, 4)).await;
    watch::make_ready(&server.app).await.unwrap();
    // So few are read in no time.
    server.set_rewards(many(3, 4)).await;
    assert_eq!(shown(&server).await, (3, Some(4)));
    for (before, after) in [(3, 501), (501, 502)] {
        server.set_rewards(many(after, 9)).await;
        assert_eq!(shown(&server).await.0, before, "the one before");
        assert!(take(&server, "r0", 1).await);
        let (_, left) = shown(&server).await;
        watch::make_ready(&server.app).await.unwrap();
        assert_eq!(shown(&server).await, (after as u64, left), "with the pieces that were left all the time");
    }
}

fn file(text: &str, now: Moment) -> CatalogueFile {
    import::parse("p.json", text, now).unwrap()
}

#[tokio::test]
async fn a_programme_file_changes_what_it_names_and_news_is_shown_in_its_time() {
    let server = Server::empty(vec![]).await;
    let import = async |text: &str| {
        let now = server.now();
        import::write(&server.app.store, &file(text, now), now).await.unwrap().to_string()
    };
    let both = r#"{"id": "a", "en": "b"}"#;
    let news =
        |id: &str, window: &str| format!(r#"{{"id": "{id}", "title": {both}, "body": {both}, {window}}}"#);
    let list = [
        news("old", r#""at": "-2h", "until": "-1h""#),
        news("now", r#""at": "-1h", "until": "+1h""#),
        news("soon", r#""at": "+30m""#),
    ];
    let question = format!(r#"{{"id": "q", "ask": {both}, "answer": {both}}}"#);
    let first = import(&format!(
        r#"{{"programme": {{"name": {both}, "questions": [{question}], "announcements": [{}]}}}}"#,
        list.join(",")
    ))
    .await;
    assert!(first.contains("questions: 1 changed (was 0); contacts: 0 kept, not in the file"));
    let shown = async || {
        let programme = server.ask(("GET", "/v1/programme"), (None, None), None).await.is(200).json();
        let ids = programme["announcements"].as_array().unwrap().iter().map(|news| news["id"].clone());
        (programme["name"].clone(), programme["questions"].as_array().unwrap().len(), ids.collect::<Vec<_>>())
    };
    assert_eq!(shown().await, (json!("a"), 1, vec![json!("now")]));
    server.later(1800);
    assert_eq!(shown().await.2, ["soon", "now"]);
    server.later(1800);
    assert_eq!(shown().await.2, ["soon"], "its window ended");
    let told =
        import(&format!(r#"{{"programme": {{"policy": [{{"text": {both}}}], "announcements": null}}}}"#))
            .await;
    assert_eq!(
        told,
        "programme: name: kept, not in the file; policy: 1 changed (was 0); questions: 1 kept, not in the file; \
         contacts: 0 kept, not in the file; announcements: removed (was 3)"
    );
    assert_eq!(shown().await, (json!("a"), 1, vec![]));
}

#[tokio::test]
async fn a_discount_is_worth_up_to_so_much_and_has_no_worth_per_point() {
    let mut discount = reward("discount");
    discount.worth = Some(Worth::AtMost(100_000));
    let mut voucher = reward("voucher");
    (voucher.points, voucher.worth) = (800, Some(Worth::Exact(2_500)));
    let server = Server::empty(vec![discount, voucher]).await;
    let rewards =
        server.ask(("GET", "/v1/rewards"), (None, None), None).await.is(200).json()["rewards"].clone();
    assert_eq!(rewards[0]["worth_rupiah"], 100_000);
    assert_eq!(rewards[0]["worth_is_maximum"], true);
    assert_eq!(rewards[0].get("rupiah_hundredths_per_point"), None);
    assert_eq!(rewards[1].get("worth_is_maximum"), None);
    assert_eq!(rewards[1]["rupiah_hundredths_per_point"], 313, "half up");
}
