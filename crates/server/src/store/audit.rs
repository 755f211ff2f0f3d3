//! What an audit reads of a member: everything, in the order it was written.

use super::Connection;
use sqlx::Row;
use std::collections::BTreeMap;

/// All of a member's books.
#[derive(Debug, Default)]
pub struct Books {
    /// Postings in the order of their numbers.
    pub postings: Vec<PostingRow>,
    /// Entries by posting, in the order of their lines: account, lot, points.
    pub entries: BTreeMap<String, Vec<(String, Option<String>, i64)>>,
    /// Pending, available, held and granted by lot.
    pub lots: BTreeMap<String, [i64; 4]>,
    /// Redemptions.
    pub redemptions: Vec<RedemptionRow>,
    /// Vouchers by redemption.
    pub vouchers: BTreeMap<String, i64>,
    /// Points that redemptions in state `held` hold, by lot.
    pub held: BTreeMap<String, i64>,
}

/// What the books say of a redemption.
#[derive(Debug, sqlx::FromRow)]
pub struct RedemptionRow {
    /// Its id.
    pub id: String,
    /// Word of its state.
    pub state: String,
    /// Points in all.
    pub points: i64,
    /// Pieces.
    pub quantity: i64,
}

/// One link of the chain.
#[derive(Debug)]
pub struct PostingRow {
    /// From 1, without a gap.
    pub number: i64,
    /// Its id.
    pub id: String,
    /// Its hash.
    pub hash: Vec<u8>,
}

/// Ids of members after `after`, in order, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn load_members(
    conn: &mut Connection,
    after: &str,
    limit: i64,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT id FROM members WHERE id > $1 ORDER BY id LIMIT $2")
        .bind(after)
        .bind(limit)
        .fetch_all(conn)
        .await
}

/// The books of a member.
///
/// # Errors
/// The database's.
pub async fn load(conn: &mut Connection, member_id: &str) -> Result<Books, sqlx::Error> {
    let mut books = Books::default();
    let sql = "SELECT number, posting_id, hash FROM postings WHERE member_id = $1 ORDER BY number";
    for row in sqlx::query(sql).bind(member_id).fetch_all(&mut *conn).await? {
        books.postings.push(PostingRow {
            number: row.try_get("number")?,
            id: row.try_get("posting_id")?,
            hash: row.try_get("hash")?,
        });
    }
    let sql = "SELECT posting_id, account, lot_id, points FROM entries WHERE member_id = $1 ORDER BY posting_id, line";
    for row in sqlx::query(sql).bind(member_id).fetch_all(&mut *conn).await? {
        let line = (row.try_get("account")?, row.try_get("lot_id")?, row.try_get("points")?);
        books.entries.entry(row.try_get("posting_id")?).or_default().push(line);
    }
    let sql = "SELECT id, pending, available, held, granted FROM lots WHERE member_id = $1";
    for row in sqlx::query(sql).bind(member_id).fetch_all(&mut *conn).await? {
        let parts = [
            row.try_get("pending")?,
            row.try_get("available")?,
            row.try_get("held")?,
            row.try_get("granted")?,
        ];
        books.lots.insert(row.try_get("id")?, parts);
    }
    let sql = "SELECT id, state, points, CAST(quantity AS BIGINT) AS quantity FROM redemptions WHERE member_id = $1 ORDER BY id";
    books.redemptions = sqlx::query_as(sql).bind(member_id).fetch_all(&mut *conn).await?;
    let sql = "SELECT redemption_id, COUNT(*) FROM vouchers WHERE member_id = $1 GROUP BY redemption_id";
    let vouchers: Vec<(String, i64)> = sqlx::query_as(sql).bind(member_id).fetch_all(&mut *conn).await?;
    books.vouchers = vouchers.into_iter().collect();
    let held: Vec<(String, i64)> = sqlx::query_as(
        "SELECT l.lot_id, CAST(SUM(l.points) AS BIGINT) FROM redemption_lots l \
         JOIN redemptions r ON r.member_id = l.member_id AND r.id = l.redemption_id \
         WHERE l.member_id = $1 AND r.state = 'held' GROUP BY l.lot_id",
    )
    .bind(member_id)
    .fetch_all(conn)
    .await?;
    books.held = held.into_iter().collect();
    Ok(books)
}
