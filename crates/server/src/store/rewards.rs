//! Rows of the catalogue: rewards, their promotions and stock, and the programme's texts.
//!
//! Every function takes a connection, so that core can take stock in the transaction that holds the points. Stock is
//! taken by one conditional `UPDATE`: it can't go below zero whatever runs beside it.

use crate::{
    catalogue::{Bilingual, ProgrammeTexts, PromotionRow, Reward},
    store::{Connection, Writes},
};
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Row, any::AnyRow};
use std::collections::HashMap;
use tukar_domain::price::Worth;
use tukar_wire::{Limit, LimitPeriod, Moment, Needs, RewardKind};

/// Columns of a whole reward, in one query.
const SELECT: &str = "SELECT r.*, p.points AS promotion_points, p.label AS promotion_label, \
     p.starts_at AS promotion_starts_at, p.ends_at AS promotion_ends_at, \
     CASE WHEN s.total > s.taken THEN s.total - s.taken WHEN s.total IS NOT NULL THEN 0 END AS stock_left, s.total AS stock_total \
     FROM rewards r LEFT JOIN promotions p ON p.reward_id = r.id LEFT JOIN stock s ON s.reward_id = r.id AND s.limited = 1";

/// What the caches compare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CatalogueVersion {
    /// Moved by every import of rewards.
    pub rewards: i64,
    /// Moved whenever pieces are taken or given back.
    pub stock: i64,
    /// Moved by every import of the programme's texts.
    pub texts: i64,
}

/// The versions now.
///
/// # Errors
/// The database's.
pub async fn load_version(conn: &mut Connection) -> Result<CatalogueVersion, sqlx::Error> {
    let row = sqlx::query("SELECT rewards, texts, stock + (SELECT CAST(COALESCE(SUM(changes), 0) AS BIGINT) FROM stock) AS stock \
         FROM catalogue_version WHERE one = 1")
        .fetch_one(conn)
        .await?;
    Ok(CatalogueVersion {
        rewards: row.try_get("rewards")?,
        stock: row.try_get("stock")?,
        texts: row.try_get("texts")?,
    })
}

/// One reward, visible or not; `None` when there never was one of this id.
///
/// # Errors
/// The database's.
pub async fn find_reward(conn: &mut Connection, id: &str) -> Result<Option<Reward>, sqlx::Error> {
    let sql = sqlx::AssertSqlSafe(format!("{SELECT} WHERE r.id = $1"));
    sqlx::query(sql).bind(id).fetch_optional(conn).await?.map(|row| reward(&row)).transpose()
}

/// Every reward, in the programme's order.
///
/// # Errors
/// The database's.
pub async fn load_all(conn: &mut Connection) -> Result<Vec<Reward>, sqlx::Error> {
    let sql = sqlx::AssertSqlSafe(format!("{SELECT} ORDER BY r.position, r.id"));
    sqlx::query(sql).fetch_all(conn).await?.iter().map(reward).collect()
}

/// How many rewards there are, closed ones too.
///
/// # Errors
/// The database's.
pub async fn count_all(conn: &mut Connection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT COUNT(*) FROM rewards").fetch_one(conn).await
}

/// The rewards that are visible at `now`, in the programme's order.
///
/// # Errors
/// The database's.
pub async fn load_visible(conn: &mut Connection, now: Moment) -> Result<Vec<Reward>, sqlx::Error> {
    Ok(load_all(conn).await?.into_iter().filter(|reward| reward.is_visible(now)).collect())
}

/// Pieces left of every reward with limited stock.
///
/// # Errors
/// The database's.
pub async fn load_stock(conn: &mut Connection) -> Result<HashMap<String, u32>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT reward_id, CASE WHEN total > taken THEN total - taken ELSE 0 END AS stock_left FROM stock WHERE limited = 1",
    )
    .fetch_all(conn)
    .await?;
    rows.iter().map(|row| Ok((row.try_get("reward_id")?, small(row.try_get("stock_left")?)))).collect()
}

/// Takes pieces out of stock. Answers how many were taken: all, or none of a reward without limited stock, which always has
/// enough. `None`: there are not so many left.
///
/// # Errors
/// The database's.
pub async fn take_stock(conn: &mut Connection, id: &str, pieces: u32) -> Result<Option<u32>, sqlx::Error> {
    let taken =
        sqlx::query("UPDATE stock SET taken = taken + $1, changes = changes + 1 WHERE reward_id = $2 AND limited = 1 AND total - taken >= $1")
            .bind(i64::from(pieces))
            .bind(id)
            .execute(&mut *conn)
            .await?
            .rows_affected();
    if taken > 0 {
        return Ok(Some(pieces));
    }
    let limited = sqlx::query("SELECT 1 FROM stock WHERE reward_id = $1 AND limited = 1");
    Ok(limited.bind(id).fetch_optional(conn).await?.is_none().then_some(0))
}

