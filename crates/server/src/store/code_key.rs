//! Which key the codes of this database are made under: its fingerprint, in one row.

use super::Connection;

/// The fingerprint; `None`: no server has ever started on this database.
///
/// # Errors
/// The database's.
pub async fn load(conn: &mut Connection) -> Result<Option<Vec<u8>>, sqlx::Error> {
    sqlx::query_scalar("SELECT fingerprint FROM code_key").fetch_optional(conn).await
}

/// Writes it where none is yet; of two servers that start at once one is first. Answers which stands there now.
///
/// # Errors
/// The database's.
pub async fn put_first(conn: &mut Connection, fingerprint: &[u8]) -> Result<Vec<u8>, sqlx::Error> {
    let sql = "INSERT INTO code_key (one, fingerprint) VALUES (1, $1) ON CONFLICT (one) DO NOTHING";
    sqlx::query(sql).bind(fingerprint.to_vec()).execute(&mut *conn).await?;
    sqlx::query_scalar("SELECT fingerprint FROM code_key").fetch_one(conn).await
}
