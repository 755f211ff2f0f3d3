//! Rows of redemptions and of the lots that pay them.

use crate::{
    catalogue::Bilingual,
    clock::{moment, timestamp},
    store::{AHEAD_MAX_MS, Connection, Statement, Writes},
};
use sqlx::{Row, any::AnyRow};
use std::ops::Range;
use tukar_domain::{Points, ledger::Share, redemption::State};
use tukar_wire::Moment;

/// A redemption as stored.
#[derive(Clone)]
pub struct RedemptionRow {
    /// Whose.
    pub member_id: String,
    /// The attempt id.
    pub id: String,
    /// To tell a person.
    pub reference: String,
    /// Where it stands.
    pub state: State,
    /// Which reward.
    pub reward_id: String,
    /// Its title, when redeemed.
    pub title: Bilingual,
    /// Its brand.
    pub brand: String,
    /// Its kind.
    pub kind: String,
    /// Pieces.
    pub quantity: u32,
    /// Pieces that it took out of stock: all, or none where the reward was not limited then.
    pub stock_taken: u32,
    /// Points in all.
    pub points: Points,
    /// What the member agreed to.
    pub price_version: String,
    /// Who gets it, as the code is bound to it; empty: nobody named.
    pub recipient: String,
    /// Who gets it, masked, as shown.
    pub recipient_shown: Option<String>,
    /// When the points were held.
    pub held_at: Moment,
    /// When the hold ends by itself.
    pub hold_ends_at: Moment,
    /// The code that is waited for.
    pub challenge_id: String,
    /// Hash of the request that made it, to tell a replay from another request.
    pub body_hash: Vec<u8>,
    /// The answer to that request, for replay.
    pub hold_answer: String,
    /// Key, hash of the request and answer of the confirmation, for replay.
    pub confirmed: Option<(String, Vec<u8>, String)>,
    /// Key and hash of the last request with a wrong code, and the tries that were left, for replay.
    pub refused: Option<(String, Vec<u8>, u32)>,
}

tukar_wire::debug_masked!(RedemptionRow { member_id, id, reference, state, reward_id, title, brand, kind, quantity, stock_taken, points, price_version, held_at, hold_ends_at; recipient, recipient_shown, challenge_id, body_hash, hold_answer, confirmed, refused });

/// A member's redemption.
///
/// # Errors
/// The database's.
pub async fn find(
    conn: &mut Connection,
    member_id: &str,
    id: &str,
) -> Result<Option<RedemptionRow>, sqlx::Error> {
    sqlx::query("SELECT * FROM redemptions WHERE member_id = $1 AND id = $2")
        .bind(member_id)
        .bind(id)
        .fetch_optional(conn)
        .await?
        .map(|row| redemption(&row))
        .transpose()
}

/// No hold lasts longer than a day (`programme.hold_seconds`): one that ends later was made by a clock that was ahead, and is
/// over too.
const HOLD_MAX_MS: i64 = 86_400_000 + AHEAD_MAX_MS;

/// A member's redemption, and their holds that are over at `now`, at most 100.
///
/// # Errors
/// The database's.
pub async fn find_and_overdue(
    conn: &mut Connection,
    (member_id, id): (&str, &str),
    now: Moment,
) -> Result<(Option<RedemptionRow>, Vec<RedemptionRow>), sqlx::Error> {
    let mut query =
        Statement::new("SELECT CAST(1 AS BIGINT) AS named, r.* FROM redemptions r WHERE r.member_id = ");
    query.push_bind(member_id).push(" AND r.id = ").push_bind(id);
    query
        .push(" UNION ALL SELECT CAST(0 AS BIGINT) AS named, r.* FROM redemptions r WHERE r.member_id = ")
        .push_bind(member_id);
    query.push(" AND r.state = 'held' AND (r.state_at <= ").push_bind(now.0);
    query.push(" OR r.state_at > ").push_bind(now.0 + HOLD_MAX_MS).push(") LIMIT 101");
    let (mut named, mut overdue) = (None, Vec::new());
    for row in query.fetch_all(conn).await? {
        if row.try_get::<i64, _>("named")? == 1 {
            named = Some(redemption(&row)?);
        } else {
            overdue.push(redemption(&row)?);
        }
    }
    Ok((named, overdue))
}