/// Gives back pieces that were taken; also of a reward that is not limited now.
pub fn give_back_stock(writes: &mut Writes, id: &str, pieces: u32) {
    if pieces == 0 {
        return;
    }
    let pieces = i64::from(pieces);
    writes.add_any(|query| {
        // Below none only where a hand was in the database: then the hold can be let go all the same.
        query.push("UPDATE stock SET taken = CASE WHEN taken > ").push_bind(pieces);
        query.push(" THEN taken - ").push_bind(pieces);
        query.push(" ELSE 0 END, changes = changes + 1 WHERE reward_id = ").push_bind(id);
    });
}

/// Makes `rewards` the whole catalogue, in this order. A reward that is not among them is hidden and closed at `now`,
/// never deleted: redemptions refer to it. Run it in a transaction.
///
/// # Errors
/// The database's.
pub async fn set_rewards(conn: &mut Connection, rewards: &[Reward], now: Moment) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE rewards SET visible_until = CASE WHEN visible_until < $1 THEN visible_until ELSE $1 END, \
         closes_at = CASE WHEN closes_at < $1 THEN closes_at ELSE $1 END",
    )
    .bind(now.0)
    .execute(&mut *conn)
    .await?;
    for (position, reward) in rewards.iter().enumerate() {
        set_reward(conn, reward, i64::try_from(position).unwrap_or(i64::MAX)).await?;
    }
    sqlx::query("UPDATE catalogue_version SET rewards = rewards + 1 WHERE one = 1")
        .execute(conn)
        .await
        .map(|_| ())
}

async fn set_reward(conn: &mut Connection, reward: &Reward, position: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO rewards (id, position, kind, brand, title, description, terms, how_to_use, image, points, \
         worth_rupiah, worth_is_maximum, published_at, visible_from, visible_until, opens_at, closes_at, needs, quantity_max, \
         limit_count, limit_per, balance_min, tiers, voucher_days) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21,$22,$23,$24) \
         ON CONFLICT (id) DO UPDATE SET position = excluded.position, kind = excluded.kind, brand = excluded.brand, \
         title = excluded.title, description = excluded.description, terms = excluded.terms, \
         how_to_use = excluded.how_to_use, image = excluded.image, points = excluded.points, \
         worth_rupiah = excluded.worth_rupiah, worth_is_maximum = excluded.worth_is_maximum, published_at = excluded.published_at, \
         visible_from = excluded.visible_from, visible_until = excluded.visible_until, \
         opens_at = excluded.opens_at, closes_at = excluded.closes_at, needs = excluded.needs, \
         quantity_max = excluded.quantity_max, limit_count = excluded.limit_count, limit_per = excluded.limit_per, \
         balance_min = excluded.balance_min, tiers = excluded.tiers, voucher_days = excluded.voucher_days",
    )
    .bind(&reward.id)
    .bind(position)
    .bind(&reward.kind.0)
    .bind(&reward.brand)
    .bind(json(&reward.title)?)
    .bind(json(&reward.description)?)
    .bind(json(&reward.terms)?)
    .bind(json(&reward.how_to_use)?)
    .bind(reward.image.as_ref().map(json).transpose()?)
    .bind(reward.points)
    .bind(reward.worth.map(Worth::rupiah))
    .bind(i64::from(matches!(reward.worth, Some(Worth::AtMost(_)))))
    .bind(reward.published_at.0)
    .bind(reward.visible_from.map(|at| at.0))
    .bind(reward.visible_until.map(|at| at.0))
    .bind(reward.opens_at.map(|at| at.0))
    .bind(reward.closes_at.map(|at| at.0))
    .bind(needs_word(reward.needs))
    .bind(i64::from(reward.quantity_max))
    .bind(reward.limit.as_ref().map(|limit| i64::from(limit.count)))
    .bind(reward.limit.as_ref().map(|limit| per_word(limit.per)))
    .bind(reward.balance_min)
    .bind(json(&reward.tiers)?)
    .bind(reward.voucher_days.map(i64::from))
    .execute(&mut *conn)
    .await?;
    sqlx::query("DELETE FROM promotions WHERE reward_id = $1").bind(&reward.id).execute(&mut *conn).await?;
    if let Some(promotion) = &reward.promotion {
        sqlx::query(
            "INSERT INTO promotions (reward_id, points, label, starts_at, ends_at) VALUES ($1,$2,$3,$4,$5)",
        )
        .bind(&reward.id)
        .bind(promotion.points)
        .bind(json(&promotion.label)?)
        .bind(promotion.starts_at.map(|at| at.0))
        .bind(promotion.ends_at.map(|at| at.0))
        .execute(&mut *conn)
        .await?;
    }
    let statement = match reward.stock_total {
        Some(total) => sqlx::query(
            "INSERT INTO stock (reward_id, total) VALUES ($1, $2) ON CONFLICT (reward_id) DO UPDATE SET total = excluded.total, limited = 1",
        )
        .bind(&reward.id)
        .bind(i64::from(total)),
        None => sqlx::query("UPDATE stock SET limited = 0 WHERE reward_id = $1").bind(&reward.id),
    };
    statement.execute(conn).await.map(|_| ())
}

