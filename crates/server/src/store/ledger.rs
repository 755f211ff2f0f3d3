//! Rows of lots, entries and history. Entries are only ever added.

use crate::{
    catalogue::Bilingual,
    clock::{moment, timestamp},
    language::Language,
};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, sqlite::SqliteRow};
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
pub async fn load_lots(conn: &mut SqliteConnection, member_id: &str) -> Result<Vec<LotRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT * FROM lots WHERE member_id = ? AND pending + available + held > 0 \
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
    conn: &mut SqliteConnection,
    member_id: &str,
    shares: &[Share],
) -> Result<Vec<Lot>, sqlx::Error> {
    let mut lots = Vec::with_capacity(shares.len());
    for part in shares.chunks(ROWS_PER_STATEMENT) {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM lots WHERE member_id = ");
        query.push_bind(member_id).push(" AND id IN (");
        let mut ids = query.separated(",");
        for share in part {
            ids.push_bind(share.lot.0.as_str());
        }
        query.push(")");
        for row in query.build().fetch_all(&mut *conn).await? {
            lots.push(lot(&row)?.lot);
        }
    }
    Ok(lots)
}

/// Adds a lot's row.
///
/// # Errors
/// The database's.
pub async fn insert_lot(
    conn: &mut SqliteConnection,
    member_id: &str,
    row: &LotRow,
    grant_at: Option<Moment>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO lots (member_id, id, earned_at, ends_at, granted, pending, available, held, grant_at, source_id, source_en) \
         VALUES (?,?,?,?,?,?,?,?,?,?,?)",
    )
    .bind(member_id)
    .bind(&row.lot.id.0)
    .bind(moment(row.lot.earned_at).0)
    .bind(row.lot.ends_at.map(|at| moment(at).0))
    .bind(row.lot.granted.0)
    .bind(row.lot.pending.0)
    .bind(row.lot.available.0)
    .bind(row.lot.held.0)
    .bind(grant_at.map(|at| at.0))
    .bind(&row.source.id)
    .bind(&row.source.en)
    .execute(conn)
    .await
    .map(|_| ())
}

/// Appends a posting's entries under `posting_id` and brings the changed lots up to date. A lot is updated by what the
/// entries add to it, and the table's checks refuse a part below zero.
///
/// # Errors
/// The database's.
pub async fn append(
    conn: &mut SqliteConnection,
    (member_id, posting_id): (&str, &str),
    posting: &Posting,
) -> Result<(), sqlx::Error> {
    for (chunk, entries) in posting.entries.chunks(ROWS_PER_STATEMENT).enumerate() {
        let mut query = QueryBuilder::<Sqlite>::new(
            "INSERT INTO entries (member_id, posting_id, line, account, lot_id, points) ",
        );
        query.push_values(entries.iter().enumerate(), |mut row, (line, entry)| {
            let (account, lot) = account_word(&entry.account);
            row.push_bind(member_id)
                .push_bind(posting_id)
                .push_bind((chunk * ROWS_PER_STATEMENT + line) as i64)
                .push_bind(account)
                .push_bind(lot)
                .push_bind(entry.points.0);
        });
        query.build().execute(&mut *conn).await?;
    }
    for lots in posting.lots.chunks(ROWS_PER_STATEMENT) {
        let mut query =
            QueryBuilder::<Sqlite>::new("WITH new (id, pending, available, held, granted, ends_at) AS (");
        query.push_values(lots, |mut row, lot| {
            row.push_bind(lot.id.0.as_str())
                .push_bind(lot.pending.0)
                .push_bind(lot.available.0)
                .push_bind(lot.held.0)
                .push_bind(lot.granted.0)
                .push_bind(lot.ends_at.map(|at| moment(at).0));
        });
        query.push(
            ") UPDATE lots SET pending = new.pending, available = new.available, held = new.held, \
             granted = new.granted, ends_at = new.ends_at FROM new WHERE lots.id = new.id AND lots.member_id = ",
        );
        query.push_bind(member_id);
        query.build().execute(&mut *conn).await?;
    }
    Ok(())
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
    conn: &mut SqliteConnection,
    member_id: &str,
    activity: NewActivity<'_>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO activities (member_id, id, at, kind, points, title_id, title_en, redemption_id) VALUES (?,?,?,?,?,?,?,?)",
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
    conn: &mut SqliteConnection,
    (member_id, language): (&str, Language),
    (kind, before, limit): (Option<ActivityKind>, Option<(i64, String)>, u32),
) -> Result<Vec<Activity>, sqlx::Error> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM activities WHERE member_id = ");
    query.push_bind(member_id);
    if let Some(kind) = kind {
        query.push(" AND kind = ").push_bind(activity_word(kind));
    }
    if let Some((at, id)) = before {
        query.push(" AND (at, id) < (").push_bind(at).push(", ").push_bind(id).push(")");
    }
    query.push(" ORDER BY at DESC, id DESC LIMIT ").push_bind(i64::from(limit));
    let rows = query.build().fetch_all(conn).await?;
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
    conn: &mut SqliteConnection,
    now: Moment,
    limit: u32,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT DISTINCT member_id FROM lots WHERE available > 0 AND ends_at <= ? LIMIT ?")
        .bind(now.0)
        .bind(limit)
        .fetch_all(conn)
        .await
}

/// Pending lots whose time to be granted has come, at most `limit`: member and lot.
///
/// # Errors
/// The database's.
pub async fn load_lots_to_grant(
    conn: &mut SqliteConnection,
    now: Moment,
    limit: u32,
) -> Result<Vec<(String, LotRow)>, sqlx::Error> {
    let rows = sqlx::query("SELECT * FROM lots WHERE pending > 0 AND grant_at <= ? LIMIT ?")
        .bind(now.0)
        .bind(limit)
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| Ok((row.try_get("member_id")?, lot(row)?))).collect()
}

/// What each account of a member sums to by the entries alone: the audit's side.
///
/// # Errors
/// The database's.
pub async fn sum_entries(
    conn: &mut SqliteConnection,
    member_id: &str,
) -> Result<HashMap<String, i64>, sqlx::Error> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("SELECT account, SUM(points) FROM entries WHERE member_id = ? GROUP BY account")
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
    conn: &mut SqliteConnection,
    (member_id, lot_id): (&str, &str),
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT COUNT(*) FROM entries WHERE member_id = ? AND lot_id = ?")
        .bind(member_id)
        .bind(lot_id)
        .fetch_one(conn)
        .await
}

fn lot(row: &SqliteRow) -> Result<LotRow, sqlx::Error> {
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
    conn: &mut SqliteConnection,
    (member_id, redemption_id): (&str, &str),
    (kind, at): (ActivityKind, Moment),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE activities SET kind = ?, at = ? WHERE member_id = ? AND redemption_id = ? AND kind = 'held'",
    )
    .bind(activity_word(kind))
    .bind(at.0)
    .bind(member_id)
    .bind(redemption_id)
    .execute(conn)
    .await
    .map(|_| ())
}
