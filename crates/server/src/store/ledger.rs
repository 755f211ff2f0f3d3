//! Rows of lots, entries and history. Entries are only ever added.

use crate::{
    catalogue::Bilingual,
    clock::{moment, timestamp},
    language::Language,
    secret::sha256,
    store::{Connection, Statement, Writes},
};
use sqlx::{Row, any::AnyRow};
use std::collections::HashMap;
use tukar_domain::{
    LotId, Points,
    ledger::{Account, Lot, Posting, Share},
};
use tukar_wire::{Activity, ActivityKind, Moment};

/// Lots that are written by one statement. SQLite looks each `$n` up among those before it, so that many short statements are
/// quicker than one long one.
const ROWS_PER_STATEMENT: usize = 50;

/// A lot and where it comes from.
#[derive(Clone, Debug)]
pub struct LotRow {
    /// The lot.
    pub lot: Lot,
    /// Where it comes from.
    pub source: Bilingual,
    /// When its pending points are granted; `None`: it was granted at once.
    pub grant_at: Option<Moment>,
}

/// Lots of a member that still hold points, in spend order.
///
/// # Errors
/// The database's.
pub async fn load_lots(conn: &mut Connection, member_id: &str) -> Result<Vec<LotRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT * FROM lots WHERE member_id = $1 AND pending + available + held > 0 \
         ORDER BY COALESCE(ends_at, 9223372036854775807), id",
    )
    .bind(member_id)
    .fetch_all(conn)
    .await?;
    rows.iter().map(lot).collect()
}

/// What a member is shown of their lots: those with points that have not ended, or that are held.
const SHOWN: &str = " AND pending + available + held > 0 AND (held > 0 OR ends_at IS NULL OR ends_at > ";
/// Spend order. The number stands behind every end; the index says the same.
const END: &str = "COALESCE(ends_at, 9223372036854775807)";

/// Where a lot stands in spend order: its end, `i64::MAX` without one, and its id.
pub type Place = (i64, String);

/// Lots that a member is shown at `now`, in spend order, `limit` from behind a place; and whether a hold of theirs is over.
///
/// # Errors
/// The database's.
pub async fn load_page(
    conn: &mut Connection,
    member_id: &str,
    (after, limit): (Option<&Place>, usize),
    now: Moment,
) -> Result<(Vec<LotRow>, bool), sqlx::Error> {
    let mut query = Statement::new(
        "SELECT (SELECT COUNT(*) FROM redemptions r WHERE r.state = 'held' AND r.member_id = ",
    );
    query.push_bind(member_id).push(" AND r.state_at <= ").push_bind(now.0);
    query.push(") AS overdue, lots.* FROM lots WHERE member_id = ").push_bind(member_id);
    query.push(SHOWN).push_bind(now.0).push(")");
    if let Some((end, id)) = after {
        query.push(" AND ").push(END).push(" >= ").push_bind(*end);
        query
            .push(" AND (")
            .push(END)
            .push(", id) > (")
            .push_bind(*end)
            .push(", ")
            .push_bind(id.as_str())
            .push(")");
    }
    query.push(" ORDER BY ").push(END).push(", id LIMIT ").push_bind(limit as i64);
    let rows = query.fetch_all(conn).await?;
    // Without a lot there is no hold.
    let overdue = rows.first().map_or(Ok(0_i64), |row| row.try_get("overdue"))? > 0;
    Ok((rows.iter().map(lot).collect::<Result<_, _>>()?, overdue))
}

