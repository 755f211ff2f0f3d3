//! Three servers on one PostgreSQL, of which one is killed at a time, while the database's own connections are cut as well.
//! See `crash.rs`.

#![expect(clippy::unwrap_used, reason = "a step of a test may fail loudly")]

#[path = "crash/killed.rs"]
mod killed;
#[path = "crash/servers.rs"]
mod servers;

use sqlx::{Connection as _, Executor as _};
use tukar_server::store::Database;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_three_servers_killed_under_load_loses_and_doubles_nothing() {
    let Ok(url) = std::env::var("TUKAR_TEST_POSTGRES") else {
        panic!(
            "this test needs PostgreSQL: run `cargo xtask test`, or set TUKAR_TEST_POSTGRES=postgres://…/postgres"
        );
    };
    let name = format!("tukar_crash_{}", std::process::id());
    let mut conn = sqlx::PgConnection::connect(&url).await.unwrap();
    conn.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    let (server, _) = url.rsplit_once('/').unwrap();
    let database = Database::Postgres(format!("{server}/{name}"));

    let directory = tempfile::tempdir().unwrap();
    killed::begin(directory.path(), &database).await;

    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let cutting = tokio::spawn(async move {
        let cut = "SELECT COUNT(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity \
             WHERE application_name = 'tukar' AND datname = $1 ORDER BY random() LIMIT 2) AS chosen";
        let mut cuts = 0;
        let mut stopped = stopped;
        loop {
            tokio::select! {
                _ = &mut stopped => return cuts,
                () = tokio::time::sleep(std::time::Duration::from_millis(700)) => {}
            }
            let (count,): (i64,) = sqlx::query_as(cut).bind(&name).fetch_one(&mut conn).await.unwrap();
            cuts += count;
        }
    });
    killed::run((directory.path(), &database), 3).await;
    stop.send(()).unwrap();
    let cuts = cutting.await.unwrap();
    eprintln!("{cuts} connections of the database were cut");
    assert!(cuts > 0);
    killed::end(&database).await;
}