/// A member's redemptions that are held at `now`, newest first; at most 20.
///
/// # Errors
/// The database's.
pub async fn load_held(
    conn: &mut Connection,
    member_id: &str,
    now: Moment,
) -> Result<Vec<RedemptionRow>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT * FROM redemptions WHERE member_id = $1 AND state = 'held' AND state_at > $2 ORDER BY held_at DESC LIMIT 20",
    )
    .bind(member_id)
    .bind(now.0)
    .fetch_all(conn)
    .await?;
    rows.iter().map(redemption).collect()
}

/// Members with holds that are over at `now`, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn find_members_overdue(
    conn: &mut Connection,
    now: Moment,
    limit: u32,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT DISTINCT member_id FROM redemptions WHERE state = 'held' AND (state_at <= $1 OR state_at > $2) LIMIT $3",
    )
    .bind(now.0)
    .bind(now.0 + HOLD_MAX_MS)
    .bind(i64::from(limit))
    .fetch_all(conn)
    .await
}

/// A member's holds that are over at `now`, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn load_overdue(
    conn: &mut Connection,
    (now, limit): (Moment, u32),
    member_id: &str,
) -> Result<Vec<RedemptionRow>, sqlx::Error> {
    let mut query = Statement::new("SELECT * FROM redemptions WHERE state = 'held' AND (state_at <= ");
    query.push_bind(now.0).push(" OR state_at > ").push_bind(now.0 + HOLD_MAX_MS);
    query.push(") AND member_id = ").push_bind(member_id);
    query.push(" LIMIT ").push_bind(i64::from(limit));
    query.fetch_all(conn).await?.iter().map(redemption).collect()
}

/// Adds a redemption and the lots that pay it. An id that the member used before fails.
pub fn insert(writes: &mut Writes, row: &RedemptionRow, shares: &[Share]) {
    writes.add(1, |query| {
        query.push(
            "INSERT INTO redemptions (member_id, id, reference, state, state_at, reward_id, title_id, title_en, brand, kind, \
             quantity, stock_taken, points, price_version, recipient, recipient_shown, held_at, hold_ends_at, challenge_id, body_hash, \
             hold_answer) VALUES ",
        );
        query.push_rows([row], |values, row| {
            values
                .push_bind(row.member_id.as_str())
                .push_bind(row.id.as_str())
                .push_bind(row.reference.as_str())
                .push_bind(row.state.word())
                .push_bind(moment(row.state.moment()).0)
                .push_bind(row.reward_id.as_str())
                .push_bind(row.title.id.as_str())
                .push_bind(row.title.en.as_str())
                .push_bind(row.brand.as_str())
                .push_bind(row.kind.as_str())
                .push_bind(i64::from(row.quantity))
                .push_bind(i64::from(row.stock_taken))
                .push_bind(row.points.0)
                .push_bind(row.price_version.as_str())
                .push_bind(row.recipient.as_str())
                .push_bind(row.recipient_shown.as_deref())
                .push_bind(row.held_at.0)
                .push_bind(row.hold_ends_at.0)
                .push_bind(row.challenge_id.as_str())
                .push_bind(row.body_hash.as_slice())
                .push_bind(row.hold_answer.as_str());
        });
    });
    for (chunk, part) in shares.chunks(SHARES_PER_STATEMENT).enumerate() {
        writes.add(part.len(), |query| {
            query
                .push("INSERT INTO redemption_lots (member_id, redemption_id, line, lot_id, points) VALUES ");
            query.push_rows(part.iter().enumerate(), |values, (line, share)| {
                values
                    .push_bind(row.member_id.as_str())
                    .push_bind(row.id.as_str())
                    .push_bind((chunk * SHARES_PER_STATEMENT + line) as i64)
                    .push_bind(share.lot.0.as_str())
                    .push_bind(share.points.0);
            });
        });
    }
}

const SHARES_PER_STATEMENT: usize = 50;

/// Key, hash of the request and answer of a confirmation, for replay.
pub type Confirmation<'a> = (&'a str, &'a [u8], &'a str);