/// The lots of [`load_page`], all of them, where those that end together count as one; and how many they are.
///
/// # Errors
/// The database's.
pub async fn load_ends(
    conn: &mut Connection,
    member_id: &str,
    now: Moment,
) -> Result<(Vec<LotRow>, u64), sqlx::Error> {
    let mut query = Statement::new(
        "SELECT '' AS id, CAST(0 AS BIGINT) AS earned_at, ends_at, '' AS source_id, '' AS source_en, COUNT(*) AS lots, \
         MAX(CASE WHEN pending > 0 THEN grant_at END) AS grant_at, \
         CAST(SUM(granted) AS BIGINT) AS granted, CAST(SUM(pending) AS BIGINT) AS pending, \
         CAST(SUM(available) AS BIGINT) AS available, CAST(SUM(held) AS BIGINT) AS held FROM lots WHERE member_id = ",
    );
    query.push_bind(member_id).push(SHOWN).push_bind(now.0).push(") GROUP BY ends_at");
    let (mut lots, mut count) = (Vec::new(), 0);
    for row in query.fetch_all(conn).await? {
        count += row.try_get::<i64, _>("lots")?.unsigned_abs();
        lots.push(lot(&row)?);
    }
    Ok((lots, count))
}

/// What a redemption is paid with: its lots as they stand, their shares in spend order, and the member's chain.
#[derive(Debug)]
pub struct Payment {
    /// The lots.
    pub lots: Vec<Lot>,
    /// How much of each.
    pub shares: Vec<Share>,
    /// What each lot was earned with, in the same order.
    pub sources: Vec<Bilingual>,
    /// Where the next posting goes.
    pub chain: Chain,
}

/// What a redemption is paid with.
///
/// # Errors
/// The database's.
pub async fn load_payment(
    conn: &mut Connection,
    (member_id, redemption_id): (&str, &str),
) -> Result<Payment, sqlx::Error> {
    let mut query = Statement::new(
        "SELECT s.points AS share, chain.number, chain.hash, l.* FROM redemption_lots s \
         JOIN lots l ON l.member_id = s.member_id AND l.id = s.lot_id \
         CROSS JOIN (SELECT number, hash FROM postings WHERE member_id = ",
    );
    query.push_bind(member_id).push(" ORDER BY number DESC LIMIT 1) AS chain WHERE s.member_id = ");
    query.push_bind(member_id).push(" AND s.redemption_id = ").push_bind(redemption_id);
    query.push(" ORDER BY s.line");
    let rows = query.fetch_all(conn).await?;
    let first = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    let chain = chain_of(first, member_id)?;
    let mut payment = Payment { lots: Vec::new(), shares: Vec::new(), sources: Vec::new(), chain };
    for row in &rows {
        let LotRow { lot, source, .. } = lot(row)?;
        payment.shares.push(Share { lot: lot.id.clone(), points: Points(row.try_get("share")?) });
        payment.lots.push(lot);
        payment.sources.push(source);
    }
    Ok(payment)
}

/// Points of a redemption that expired when its hold was let go, since their lots had ended meanwhile.
///
/// # Errors
/// The database's.
pub async fn load_expired_of(
    conn: &mut Connection,
    (member_id, redemption_id): (&str, &str),
) -> Result<Points, sqlx::Error> {
    let mut query = Statement::new(
        "SELECT CAST(COALESCE(SUM(points), 0) AS BIGINT) FROM activities WHERE kind = 'expired' AND member_id = ",
    );
    query.push_bind(member_id).push(" AND redemption_id = ").push_bind(redemption_id);
    let row = query.fetch_optional(conn).await?.ok_or(sqlx::Error::RowNotFound)?;
    Ok(Points(-row.try_get::<i64, _>(0)?))
}

/// What a hold may be paid from.
#[derive(Debug)]
pub struct Purse {
    /// Lots that can be spent, in spend order: as many as are needed, and some more.
    pub lots: Vec<Lot>,
    /// What all lots together can spend.
    pub available: Points,
    /// Where the next posting goes.
    pub chain: Chain,
}

/// Lots that are loaded at first: seldom are more needed.
const LOTS_AT_FIRST: i64 = 100;

/// What a hold of `points` at `now` may be paid from.
///
/// # Errors
/// The database's.
pub async fn load_purse(
    conn: &mut Connection,
    (member_id, points): (&str, Points),
    now: Moment,
) -> Result<Purse, sqlx::Error> {
    let purse = load_purse_of(conn, (member_id, LOTS_AT_FIRST), now).await?;
    let loaded: Points = purse.lots.iter().map(|lot| lot.available).sum();
    if loaded >= points || loaded == purse.available {
        return Ok(purse);
    }
    load_purse_of(conn, (member_id, i64::MAX), now).await
}

