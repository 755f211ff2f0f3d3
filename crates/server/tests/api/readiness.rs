//! `/readyz` when the database can be read and not written: what a load balancer has to see.

use crate::server::{PHONE, Server};
use sqlx::{Connection as _, Executor as _};
use std::time::Duration;
use tukar_server::store::Database;

/// What keeps everything from being written.
enum Obstacle {
    /// Another program holds the file's one lock for writing.
    Locked(Box<sqlx::SqliteConnection>),
    /// The database takes no writing sessions, as a replica.
    ReadOnly { url: String },
}

impl Obstacle {
    async fn put(server: &Server) -> Obstacle {
        match &server.app.config.database {
            Database::Sqlite(path) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
                let mut conn = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
                conn.execute("BEGIN IMMEDIATE").await.unwrap();
                Obstacle::Locked(Box::new(conn))
            }
            Database::Postgres(url) => {
                set_read_only(url, "on").await;
                Obstacle::ReadOnly { url: url.clone() }
            }
        }
    }

    fn is_told_by(&self, body: &str) -> bool {
        let words: &[&str] = match self {
            Obstacle::Locked(_) => &["database-silent: ", "database-busy: "],
            Obstacle::ReadOnly { .. } => &["database-read-only: "],
        };
        words.iter().any(|word| body.contains(word))
    }

    async fn take_away(self) {
        match self {
            Obstacle::Locked(conn) => conn.close().await.unwrap(),
            Obstacle::ReadOnly { url } => set_read_only(&url, "off").await,
        }
    }
}

async fn set_read_only(url: &str, word: &str) {
    let sql = format!(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = {word}', \
         current_database()); END $$"
    );
    let mut conn = sqlx::PgConnection::connect(url).await.unwrap();
    conn.execute("SET default_transaction_read_only = off").await.unwrap();
    conn.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
    // Sessions that are open keep what they began with.
    let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()";
    conn.execute(ended).await.unwrap();
    conn.close().await.unwrap();
}

/// Asks until the answer has this status; an answer counts for a second.
async fn ready_is(server: &Server, status: u16) -> String {
    let asking = async {
        loop {
            let answer = server.ask(("GET", "/readyz"), (None, None), None).await;
            if answer.status.as_u16() == status {
                return String::from_utf8(answer.bytes).unwrap();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(300), asking).await.unwrap()
}

#[tokio::test]
async fn a_database_that_can_be_read_and_not_written_is_not_ready_and_says_why() {
    let server = Server::new(vec![]).await;
    assert_eq!(ready_is(&server, 200).await, "ok");
    let obstacle = Obstacle::put(&server).await;
    let body = ready_is(&server, 503).await;
    assert!(obstacle.is_told_by(&body) && body.contains("/problems/busy"), "{body}");
    for secret in ["postgres:", "127.0.0.1", "tukar_", ".db", "readiness"] {
        assert!(!body.contains(secret), "{secret}: {body}");
    }
    if crate::POSTGRES {
        server.ask_code(PHONE).await.is(503).refuses("busy");
    }
    assert_eq!(server.ask(("GET", "/livez"), (None, None), None).await.status.as_u16(), 200);
    obstacle.take_away().await;
    ready_is(&server, 200).await;
    server.ask_code(PHONE).await.is(202);
}

#[tokio::test]
async fn however_often_it_is_asked_the_database_is_tried_once_a_second() {
    let server = Server::new(vec![]).await;
    let written = async || -> i64 {
        let sql = "SELECT written_at FROM readiness";
        sqlx::query_scalar(sql).fetch_one(&mut *server.app.store.read().await.unwrap()).await.unwrap()
    };
    let begun = tokio::time::Instant::now();
    let mut changes = 0;
    let mut before = written().await;
    for _ in 0..100 {
        server.later(1);
        server.ask(("GET", "/readyz"), (None, None), None).await.is(200);
        let now = written().await;
        changes += u64::from(now != before);
        before = now;
    }
    assert!((1..=1 + begun.elapsed().as_secs()).contains(&changes), "{changes}");
}
