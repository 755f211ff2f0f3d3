//! The same server behind PgBouncer, which lends sessions of PostgreSQL whole or by transaction.

use crate::server::{PHONE, Server, database::new_empty_database, member, reward};
use sqlx::{Connection as _, Executor as _};
use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};
use tukar_domain::calendar::Expiry;
use tukar_server::store::{Database, Store};

/// A running PgBouncer before the tests' PostgreSQL.
struct Pooler {
    child: Child,
    port: u16,
    _directory: tempfile::TempDir,
}

/// How one is set.
struct Settings {
    mode: &'static str,
    /// Sessions of PostgreSQL for each database.
    pool_size: u32,
    /// As the documents say: without it no connection is taken.
    ignores_digits: bool,
}

impl Pooler {
    async fn start(settings: Settings) -> Pooler {
        let server = std::env::var("TUKAR_TEST_POSTGRES").unwrap();
        let authority = server.split('@').nth(1).unwrap().split('/').next().unwrap();
        let (host, server_port) = authority.rsplit_once(':').unwrap();
        let directory = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let ignore =
            if settings.ignores_digits { "ignore_startup_parameters = extra_float_digits\n" } else { "" };
        let text = format!(
            "[databases]\n* = host={host} port={server_port} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = {}\ndefault_pool_size = {}\n\
             max_client_conn = 400\nserver_idle_timeout = 2\n{ignore}",
            settings.mode, settings.pool_size
        );
        let file = directory.path().join("pgbouncer.ini");
        std::fs::write(&file, text).unwrap();
        let mut command = Command::new(program());
        if is_root() {
            // It refuses to run as root, and reads its settings before it becomes somebody else.
            command.args(["-u", "postgres"]);
        }
        command.arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let pooler = Pooler { child: command.spawn().unwrap(), port, _directory: directory };
        let listens = async {
            while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(300), listens).await.unwrap();
        pooler
    }

    /// The same database by way of this.
    fn way_to(&self, database: &Database) -> Database {
        let Database::Postgres(url) = database else { panic!("{database:?}") };
        let name = url.rsplit('/').next().unwrap();
        Database::Postgres(format!("postgres://postgres@127.0.0.1:{}/{name}", self.port))
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // It may have ended by itself; nothing else could fail.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> &'static str {
    let places = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"];
    places
        .into_iter()
        .find(|place| std::path::Path::new(place).exists())
        .expect("the package pgbouncer is installed")
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout == b"0\n"
}

/// Signs in, holds, confirms; what every member does.
async fn redeem(server: &Server, phone: &str) {
    let visitor = server.sign_in(phone).await;
    let id = visitor.hold("kopi").await;
    let code = server.code().await;
    let done = visitor.confirm(&id, &code).await.is(200).json();
    assert_eq!(done["state"], "fulfilled", "{done}");
}

#[tokio::test]
async fn members_redeem_behind_a_pooler_of_either_mode_on_two_servers_at_once() {
    for (mode, pool_size) in [("session", 60), ("transaction", 3)] {
        let pooler = Pooler::start(Settings { mode, pool_size, ignores_digits: true }).await;
        let directory = tempfile::tempdir().unwrap();
        let direct = new_empty_database().await;
        // Tables are made by way of it, too.
        let server = Server::empty_at(directory, pooler.way_to(&direct), vec![reward("kopi")]).await;
        let other = tempfile::tempdir().unwrap();
        let other = Server::empty_at(other, pooler.way_to(&direct), vec![reward("kopi")]).await;
        server.enrol(member("m1", Some(PHONE), None)).await;
        server.earn("m1", "a", 9_000, Expiry::Months(12)).await;
        for number in 0..4 {
            let phone = format!("+62812345670{number:02}");
            server.enrol(member(&format!("n{number}"), Some(&phone), None)).await;
            server.earn(&format!("n{number}"), "a", 5_000, Expiry::Months(12)).await;
        }
        // More transactions at once than sessions: each begins in one that another has used.
        let reads = (0..40).map(|_| server.count("lots WHERE available > 0"));
        assert!(futures_util::future::join_all(reads).await.iter().all(|count| *count == 5), "{mode}");
        for turn in 0..3 {
            redeem(if turn % 2 == 0 { &server } else { &other }, PHONE).await;
        }
        for number in 0..4 {
            redeem(&other, &format!("+62812345670{number:02}")).await;
        }
        server.work().await;
        server.audit("m1").await;
        other.audit("n3").await;
        assert_eq!(server.ask(("GET", "/readyz"), (None, None), None).await.status.as_u16(), 200, "{mode}");
        Store::open_existing(&pooler.way_to(&direct)).await.unwrap().close().await;
        if mode == "transaction" {
            sessions_are_as_they_were(&pooler, &direct).await;
        }
        server.app.store.close().await;
        other.app.store.close().await;
    }
}

/// Settings of ours would be other programs' in the same session.
async fn sessions_are_as_they_were(pooler: &Pooler, direct: &Database) {
    let Database::Postgres(url) = pooler.way_to(direct) else { panic!() };
    let mut options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
    options = options.statement_cache_capacity(0);
    let mut conn = sqlx::PgConnection::connect_with(&options).await.unwrap();
    for _ in 0..6 {
        let row = conn.fetch_one(sqlx::raw_sql("SELECT current_setting('lock_timeout')")).await.unwrap();
        let limit: String = sqlx::Row::try_get(&row, 0).unwrap();
        assert_eq!(limit, "0");
    }
    conn.close().await.unwrap();
}

#[tokio::test]
async fn a_pooler_that_refuses_a_start_up_parameter_is_told_with_what_to_write_into_its_settings() {
    let pooler = Pooler::start(Settings { mode: "session", pool_size: 4, ignores_digits: false }).await;
    let direct = new_empty_database().await;
    let error = format!("{:#}", Store::open(&pooler.way_to(&direct)).await.unwrap_err());
    assert!(error.contains("ignore_startup_parameters = extra_float_digits"), "{error}");
}