async fn load_purse_of(
    conn: &mut Connection,
    (member_id, limit): (&str, i64),
    now: Moment,
) -> Result<Purse, sqlx::Error> {
    let mut query = Statement::new("SELECT chain.number, chain.hash, ");
    query
        .push("(SELECT CAST(COALESCE(SUM(available), 0) AS BIGINT) FROM lots WHERE member_id = ")
        .push_bind(member_id);
    query.push(" AND pending + available + held > 0 AND (ends_at IS NULL OR ends_at > ").push_bind(now.0);
    query
        .push(")) AS spendable, l.* FROM (SELECT number, hash FROM postings WHERE member_id = ")
        .push_bind(member_id);
    query
        .push(" ORDER BY number DESC LIMIT 1) AS chain CROSS JOIN lots l WHERE l.member_id = ")
        .push_bind(member_id);
    query.push(" AND l.pending + l.available + l.held > 0 AND l.available > 0 AND COALESCE(l.ends_at, 9223372036854775807) > ");
    query
        .push_bind(now.0)
        .push(" ORDER BY COALESCE(l.ends_at, 9223372036854775807), l.id LIMIT ")
        .push_bind(limit);
    let rows = query.fetch_all(conn).await?;
    let Some(first) = rows.first() else {
        // Nothing to spend: whoever asks is refused.
        let chain = Chain { member_id: member_id.to_owned(), number: 0, hash: Vec::new() };
        return Ok(Purse { lots: Vec::new(), available: Points::ZERO, chain });
    };
    Ok(Purse {
        available: Points(first.try_get("spendable")?),
        chain: chain_of(first, member_id)?,
        lots: rows.iter().map(|row| lot(row).map(|row| row.lot)).collect::<Result<_, _>>()?,
    })
}

fn chain_of(row: &AnyRow, member_id: &str) -> Result<Chain, sqlx::Error> {
    Ok(Chain { member_id: member_id.to_owned(), number: row.try_get("number")?, hash: row.try_get("hash")? })
}

/// What a member can spend at `now`.
///
/// # Errors
/// The database's.
pub async fn sum_available(
    conn: &mut Connection,
    member_id: &str,
    now: Moment,
) -> Result<Points, sqlx::Error> {
    let sql = "SELECT CAST(COALESCE(SUM(available), 0) AS BIGINT) FROM lots WHERE member_id = $1 \
         AND pending + available + held > 0 AND (ends_at IS NULL OR ends_at > $2)";
    sqlx::query_scalar(sql).bind(member_id).bind(now.0).fetch_one(conn).await.map(Points)
}

/// Pending points of lots that will not have ended, by the moment at which they are granted; the first hundred moments.
///
/// # Errors
/// The database's.
pub async fn load_coming(
    conn: &mut Connection,
    member_id: &str,
    now: Moment,
) -> Result<Vec<(Moment, Points)>, sqlx::Error> {
    let sql = "SELECT grant_at, CAST(SUM(pending) AS BIGINT) FROM lots WHERE member_id = $1 AND pending > 0 \
         AND pending + available + held > 0 AND grant_at IS NOT NULL AND (ends_at IS NULL OR ends_at > $2) \
         GROUP BY grant_at ORDER BY grant_at LIMIT 100";
    let rows: Vec<(i64, i64)> = sqlx::query_as(sql).bind(member_id).bind(now.0).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(at, points)| (Moment(at), Points(points))).collect())
}

/// Adds a lot's row with what it holds. Its posting names no changed lots then: see [`Chain::append`].
pub fn insert_lot(writes: &mut Writes, member_id: &str, row: &LotRow) {
    writes.add(1, |query| {
        query.push(
            "INSERT INTO lots (member_id, id, earned_at, ends_at, granted, pending, available, held, grant_at, source_id, \
             source_en) VALUES ",
        );
        query.push_rows([row], |values, row| {
            values
                .push_bind(member_id)
                .push_bind(row.lot.id.0.as_str())
                .push_bind(moment(row.lot.earned_at).0)
                .push_bind(row.lot.ends_at.map(|at| moment(at).0))
                .push_bind(row.lot.granted.0)
                .push_bind(row.lot.pending.0)
                .push_bind(row.lot.available.0)
                .push_bind(row.lot.held.0)
                .push_bind(row.grant_at.map(|at| at.0))
                .push_bind(row.source.id.as_str())
                .push_bind(row.source.en.as_str());
        });
    });
}

