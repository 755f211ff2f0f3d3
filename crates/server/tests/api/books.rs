//! The audit finds every difference between the books and what is kept beside them; transactions are all or nothing.

use crate::server::{PHONE, Server, reward};
use sqlx::Executor as _;
use tukar_server::{
    audit,
    store::{Connection, FailureKind},
};

/// A server whose member has redeemed one reward, holds another, and let a third go.
async fn lived_in() -> Server {
    let server = Server::new(vec![reward("kopi"), reward("teh"), reward("roti")]).await;
    let sari = server.sign_in(PHONE).await;
    let id = sari.hold("kopi").await;
    let code = server.code().await;
    sari.confirm(&id, &code).await.is(200);
    server.later(60);
    let id = sari.hold("roti").await;
    sari.cancel(&id).await.is(200);
    server.later(60);
    sari.hold("teh").await;
    server
}

async fn difference(server: &Server) -> String {
    audit::run(&server.app.store).await.unwrap().unwrap_err().to_string()
}

#[tokio::test]
async fn an_audit_of_books_in_order_tells_sums_that_are_zero_together() {
    let server = lived_in().await;
    let found = audit::run(&server.app.store).await.unwrap().unwrap();
    assert_eq!((found.members, found.postings), (1, 2 + 2 + 2 + 1), "two lots, spent, let go, held");
    assert_eq!(found.accounts.values().sum::<i64>(), 0);
    assert_eq!(
        (found.accounts["available"], found.accounts["held"], found.accounts["spent"]),
        (3_000, 1_000, 1_000)
    );
    let again = audit::run(&server.app.store).await.unwrap().unwrap();
    assert_eq!(found, again);
}

#[tokio::test]
async fn an_audit_finds_each_kind_of_change() {
    let changes = [
        ("UPDATE lots SET pending = 1, available = available - 1 WHERE id = 'b'", "lot b says 1 pending"),
        ("UPDATE lots SET available = available - 1 WHERE id = 'b'", "lot b says 2999 available"),
        ("UPDATE entries SET points = points * 2 WHERE posting_id = 'earn-a'", "posting earn-a was changed"),
        (
            "UPDATE entries SET points = points + 1 WHERE posting_id = 'earn-b' AND line = 0",
            "do not sum to zero",
        ),
        (
            "UPDATE entries SET lot_id = 'b' WHERE lot_id = 'a' AND posting_id = 'earn-a'",
            "posting earn-a was changed",
        ),
        ("DELETE FROM entries WHERE posting_id = 'earn-b'", "posting earn-b has no entries"),
        ("DELETE FROM postings WHERE number = 2", "posting 2 is missing"),
        ("DELETE FROM postings WHERE number = 7", "belong to no posting"),
        ("UPDATE redemptions SET state = 'fulfilled' WHERE state = 'held'", "its open redemptions hold 0"),
        ("UPDATE redemptions SET state = 'voided' WHERE state = 'fulfilled'", "its postings say otherwise"),
        ("UPDATE redemptions SET points = 999 WHERE state = 'fulfilled'", "costs 999, its entries held 1000"),
        ("UPDATE redemptions SET state = 'undone' WHERE state = 'fulfilled'", "its postings say otherwise"),
        ("UPDATE redemptions SET quantity = 2 WHERE state = 'fulfilled'", "2 pieces, and has 1 vouchers"),
        (
            "DELETE FROM redemption_lots WHERE redemption_id IN (SELECT id FROM redemptions WHERE state = 'voided'); \
             DELETE FROM redemptions WHERE state = 'voided'",
            "tells of a redemption that is not there",
        ),
    ];
    for (sql, tells) in changes {
        let server = lived_in().await;
        server.tamper(sql).await;
        let told = difference(&server).await;
        assert!(told.contains(tells), "{sql}: {told}");
    }
}

#[tokio::test]
async fn the_newest_posting_cut_off_with_all_its_traces_changes_the_root() {
    let server = lived_in().await;
    let root = audit::run(&server.app.store).await.unwrap().unwrap().root;
    for sql in [
        "DELETE FROM redemption_lots WHERE redemption_id IN (SELECT id FROM redemptions WHERE state = 'held')",
        "DELETE FROM redemptions WHERE state = 'held'",
        "DELETE FROM entries WHERE posting_id = (SELECT posting_id FROM postings WHERE number = 7)",
        "DELETE FROM postings WHERE number = 7",
        "UPDATE lots SET available = available + held, held = 0",
    ] {
        server.tamper(sql).await;
    }
    let found = audit::run(&server.app.store).await.unwrap().unwrap();
    assert_ne!(found.root, root);
}

#[tokio::test]
async fn a_failed_transaction_leaves_nothing() {
    let server = Server::new(vec![]).await;
    let failed: Result<(), sqlx::Error> = server
        .app
        .store
        .transact("test", async |conn| {
            conn.execute("UPDATE lots SET available = 0").await?;
            Err(sqlx::Error::RowNotFound)
        })
        .await;
    assert!(failed.is_err());
    server.audit("m1").await;
}

#[tokio::test]
async fn a_refused_check_is_neither_busy_nor_a_conflict() {
    use tukar_server::store::Failure as _;
    let server = Server::new(vec![]).await;
    let sql = "UPDATE lots SET available = -1";
    let work = async |conn: &mut Connection| conn.execute(sql).await.map(|_| ());
    let error: sqlx::Error = server.app.store.transact("test", work).await.unwrap_err();
    assert_eq!(error.failure(), Some(FailureKind::Broken));
    assert_eq!(sqlx::Error::PoolTimedOut.failure(), Some(FailureKind::Busy));
    server.audit("m1").await;
}