/// Writes the state after a step, and the confirmation where it was one. A state is left once: another one than `row` says
/// fails.
pub fn set_state(
    writes: &mut Writes,
    row: &RedemptionRow,
    (state, confirmation): (State, Option<Confirmation<'_>>),
) {
    writes.add(1, |query| {
        query.push("UPDATE redemptions SET state = ").push_bind(state.word());
        query.push(", state_at = ").push_bind(moment(state.moment()).0);
        if let Some((key, hash, answer)) = confirmation {
            query.push(", confirm_key = ").push_bind(key);
            query.push(", confirm_hash = ").push_bind(hash);
            query.push(", confirm_answer = ").push_bind(answer);
        }
        query.push(" WHERE member_id = ").push_bind(row.member_id.as_str());
        query.push(" AND id = ").push_bind(row.id.as_str()).push(" AND state = ").push_bind(row.state.word());
    });
}

/// Keeps a request with a wrong code: its key and hash, and the tries that were left.
///
/// # Errors
/// The database's.
pub async fn keep_refused(
    conn: &mut Connection,
    row: &RedemptionRow,
    (key, hash, left): (&str, &[u8], u32),
) -> Result<(), sqlx::Error> {
    let mut query = Statement::new("UPDATE redemptions SET refused_key = ");
    query.push_bind(key).push(", refused_hash = ").push_bind(hash);
    query.push(", refused_left = ").push_bind(i64::from(left));
    query.push(" WHERE member_id = ").push_bind(row.member_id.as_str());
    query.push(" AND id = ").push_bind(row.id.as_str());
    query.execute(conn).await.map(|_| ())
}

/// Pieces of each reward that a member has redeemed or holds within `span`, by reward.
///
/// # Errors
/// The database's.
pub async fn sum_pieces(
    conn: &mut Connection,
    (member_id, reward_id): (&str, Option<&str>),
    span: Range<Moment>,
) -> Result<Vec<(String, u32)>, sqlx::Error> {
    let mut query = Statement::new(
        "SELECT reward_id, CAST(SUM(quantity) AS BIGINT) AS pieces FROM redemptions WHERE state IN ('held', 'confirmed', 'fulfilled') AND member_id = ",
    );
    query.push_bind(member_id).push(" AND held_at >= ").push_bind(span.start.0);
    query.push(" AND held_at < ").push_bind(span.end.0);
    if let Some(reward_id) = reward_id {
        query.push(" AND reward_id = ").push_bind(reward_id);
    }
    query.push(" GROUP BY reward_id");
    let rows = query.fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let pieces: i64 = row.try_get("pieces")?;
            Ok((row.try_get("reward_id")?, count_of(pieces)))
        })
        .collect()
}

fn redemption(row: &AnyRow) -> Result<RedemptionRow, sqlx::Error> {
    let word: String = row.try_get("state")?;
    let state = State::read(&word, timestamp(Moment(row.try_get("state_at")?))).ok_or_else(|| {
        sqlx::Error::ColumnDecode { index: "state".to_owned(), source: format!("odd word {word:?}").into() }
    })?;
    let confirmed =
        match (row.try_get("confirm_key")?, row.try_get("confirm_hash")?, row.try_get("confirm_answer")?) {
            (Some(key), Some(hash), Some(answer)) => Some((key, hash, answer)),
            _ => None,
        };
    let refused =
        match (row.try_get("refused_key")?, row.try_get("refused_hash")?, row.try_get("refused_left")?) {
            (Some(key), Some(hash), Some(left)) => Some((key, hash, count_of(left))),
            _ => None,
        };
    Ok(RedemptionRow {
        member_id: row.try_get("member_id")?,
        id: row.try_get("id")?,
        reference: row.try_get("reference")?,
        state,
        reward_id: row.try_get("reward_id")?,
        title: Bilingual { id: row.try_get("title_id")?, en: row.try_get("title_en")? },
        brand: row.try_get("brand")?,
        kind: row.try_get("kind")?,
        quantity: count_of(row.try_get("quantity")?),
        stock_taken: count_of(row.try_get("stock_taken")?),
        points: Points(row.try_get("points")?),
        price_version: row.try_get("price_version")?,
        recipient: row.try_get("recipient")?,
        recipient_shown: row.try_get("recipient_shown")?,
        held_at: Moment(row.try_get("held_at")?),
        hold_ends_at: Moment(row.try_get("hold_ends_at")?),
        challenge_id: row.try_get("challenge_id")?,
        body_hash: row.try_get("body_hash")?,
        hold_answer: row.try_get("hold_answer")?,
        confirmed,
        refused,
    })
}

fn count_of(pieces: i64) -> u32 {
    u32::try_from(pieces).unwrap_or(u32::MAX)
}