/// The end of a member's chain of postings.
#[derive(Clone, Debug)]
pub struct Chain {
    member_id: String,
    number: i64,
    hash: Vec<u8>,
}

/// The end of a member's chain; new ones are appended there.
///
/// # Errors
/// The database's.
pub async fn load_chain(conn: &mut Connection, member_id: &str) -> Result<Chain, sqlx::Error> {
    let last: Option<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT number, hash FROM postings WHERE member_id = $1 ORDER BY number DESC LIMIT 1")
            .bind(member_id)
            .fetch_optional(conn)
            .await?;
    let (number, hash) = last.unwrap_or_default();
    Ok(Chain { member_id: member_id.to_owned(), number, hash })
}

impl Chain {
    /// Appends a posting's entries under `posting_id`, links them to the member's chain of hashes, and brings the changed
    /// lots up to date. A lot changes by what the entries add to it, and the table's checks refuse a part below zero.
    pub fn append(&mut self, writes: &mut Writes, posting_id: &str, posting: &Posting) {
        let lines = posting.entries.iter().map(|entry| {
            let (account, lot) = account_word(&entry.account);
            Line { account, lot, points: entry.points.0 }
        });
        let lines: Vec<Line<'_>> = lines.collect();
        self.number += 1;
        self.hash = chain_hash(&self.hash, posting_id, &lines);
        writes.add(1, |query| {
            query.push("INSERT INTO postings (member_id, number, posting_id, hash) VALUES ");
            query.push_rows([&*self], |values, chain| {
                values
                    .push_bind(chain.member_id.as_str())
                    .push_bind(chain.number)
                    .push_bind(posting_id)
                    .push_bind(chain.hash.as_slice());
            });
        });
        for (chunk, lines) in lines.chunks(ROWS_PER_STATEMENT).enumerate() {
            writes.add(lines.len(), |query| {
                query.push(
                    "INSERT INTO entries (member_id, posting_id, line, account, lot_id, points) VALUES ",
                );
                query.push_rows(lines.iter().enumerate(), |row, (line, entry)| {
                    row.push_bind(self.member_id.as_str())
                        .push_bind(posting_id)
                        .push_bind((chunk * ROWS_PER_STATEMENT + line) as i64)
                        .push_bind(entry.account)
                        .push_bind(entry.lot)
                        .push_bind(entry.points);
                });
            });
        }
        self.change_lots(writes, &lines, &posting.lots);
    }

    fn change_lots(&self, writes: &mut Writes, lines: &[Line<'_>], lots: &[Lot]) {
        let mut added: HashMap<&str, [i64; 3]> = HashMap::new();
        for line in lines {
            let Some(lot) = line.lot else { continue };
            let part = ["pending", "available", "held"].iter().position(|part| *part == line.account);
            if let Some(part) = part {
                added.entry(lot).or_default()[part] += line.points;
            }
        }
        for lots in lots.chunks(ROWS_PER_STATEMENT) {
            writes.add(lots.len(), |query| {
                query.push("WITH new (id, pending, available, held, granted, ends_at) AS (VALUES ");
                query.push_rows(lots, |row, lot| {
                    let [pending, available, held] =
                        added.get(lot.id.0.as_str()).copied().unwrap_or_default();
                    row.push_bind(lot.id.0.as_str())
                        .push_bind(pending)
                        .push_bind(available)
                        .push_bind(held)
                        .push_bind(lot.granted.0)
                        .push_bind(lot.ends_at.map(|at| moment(at).0));
                });
                query.push(
                    ") UPDATE lots SET pending = lots.pending + new.pending, available = lots.available + new.available, \
                     held = lots.held + new.held, granted = new.granted, ends_at = new.ends_at \
                     FROM new WHERE lots.id = new.id AND lots.member_id = ",
                );
                query.push_bind(self.member_id.as_str());
            });
        }
    }
}

/// An entry as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Word of the account.
    pub account: &'a str,
    /// The lot, where the account has one.
    pub lot: Option<&'a str>,
    /// Added to the account.
    pub points: i64,
}

