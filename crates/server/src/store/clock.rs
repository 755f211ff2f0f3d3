//! Rows about the time: the newest moment at which a server believed its clock.

use super::Connection;
use tukar_wire::Moment;

/// What the database tells of the time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The newest moment at which a server believed its clock; `None`: none wrote it yet.
    pub seen_at: Option<Moment>,
    /// Whether there is anybody who could lose something.
    pub has_members: bool,
}

/// Reads it.
///
/// # Errors
/// The database's.
pub async fn load(conn: &mut Connection) -> Result<Seen, sqlx::Error> {
    let sql = "SELECT (SELECT seen_at FROM clock_seen WHERE one = 1), \
         CAST((SELECT COUNT(*) FROM (SELECT 1 FROM members LIMIT 1) AS one) AS BIGINT)";
    let (seen_at, members): (Option<i64>, i64) = sqlx::query_as(sql).fetch_one(conn).await?;
    Ok(Seen { seen_at: seen_at.map(Moment), has_members: members > 0 })
}

/// The newest moment of the rows that servers date with their own clock: for a database whose servers never wrote
/// [`Seen::seen_at`]. Reads whole tables.
///
/// # Errors
/// The database's.
pub async fn load_newest_row(conn: &mut Connection) -> Result<Option<Moment>, sqlx::Error> {
    let sql = "SELECT MAX(at) FROM (SELECT MAX(joined_at) AS at FROM members UNION ALL SELECT MAX(held_at) FROM redemptions \
         UNION ALL SELECT MAX(earned_at) FROM lots UNION ALL SELECT MAX(seen_at) FROM sessions \
         UNION ALL SELECT MAX(made_at) FROM challenges) AS newest";
    let newest: Option<i64> = sqlx::query_scalar(sql).fetch_one(conn).await?;
    Ok(newest.map(Moment))
}

/// Writes that a clock was believed at `now`; never back.
///
/// # Errors
/// The database's.
pub async fn put_seen(conn: &mut Connection, now: Moment) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO clock_seen (one, seen_at) VALUES (1, $1) ON CONFLICT (one) DO UPDATE \
         SET seen_at = CASE WHEN clock_seen.seen_at > excluded.seen_at THEN clock_seen.seen_at ELSE excluded.seen_at END";
    sqlx::query(sql).bind(now.0).execute(conn).await.map(|_| ())
}

/// Writes that `now` is right, also where an earlier word was later.
///
/// # Errors
/// The database's.
pub async fn set_seen(conn: &mut Connection, now: Moment) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO clock_seen (one, seen_at) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET seen_at = excluded.seen_at";
    sqlx::query(sql).bind(now.0).execute(conn).await.map(|_| ())
}
