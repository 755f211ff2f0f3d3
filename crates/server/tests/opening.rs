//! What opening a database does to it, on both engines: who may change its tables, and who is refused.
//! `cargo xtask test` says where a PostgreSQL is in `TUKAR_TEST_POSTGRES`; without it these tests fail.

#![expect(clippy::unwrap_used, reason = "a step of a test may fail loudly")]

use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use tukar_server::{
    config::Config,
    run,
    store::{Connection, Database, Store},
};

/// A new PostgreSQL database.
async fn on_postgres() -> Database {
    let url = std::env::var("TUKAR_TEST_POSTGRES")
        .expect("this test needs PostgreSQL: run `cargo xtask test`, or set TUKAR_TEST_POSTGRES");
    let name = format!("tukar_opening_{}", uuid::Uuid::new_v4().simple());
    let mut conn = sqlx::PgConnection::connect(&url).await.unwrap();
    conn.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    let (server, _) = url.rsplit_once('/').unwrap();
    Database::Postgres(format!("{server}/{name}"))
}

/// A new database of each engine; the SQLite file lives as long as its folder.
async fn databases() -> (tempfile::TempDir, [Database; 2]) {
    let directory = tempfile::tempdir().unwrap();
    let file = Database::Sqlite(directory.path().join("tukar.db"));
    (directory, [file, on_postgres().await])
}

async fn change(store: &Store, sql: &'static str) {
    let work = async |conn: &mut Connection| sqlx::query(sql).execute(conn).await.map(|_| ());
    store.transact("test", work).await.unwrap();
}

#[tokio::test]
async fn only_who_serves_or_imports_makes_tables_and_brings_them_up_to_date() {
    let (_directory, databases) = databases().await;
    for database in databases {
        if matches!(database, Database::Postgres(_)) {
            let error = format!("{:#}", Store::open_existing(&database).await.unwrap_err());
            assert!(error.contains("holds no tables of Tukar"), "{error}");
        }
        let store = Store::open(&database).await.unwrap();
        Store::open_existing(&database).await.unwrap().close().await;

        change(&store, "UPDATE _sqlx_migrations SET version = version + 1000 WHERE version = 1").await;
        let error = format!("{:#}", Store::open_existing(&database).await.unwrap_err());
        assert!(error.contains("newer than this tukar-server") && error.contains("1001"), "{error}");
        let error = format!("{:#}", Store::open(&database).await.unwrap_err());
        assert!(error.contains("newer than this tukar-server"), "{error}");

        change(&store, "DELETE FROM _sqlx_migrations WHERE version = 1001").await;
        let error = format!("{:#}", Store::open_existing(&database).await.unwrap_err());
        assert!(error.contains("older than this tukar-server") && error.contains("step 1:"), "{error}");
        store.close().await;
    }
}

#[tokio::test]
async fn a_transaction_reads_what_was_committed_last_whatever_the_database_says() {
    let database = on_postgres().await;
    let Database::Postgres(url) = &database else { unreachable!() };
    let name = url.rsplit_once('/').unwrap().1;
    let mut conn = sqlx::PgConnection::connect(url).await.unwrap();
    let sql = format!("ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'");
    conn.execute(AssertSqlSafe(sql)).await.unwrap();
    let store = Store::open(&database).await.unwrap();
    let asked = async |conn: &mut Connection| {
        sqlx::query_scalar::<_, String>("SHOW transaction_isolation").fetch_one(conn).await
    };
    assert_eq!(store.transact("test", asked).await.unwrap(), "read committed");
    store.close().await;
}

#[tokio::test]
async fn of_servers_with_keys_of_their_own_that_start_at_once_one_starts() {
    for _ in 0..5 {
        let directory = tempfile::tempdir().unwrap();
        let database = on_postgres().await;
        Store::open(&database).await.unwrap().close().await;
        let start = |number: u8| {
            let code_key_file = Some(directory.path().join(format!("key{number}")));
            run::open(Config { database: database.clone(), code_key_file, ..Config::default() })
        };
        let ((one, two), three) = (tokio::join!(start(1), start(2)), start(3).await);
        let mut started = 0;
        for outcome in [one, two, three] {
            match outcome {
                Ok(app) => {
                    started += 1;
                    app.store.close().await;
                }
                Err(error) => assert!(format!("{error:#}").contains("code key"), "{error:#}"),
            }
        }
        assert_eq!(started, 1);
    }
}
