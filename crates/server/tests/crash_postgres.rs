//! Three servers on one PostgreSQL, of which one is killed at a time, while the database's own connections are cut as well.
//! See `crash.rs`.

#![expect(clippy::unwrap_used, reason = "a step of a test may fail loudly")]

#[path = "crash/killed.rs"]
mod killed;
#[path = "crash/servers.rs"]
mod servers;

use sqlx::{Connection as _, Executor as _};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};
use tokio::sync::Mutex;
use tukar_server::{
    problem::ApiError,
    store::{Connection, Database, Store},
};
use tukar_wire::ProblemKind;

/// Members get so many answers before the next two connections are cut.
const ANSWERS_BETWEEN_CUTS: usize = 40;

/// A connection that is not the servers', and a new database beside its own, with its name.
async fn new_database() -> (sqlx::PgConnection, Database, String) {
    let Ok(url) = std::env::var("TUKAR_TEST_POSTGRES") else {
        panic!(
            "this test needs PostgreSQL: run `cargo xtask test`, or set TUKAR_TEST_POSTGRES=postgres://…/postgres"
        );
    };
    let name = format!("tukar_crash_{}", uuid::Uuid::new_v4().simple());
    let mut conn = sqlx::PgConnection::connect(&url).await.unwrap();
    conn.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    let (server, _) = url.rsplit_once('/').unwrap();
    let database = Database::Postgres(format!("{server}/{name}"));
    (conn, database, name)
}

/// Ends the connection, as an operator or a restart does.
async fn cut(other: &Mutex<sqlx::PgConnection>, conn: &mut Connection) -> Result<(), sqlx::Error> {
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(conn).await?;
    let end = sqlx::query("SELECT pg_terminate_backend($1, 5000)").bind(pid);
    end.execute(&mut *other.lock().await).await.map(|_| ())
}

#[tokio::test]
async fn a_line_that_broke_is_busy_before_a_commit_and_broken_in_it() {
    let (other, database, _) = new_database().await;
    let (other, runs) = (Mutex::new(other), AtomicU32::new(0));
    let store = Store::open(&database).await.unwrap();
    let query = async |conn: &mut Connection| sqlx::query("SELECT 1").execute(conn).await.map(|_| ());

    let mut conn = store.read().await.unwrap();
    cut(&other, &mut conn).await.unwrap();
    assert_eq!(ApiError::from(query(&mut conn).await.unwrap_err()).kind(), ProblemKind::Busy);
    drop(conn);

    // Nothing happened, so that it is run again, in the end on a line that stays.
    let done = store.transact("test", async |conn: &mut Connection| {
        if runs.fetch_add(1, Ordering::SeqCst) < 3 {
            cut(&other, conn).await?;
        }
        query(conn).await.map_err(ApiError::from)
    });
    done.await.unwrap();
    assert_eq!(runs.swap(0, Ordering::SeqCst), 4);
    let never = store.transact("test", async |conn: &mut Connection| {
        cut(&other, conn).await?;
        query(conn).await.map_err(ApiError::from)
    });
    assert_eq!(never.await.unwrap_err().kind(), ProblemKind::Busy);

    // Nobody knows, so that it is not run again and not told as if nothing had happened.
    let unknown = store.transact("test", async |conn: &mut Connection| {
        runs.fetch_add(1, Ordering::SeqCst);
        cut(&other, conn).await.map_err(ApiError::from)
    });
    assert_eq!(unknown.await.unwrap_err().kind(), ProblemKind::Broken);
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    store.close().await;
}

#[tokio::test]
async fn a_reading_that_is_given_up_leaves_no_old_moment_to_the_next() {
    let (_, database, _) = new_database().await;
    let store = Store::open(&database).await.unwrap();
    for turns in (0..600).step_by(3) {
        let reading = store.read_moment(async |conn: &mut Connection| {
            sqlx::query("SELECT 1").execute(conn).await.map(|_| ())
        });
        let given_up = async {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            read = reading => read.unwrap(),
            () = given_up => {}
        }
        let mut line = store.read().await.unwrap();
        let sql = "SELECT current_setting('transaction_isolation')";
        let sees: String = sqlx::query_scalar(sql).fetch_one(&mut *line).await.unwrap();
        assert_eq!(sees, "read committed", "given up after {turns} turns");
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_three_servers_killed_under_load_loses_and_doubles_nothing() {
    let (mut conn, database, name) = new_database().await;
    let directory = tempfile::tempdir().unwrap();
    killed::begin(directory.path(), &database).await;

    let scene = killed::Scene::start(directory.path(), &database, 3).await;
    let load = Arc::clone(&scene.load);
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let cutting = tokio::spawn(async move {
        let cut = "SELECT COUNT(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity \
             WHERE application_name = 'tukar' AND datname = $1 ORDER BY random() LIMIT 2) AS chosen";
        let mut cuts = 0;
        loop {
            tokio::select! {
                _ = &mut stopped => return cuts,
                () = load.hears(ANSWERS_BETWEEN_CUTS) => {}
            }
            let (count,): (i64,) = sqlx::query_as(cut).bind(&name).fetch_one(&mut conn).await.unwrap();
            cuts += count;
        }
    });
    killed::run(scene).await;
    stop.send(()).unwrap();
    let cuts = cutting.await.unwrap();
    eprintln!("{cuts} connections of the database were cut");
    assert!(cuts > 0);
    killed::end(&database).await;
}
