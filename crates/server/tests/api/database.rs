//! A database for one test: a copy of one that was brought up to date once, which is cheaper than every step again. The
//! templates are named after the migrations, and shared by all tests of a run.

use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use std::path::{Path, PathBuf};
use tukar_server::{
    secret::sha256,
    store::{Database, Store},
};

/// A new database in `directory`, or beside the one that `TUKAR_TEST_POSTGRES` names.
pub(crate) async fn new_database(directory: &Path) -> Database {
    if crate::POSTGRES { new_on_postgres().await } else { new_file(directory).await }
}

/// What the migrations of an engine are, as a part of a name.
fn name_of_migrations(engine: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(engine);
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        all.extend_from_slice(path.file_name().unwrap().as_encoded_bytes());
        all.extend(std::fs::read(&path).unwrap());
    }
    sha256(&all)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn migrate(database: &Database) {
    Store::open(database).await.unwrap().close().await;
}

/// The file is under its name only when it is whole; of two tests that make it at once, the second one's stays.
async fn new_file(directory: &Path) -> Database {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let template = folder.join(format!("template-{}.db", name_of_migrations("sqlite")));
    if !template.exists() {
        let making = tempfile::tempdir_in(folder).unwrap();
        let file = making.path().join("tukar.db");
        migrate(&Database::Sqlite(file.clone())).await;
        assert!(!file.with_extension("db-wal").exists(), "a closed database is one file");
        std::fs::rename(file, &template).unwrap();
    }
    let file = directory.join("tukar.db");
    std::fs::copy(template, &file).unwrap();
    Database::Sqlite(file)
}

/// As above; here the others wait for the first.
async fn new_on_postgres() -> Database {
    let Cluster { mut conn, server } = Cluster::of_tests().await;
    let template = format!("tukar_template_{}", name_of_migrations("postgres"));
    let is_there = "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)";
    let found: bool = sqlx::query_scalar(is_there).bind(&template).fetch_one(&mut conn).await.unwrap();
    if !found {
        let lock = "SELECT pg_advisory_lock(hashtextextended($1, 0))";
        conn.execute(sqlx::query(lock).bind(&template)).await.unwrap();
        let found: bool = sqlx::query_scalar(is_there).bind(&template).fetch_one(&mut conn).await.unwrap();
        if !found {
            let making = create(&mut conn, "").await;
            migrate(&Database::Postgres(format!("{server}/{making}"))).await;
            let rename = format!("ALTER DATABASE {making} RENAME TO {template}");
            conn.execute(AssertSqlSafe(rename)).await.unwrap();
        }
        let unlock = "SELECT pg_advisory_unlock(hashtextextended($1, 0))";
        conn.execute(sqlx::query(unlock).bind(&template)).await.unwrap();
    }
    let name = create(&mut conn, &format!("TEMPLATE {template}")).await;
    conn.close().await.unwrap();
    Database::Postgres(format!("{server}/{name}"))
}

/// A database of PostgreSQL without any table.
#[allow(dead_code, reason = "asked only where tables are to be made on a way of their own")]
pub(crate) async fn new_empty_database() -> Database {
    let Cluster { mut conn, server } = Cluster::of_tests().await;
    let name = create(&mut conn, "").await;
    conn.close().await.unwrap();
    Database::Postgres(format!("{server}/{name}"))
}

/// The PostgreSQL that `TUKAR_TEST_POSTGRES` names.
struct Cluster {
    conn: PgConnection,
    /// Its address, without a database.
    server: String,
}

impl Cluster {
    async fn of_tests() -> Cluster {
        let Ok(url) = std::env::var("TUKAR_TEST_POSTGRES") else {
            panic!(
                "these tests need PostgreSQL: run `cargo xtask test`, or set TUKAR_TEST_POSTGRES=postgres://…/postgres"
            );
        };
        let (server, _) = url.rsplit_once('/').unwrap();
        Cluster { conn: PgConnection::connect(&url).await.unwrap(), server: server.to_owned() }
    }
}

/// A new database; its name. Nobody drops it: in a cluster of one's own the next run meets it again.
async fn create(conn: &mut PgConnection, from: &str) -> String {
    let name = format!("tukar_{}", uuid::Uuid::new_v4().simple());
    conn.execute(AssertSqlSafe(format!("CREATE DATABASE {name} {from}"))).await.unwrap();
    name
}