/// Hash of a posting: SHA-256 over the hash before it (empty before the first), the posting's id and its lines, each
/// part behind its length.
#[must_use]
pub fn chain_hash(before: &[u8], posting_id: &str, lines: &[Line<'_>]) -> Vec<u8> {
    let mut text = Vec::with_capacity(64 + lines.len() * 48);
    let mut part = |bytes: &[u8]| {
        text.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
        text.extend_from_slice(bytes);
    };
    part(before);
    part(posting_id.as_bytes());
    for line in lines {
        part(line.account.as_bytes());
        part(line.lot.unwrap_or_default().as_bytes());
        part(&line.points.to_be_bytes());
    }
    sha256(&text)
}

/// One row of history to write.
#[derive(Clone, Debug)]
pub struct NewActivity<'a> {
    /// Id; orders rows of one moment.
    pub id: String,
    /// When.
    pub at: Moment,
    /// What.
    pub kind: ActivityKind,
    /// Change to available points.
    pub points: Points,
    /// What it says.
    pub title: &'a Bilingual,
    /// The redemption it belongs to.
    pub redemption_id: Option<&'a str>,
}

/// Adds a row to the history.
pub fn insert_activity(writes: &mut Writes, member_id: &str, activity: &NewActivity<'_>) {
    writes.add(1, |query| {
        query.push(
            "INSERT INTO activities (member_id, id, at, kind, points, title_id, title_en, redemption_id) VALUES ",
        );
        query.push_rows([activity], |values, activity| {
            values
                .push_bind(member_id)
                .push_bind(activity.id.as_str())
                .push_bind(activity.at.0)
                .push_bind(activity_word(activity.kind))
                .push_bind(activity.points.0)
                .push_bind(activity.title.id.as_str())
                .push_bind(activity.title.en.as_str())
                .push_bind(activity.redemption_id);
        });
    });
}

/// History, newest first, `limit` rows from before the cursor `(at, id)`.
///
/// # Errors
/// The database's.
pub async fn load_activities(
    conn: &mut Connection,
    (member_id, language): (&str, Language),
    (kind, before, limit): (Option<ActivityKind>, Option<(i64, String)>, u32),
) -> Result<Vec<Activity>, sqlx::Error> {
    let mut query = Statement::new("SELECT * FROM activities WHERE member_id = ");
    query.push_bind(member_id);
    if let Some(kind) = kind {
        query.push(" AND kind = ").push_bind(activity_word(kind));
    }
    if let Some((at, id)) = before {
        query.push(" AND (at, id) < (").push_bind(at).push(", ").push_bind(id).push(")");
    }
    query.push(" ORDER BY at DESC, id DESC LIMIT ").push_bind(i64::from(limit));
    let rows = query.fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            Ok(Activity {
                id: row.try_get("id")?,
                kind: activity_kind(&row.try_get::<String, _>("kind")?),
                at: Moment(row.try_get("at")?),
                points: row.try_get("points")?,
                title: row.try_get(language.pick("title_id", "title_en"))?,
                redemption_id: row.try_get("redemption_id")?,
            })
        })
        .collect()
}

/// Members with available points in lots that have ended, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn find_members_to_expire(
    conn: &mut Connection,
    now: Moment,
    limit: u32,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT DISTINCT member_id FROM lots WHERE available > 0 AND ends_at <= $1 LIMIT $2")
        .bind(now.0)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
}

/// Members with pending lots whose time to be granted has come, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn find_members_to_grant(
    conn: &mut Connection,
    now: Moment,
    limit: u32,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT DISTINCT member_id FROM lots WHERE pending > 0 AND grant_at <= $1 LIMIT $2")
        .bind(now.0)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
}