/// The programme's texts; `None` before the first import.
///
/// # Errors
/// The database's.
pub async fn find_programme(conn: &mut Connection) -> Result<Option<ProgrammeTexts>, sqlx::Error> {
    let row = sqlx::query("SELECT texts FROM programme WHERE one = 1").fetch_optional(conn).await?;
    row.map(|row| parsed(&row, "texts")).transpose()
}

/// Replaces the programme's texts.
///
/// # Errors
/// The database's.
pub async fn set_programme(conn: &mut Connection, texts: &ProgrammeTexts) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO programme (one, texts) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET texts = excluded.texts",
    )
    .bind(json(texts)?)
    .execute(&mut *conn)
    .await?;
    sqlx::query("UPDATE catalogue_version SET texts = texts + 1 WHERE one = 1")
        .execute(conn)
        .await
        .map(|_| ())
}

fn reward(row: &AnyRow) -> Result<Reward, sqlx::Error> {
    let moment = |column: &str| row.try_get::<Option<i64>, _>(column).map(|at| at.map(Moment));
    let count = |column: &str| row.try_get::<Option<i64>, _>(column).map(|count| count.map(small));
    let promotion = match row.try_get::<Option<i64>, _>("promotion_points")? {
        Some(points) => Some(PromotionRow {
            points,
            label: parsed(row, "promotion_label")?,
            starts_at: moment("promotion_starts_at")?,
            ends_at: moment("promotion_ends_at")?,
        }),
        None => None,
    };
    let limit = match (count("limit_count")?, row.try_get::<Option<String>, _>("limit_per")?) {
        (Some(count), Some(per)) => Some(Limit { count, per: per_of(&per)? }),
        _ => None,
    };
    let image = match row.try_get::<Option<String>, _>("image")? {
        Some(_) => Some(parsed(row, "image")?),
        None => None,
    };
    let at_most = row.try_get::<i64, _>("worth_is_maximum")? != 0;
    Ok(Reward {
        id: row.try_get("id")?,
        kind: RewardKind(row.try_get("kind")?),
        brand: row.try_get("brand")?,
        title: parsed(row, "title")?,
        description: parsed(row, "description")?,
        terms: parsed::<Bilingual<Vec<String>>>(row, "terms")?,
        how_to_use: parsed(row, "how_to_use")?,
        image,
        points: row.try_get("points")?,
        promotion,
        worth: row.try_get::<Option<i64>, _>("worth_rupiah")?.map(if at_most {
            Worth::AtMost
        } else {
            Worth::Exact
        }),
        stock_total: count("stock_total")?,
        stock_left: count("stock_left")?,
        published_at: Moment(row.try_get("published_at")?),
        visible_from: moment("visible_from")?,
        visible_until: moment("visible_until")?,
        opens_at: moment("opens_at")?,
        closes_at: moment("closes_at")?,
        needs: needs_of(&row.try_get::<String, _>("needs")?)?,
        quantity_max: small(row.try_get("quantity_max")?),
        limit,
        balance_min: row.try_get("balance_min")?,
        tiers: parsed(row, "tiers")?,
        voucher_days: count("voucher_days")?,
    })
}

/// A count that the table's checks keep within 0 and `u32::MAX`.
fn small(value: i64) -> u32 {
    u32::try_from(value.max(0)).unwrap_or(u32::MAX)
}

fn json<T: Serialize>(value: &T) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(Box::new(error)))
}

fn parsed<T: DeserializeOwned>(row: &AnyRow, column: &str) -> Result<T, sqlx::Error> {
    let text: String = row.try_get(column)?;
    serde_json::from_str(&text)
        .map_err(|source| sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(source) })
}

fn odd_word(column: &str, word: &str) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: format!("odd word {word:?}").into() }
}

fn needs_word(needs: Needs) -> &'static str {
    match needs {
        Needs::Nothing => "nothing",
        Needs::Phone => "phone",
        Needs::Address => "address",
    }
}

fn needs_of(word: &str) -> Result<Needs, sqlx::Error> {
    match word {
        "nothing" => Ok(Needs::Nothing),
        "phone" => Ok(Needs::Phone),
        "address" => Ok(Needs::Address),
        _ => Err(odd_word("needs", word)),
    }
}

fn per_word(per: LimitPeriod) -> &'static str {
    match per {
        LimitPeriod::Day => "day",
        LimitPeriod::Week => "week",
        LimitPeriod::Month => "month",
        LimitPeriod::Ever => "ever",
    }
}

fn per_of(word: &str) -> Result<LimitPeriod, sqlx::Error> {
    match word {
        "day" => Ok(LimitPeriod::Day),
        "week" => Ok(LimitPeriod::Week),
        "month" => Ok(LimitPeriod::Month),
        "ever" => Ok(LimitPeriod::Ever),
        _ => Err(odd_word("limit_per", word)),
    }
}
