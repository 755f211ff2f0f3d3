//! Rows of reversed expiries, and what of which lots expired.

use super::{Connection, Writes};
use sqlx::Row as _;
use std::collections::HashMap;
use tukar_domain::Points;
use tukar_wire::Moment;

/// A reversal and what it gave back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReversalRow {
    /// Id; its postings are named after it.
    pub id: String,
    /// When it was made.
    pub at: Moment,
    /// Lots that end after this…
    pub since: Moment,
    /// …and up to this.
    pub until: Moment,
    /// New end of those that had ended by then.
    pub extend_to: Option<Moment>,
    /// Why.
    pub reason: String,
    /// Members who got something back.
    pub members: i64,
    /// Lots that did.
    pub lots: i64,
    /// Points in all.
    pub points: i64,
}

/// Members after `after`, in order, with lots that end within the window and have given points away, or whose points are to be
/// granted within the window, later than `now`, and can be spent.
///
/// # Errors
/// The database's.
pub async fn find_members(
    conn: &mut Connection,
    (since, until): (Moment, Moment),
    now: Moment,
    (after, limit): (&str, i64),
) -> Result<Vec<String>, sqlx::Error> {
    let sql = "SELECT DISTINCT member_id FROM lots WHERE member_id > $1 \
         AND (ends_at > $2 AND ends_at <= $3 AND pending + available + held < granted \
         OR grant_at > $4 AND grant_at <= $3 AND available > 0) ORDER BY member_id LIMIT $5";
    sqlx::query_scalar(sql)
        .bind(after)
        .bind(since.0)
        .bind(until.0)
        .bind(since.max(now).0)
        .bind(limit)
        .fetch_all(conn)
        .await
}

/// What expired of a member's lots and was not given back since, by lot. A posting's lines come in pairs, from one account to
/// another.
///
/// # Errors
/// The database's.
pub async fn load_expired(
    conn: &mut Connection,
    member_id: &str,
) -> Result<HashMap<String, Points>, sqlx::Error> {
    let sql = "SELECT lot_id, CAST(SUM(points) AS BIGINT) AS points FROM ( \
         SELECT a.lot_id, b.points FROM entries b JOIN entries a \
         ON a.member_id = b.member_id AND a.posting_id = b.posting_id AND a.line = b.line - 1 \
         WHERE b.member_id = $1 AND b.account = 'expired' AND b.points > 0 \
         UNION ALL SELECT a.lot_id, b.points FROM entries b JOIN entries a \
         ON a.member_id = b.member_id AND a.posting_id = b.posting_id AND a.line = b.line + 1 \
         WHERE b.member_id = $1 AND b.account = 'expired' AND b.points < 0 \
         ) AS moved WHERE lot_id IS NOT NULL GROUP BY lot_id";
    let rows = sqlx::query(sql).bind(member_id).fetch_all(conn).await?;
    rows.iter().map(|row| Ok((row.try_get("lot_id")?, Points(row.try_get("points")?)))).collect()
}

/// Lots of a member that end within the window, whatever is left in them, and those whose points are to be granted within it,
/// later than `now`, and can be spent.
///
/// # Errors
/// The database's.
pub async fn load_lots(
    conn: &mut Connection,
    member_id: &str,
    (since, until): (Moment, Moment),
    now: Moment,
) -> Result<Vec<super::ledger::LotRow>, sqlx::Error> {
    let sql = "SELECT * FROM lots WHERE member_id = $1 AND (ends_at > $2 AND ends_at <= $3 \
         OR grant_at > $4 AND grant_at <= $3 AND available > 0) \
         ORDER BY COALESCE(ends_at, 9223372036854775807), id";
    let rows = sqlx::query(sql)
        .bind(member_id)
        .bind(since.0)
        .bind(until.0)
        .bind(since.max(now).0)
        .fetch_all(conn)
        .await?;
    rows.iter().map(super::ledger::lot).collect()
}

/// Adds to a reversal what it gave one member back; the first one makes its row.
pub fn add(writes: &mut Writes, row: &ReversalRow) {
    writes.add(1, |query| {
        query.push("INSERT INTO reversals (id, at, since_at, until_at, extend_to, reason, members, lots, points) VALUES ");
        query.push_rows([row], |values, row| {
            values
                .push_bind(row.id.as_str())
                .push_bind(row.at.0)
                .push_bind(row.since.0)
                .push_bind(row.until.0)
                .push_bind(row.extend_to.map(|at| at.0))
                .push_bind(row.reason.as_str())
                .push_bind(row.members)
                .push_bind(row.lots)
                .push_bind(row.points);
        });
        query.push(
            " ON CONFLICT (id) DO UPDATE SET members = reversals.members + excluded.members, \
             lots = reversals.lots + excluded.lots, points = reversals.points + excluded.points",
        );
    });
}

/// History tells nothing of the future: what a clock that was ahead dated is dated `now`.
pub fn date_history(writes: &mut Writes, member_id: &str, now: Moment) {
    writes.add_any(|query| {
        query.push("UPDATE activities SET at = ").push_bind(now.0);
        query.push(" WHERE member_id = ").push_bind(member_id);
        query.push(" AND at > ").push_bind(now.0);
    });
}

/// All reversals, newest first.
///
/// # Errors
/// The database's.
pub async fn load_all(conn: &mut Connection) -> Result<Vec<ReversalRow>, sqlx::Error> {
    let rows = sqlx::query("SELECT * FROM reversals ORDER BY at DESC, id").fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok(ReversalRow {
                id: row.try_get("id")?,
                at: Moment(row.try_get("at")?),
                since: Moment(row.try_get("since_at")?),
                until: Moment(row.try_get("until_at")?),
                extend_to: row.try_get::<Option<i64>, _>("extend_to")?.map(Moment),
                reason: row.try_get("reason")?,
                members: row.try_get("members")?,
                lots: row.try_get("lots")?,
                points: row.try_get("points")?,
            })
        })
        .collect()
}
