//! Rows of lots, entries and history. Entries are only ever added.

use crate::{
    catalogue::Bilingual,
    clock::{moment, timestamp},
    language::Language,
    secret::sha256,
    store::{Connection, Statement},
};
use sqlx::{Row, any::AnyRow};
use std::collections::HashMap;
use tukar_domain::{
    LotId, Points,
    ledger::{Account, Lot, Posting, Share},
};
use tukar_wire::{Activity, ActivityKind, Moment};

/// Lots that are written or read by one statement: below SQLite's limit of bound values.
const ROWS_PER_STATEMENT: usize = 500;

/// A lot and where it comes from.
#[derive(Clone, Debug)]
pub struct LotRow {
    /// The lot.
    pub lot: Lot,
    /// Where it comes from.
    pub source: Bilingual,
}

/// Lots of a member that still hold points, in spend order.
///
/// # Errors
/// The database's.
pub async fn load_lots(conn: &mut Connection, member_id: &str) -> Result<Vec<LotRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT * FROM lots WHERE member_id = $1 AND pending + available + held > 0 \
         ORDER BY ends_at IS NULL, ends_at, id",
    )
    .bind(member_id)
    .fetch_all(conn)
    .await?;
    rows.iter().map(lot).collect()
}

/// The named lots of a member, whatever they hold.
///
/// # Errors
/// The database's.
pub async fn load_lots_of(
    conn: &mut Connection,
    member_id: &str,
    shares: &[Share],
) -> Result<Vec<Lot>, sqlx::Error> {
    let mut lots = Vec::with_capacity(shares.len());
    for part in shares.chunks(ROWS_PER_STATEMENT) {
        let mut query = Statement::new("SELECT * FROM lots WHERE member_id = ");
        query.push_bind(member_id).push(" AND id IN (");
        query.push_rows(part, |id, share| {
            id.push_bind(share.lot.0.as_str());
        });
        query.push(")");
        for row in query.fetch_all(&mut *conn).await? {
            lots.push(lot(&row)?.lot);
        }
    }
    Ok(lots)
}

/// Adds a lot's row, empty: what it holds comes by [`append`].
///
/// # Errors
/// The database's.
pub async fn insert_lot(
    conn: &mut Connection,
    member_id: &str,
    row: &LotRow,
    grant_at: Option<Moment>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO lots (member_id, id, earned_at, ends_at, granted, pending, available, held, grant_at, source_id, source_en) \
         VALUES ($1,$2,$3,$4,$5,0,0,0,$6,$7,$8)",
    )
    .bind(member_id)
    .bind(&row.lot.id.0)
    .bind(moment(row.lot.earned_at).0)
    .bind(row.lot.ends_at.map(|at| moment(at).0))
    .bind(row.lot.granted.0)
    .bind(grant_at.map(|at| at.0))
    .bind(&row.source.id)
    .bind(&row.source.en)
    .execute(conn)
    .await
    .map(|_| ())
}

/// Appends a posting's entries under `posting_id`, links them to the member's chain of hashes, and brings the changed
/// lots up to date. A lot changes by what the entries add to it, and the table's checks refuse a part below zero.
///
/// # Errors
/// The database's.
pub async fn append(
    conn: &mut Connection,
    (member_id, posting_id): (&str, &str),
    posting: &Posting,
) -> Result<(), sqlx::Error> {
    let lines = posting.entries.iter().map(|entry| {
        let (account, lot) = account_word(&entry.account);
        Line { account, lot, points: entry.points.0 }
    });
    let lines: Vec<Line<'_>> = lines.collect();
    link(conn, (member_id, posting_id), &lines).await?;
    for (chunk, lines) in lines.chunks(ROWS_PER_STATEMENT).enumerate() {
        let mut query = Statement::new(
            "INSERT INTO entries (member_id, posting_id, line, account, lot_id, points) VALUES ",
        );
        query.push_rows(lines.iter().enumerate(), |row, (line, entry)| {
            row.push_bind(member_id)
                .push_bind(posting_id)
                .push_bind((chunk * ROWS_PER_STATEMENT + line) as i64)
                .push_bind(entry.account)
                .push_bind(entry.lot)
                .push_bind(entry.points);
        });
        query.execute(&mut *conn).await?;
    }
    let mut added: HashMap<&str, [i64; 3]> = HashMap::new();
    for line in &lines {
        let Some(lot) = line.lot else { continue };
        let part = ["pending", "available", "held"].iter().position(|part| *part == line.account);
        if let Some(part) = part {
            added.entry(lot).or_default()[part] += line.points;
        }
    }
    for lots in posting.lots.chunks(ROWS_PER_STATEMENT) {
        let mut query =
            Statement::new("WITH new (id, pending, available, held, granted, ends_at) AS (VALUES ");
        query.push_rows(lots, |row, lot| {
            let [pending, available, held] = added.get(lot.id.0.as_str()).copied().unwrap_or_default();
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
        query.push_bind(member_id);
        let changed = query.execute(&mut *conn).await?.rows_affected();
        if changed != lots.len() as u64 {
            return Err(sqlx::Error::RowNotFound);
        }
    }
    Ok(())
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

async fn link(
    conn: &mut Connection,
    (member_id, posting_id): (&str, &str),
    lines: &[Line<'_>],
) -> Result<(), sqlx::Error> {
    let last: Option<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT number, hash FROM postings WHERE member_id = $1 ORDER BY number DESC LIMIT 1")
            .bind(member_id)
            .fetch_optional(&mut *conn)
            .await?;
    let (number, before) = last.unwrap_or_default();
    sqlx::query("INSERT INTO postings (member_id, number, posting_id, hash) VALUES ($1,$2,$3,$4)")
        .bind(member_id)
        .bind(number + 1)
        .bind(posting_id)
        .bind(chain_hash(&before, posting_id, lines))
        .execute(conn)
        .await
        .map(|_| ())
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
///
/// # Errors
/// The database's.
pub async fn insert_activity(
    conn: &mut Connection,
    member_id: &str,
    activity: NewActivity<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO activities (member_id, id, at, kind, points, title_id, title_en, redemption_id) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)",
    )
    .bind(member_id)
    .bind(activity.id)
    .bind(activity.at.0)
    .bind(activity_word(activity.kind))
    .bind(activity.points.0)
    .bind(&activity.title.id)
    .bind(&activity.title.en)
    .bind(activity.redemption_id)
    .execute(conn)
    .await
    .map(|_| ())
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

fn lot(row: &AnyRow) -> Result<LotRow, sqlx::Error> {
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
///
/// # Errors
/// The database's.
pub async fn resolve_held(
    conn: &mut Connection,
    (member_id, redemption_id): (&str, &str),
    (kind, at): (ActivityKind, Moment),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE activities SET kind = $1, at = $2 WHERE member_id = $3 AND redemption_id = $4 AND kind = 'held'",
    )
    .bind(activity_word(kind))
    .bind(at.0)
    .bind(member_id)
    .bind(redemption_id)
    .execute(conn)
    .await
    .map(|_| ())
}