/// A member's pending lots whose time to be granted has come.
///
/// # Errors
/// The database's.
pub async fn load_lots_to_grant(
    conn: &mut Connection,
    member_id: &str,
    now: Moment,
) -> Result<Vec<LotRow>, sqlx::Error> {
    let sql = "SELECT * FROM lots WHERE member_id = $1 AND pending > 0 AND grant_at <= $2 ORDER BY id";
    let rows = sqlx::query(sql).bind(member_id).bind(now.0).fetch_all(conn).await?;
    rows.iter().map(lot).collect()
}

/// What each account of a member sums to by the entries alone: the audit's side.
///
/// # Errors
/// The database's.
pub async fn sum_entries(
    conn: &mut Connection,
    member_id: &str,
) -> Result<HashMap<String, i64>, sqlx::Error> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT account, CAST(SUM(points) AS BIGINT) FROM entries WHERE member_id = $1 GROUP BY account",
    )
    .bind(member_id)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().collect())
}

/// How many entries a lot has had.
///
/// # Errors
/// The database's.
pub async fn count_entries(
    conn: &mut Connection,
    (member_id, lot_id): (&str, &str),
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT COUNT(*) FROM entries WHERE member_id = $1 AND lot_id = $2")
        .bind(member_id)
        .bind(lot_id)
        .fetch_one(conn)
        .await
}

pub(super) fn lot(row: &AnyRow) -> Result<LotRow, sqlx::Error> {
    let points = |column: &str| row.try_get::<i64, _>(column).map(Points);
    Ok(LotRow {
        lot: Lot {
            id: LotId(row.try_get("id")?),
            earned_at: timestamp(Moment(row.try_get("earned_at")?)),
            ends_at: row.try_get::<Option<i64>, _>("ends_at")?.map(|at| timestamp(Moment(at))),
            granted: points("granted")?,
            pending: points("pending")?,
            available: points("available")?,
            held: points("held")?,
        },
        source: Bilingual { id: row.try_get("source_id")?, en: row.try_get("source_en")? },
        grant_at: row.try_get::<Option<i64>, _>("grant_at")?.map(Moment),
    })
}

fn account_word(account: &Account) -> (&'static str, Option<&str>) {
    match account {
        Account::Issued => ("issued", None),
        Account::Pending(lot) => ("pending", Some(&lot.0)),
        Account::Available(lot) => ("available", Some(&lot.0)),
        Account::Held(lot) => ("held", Some(&lot.0)),
        Account::Spent => ("spent", None),
        Account::Expired => ("expired", None),
    }
}

fn activity_word(kind: ActivityKind) -> &'static str {
    match kind {
        ActivityKind::Earned => "earned",
        ActivityKind::Held => "held",
        ActivityKind::Released => "released",
        ActivityKind::Spent => "spent",
        ActivityKind::Expired => "expired",
        ActivityKind::Refunded => "refunded",
        ActivityKind::Extended => "extended",
        ActivityKind::Corrected => "corrected",
        ActivityKind::Other => "other",
    }
}

/// The kind of a stored word; a word that no build wrote reads as `Other`.
#[must_use]
pub fn activity_kind(word: &str) -> ActivityKind {
    match word {
        "earned" => ActivityKind::Earned,
        "held" => ActivityKind::Held,
        "released" => ActivityKind::Released,
        "spent" => ActivityKind::Spent,
        "expired" => ActivityKind::Expired,
        "refunded" => ActivityKind::Refunded,
        "extended" => ActivityKind::Extended,
        "corrected" => ActivityKind::Corrected,
        _ => ActivityKind::Other,
    }
}

/// The hold's row of history becomes what the hold came to: the points left once, and history says it once.
pub fn resolve_held(
    writes: &mut Writes,
    (member_id, activity_id): (&str, &str),
    (kind, at): (ActivityKind, Moment),
) {
    writes.add(1, |query| {
        query.push("UPDATE activities SET kind = ").push_bind(activity_word(kind));
        query.push(", at = ").push_bind(at.0);
        query.push(" WHERE member_id = ").push_bind(member_id).push(" AND id = ").push_bind(activity_id);
        query.push(" AND kind = 'held'");
    });
}
