//! What an operator watches, over all members.

use super::{Connection, outbox::NOWHERE};
use tukar_wire::Moment;

/// Messages that may still be sent, and when the oldest was made.
///
/// # Errors
/// The database's.
pub async fn load_outbox(conn: &mut Connection, now: Moment) -> Result<(i64, Option<i64>), sqlx::Error> {
    let sql = format!(
        "SELECT COUNT(*), MIN(made_at) FROM outbox WHERE ends_at > $1 AND contact NOT LIKE '{NOWHERE}%'"
    );
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(now.0).fetch_one(conn).await
}

/// Open holds, and when the first of them ends or ended.
///
/// # Errors
/// The database's.
pub async fn load_holds(conn: &mut Connection) -> Result<(i64, Option<i64>), sqlx::Error> {
    sqlx::query_as("SELECT COUNT(*), MIN(state_at) FROM redemptions WHERE state = 'held'")
        .fetch_one(conn)
        .await
}

/// By how many points the lots of all members and their entries differ. Differences that cancel each other out it does
/// not see: the audit does.
///
/// # Errors
/// The database's.
pub async fn sum_drift(conn: &mut Connection) -> Result<i64, sqlx::Error> {
    let sql = "SELECT CAST(COALESCE(SUM(available), 0) AS BIGINT), CAST(COALESCE(SUM(held), 0) AS BIGINT), \
         CAST(COALESCE(SUM(pending), 0) AS BIGINT) FROM lots";
    let lots: (i64, i64, i64) = sqlx::query_as(sql).fetch_one(&mut *conn).await?;
    let sql = "SELECT account, CAST(SUM(points) AS BIGINT) FROM entries GROUP BY account";
    let entries: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(conn).await?;
    let of =
        |account: &str| entries.iter().find(|(word, _)| word == account).map_or(0, |(_, points)| *points);
    let total: i64 = entries.iter().map(|(_, points)| points).sum();
    let differences = [lots.0 - of("available"), lots.1 - of("held"), lots.2 - of("pending"), total];
    Ok(differences.iter().map(|points| points.abs()).sum())
}
