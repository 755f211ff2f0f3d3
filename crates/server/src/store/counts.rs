//! Rows of what the limits count by the minute: messages, asks and identities, each under a scope.

use crate::{
    clock::timestamp,
    store::{Connection, Statement, Writes},
};
use jiff::SignedDuration;
use sqlx::Row as _;
use std::collections::HashMap;
use tukar_domain::limits::{self, MinuteCount};
use tukar_wire::Moment;

/// The longer window.
pub const HOUR: SignedDuration = SignedDuration::from_hours(1);
/// The shorter window.
pub const TEN_MINUTES: SignedDuration = SignedDuration::from_mins(10);
/// Counts that lie further ahead of now were made by a clock that was wrong: they count for nothing.
const AHEAD_MAX_MINUTES: i64 = 5;
const MINUTE_MS: i64 = 60_000;

/// What was counted under one scope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Within an hour.
    pub hour: u64,
    /// Within ten minutes.
    pub ten_minutes: u64,
}

/// What was counted, by scope. None that came within a window is forgotten, and some count for up to a minute longer.
///
/// # Errors
/// The database's.
pub async fn load_sums(
    conn: &mut Connection,
    scopes: &[&str],
    now: Moment,
) -> Result<HashMap<String, Sums>, sqlx::Error> {
    let first = |window| limits::first_minute(timestamp(now), window);
    let mut query = Statement::new("SELECT scope, CAST(SUM(times) AS BIGINT) AS hour, ");
    query.push("CAST(SUM(CASE WHEN minute >= ").push_bind(first(TEN_MINUTES));
    query.push(" THEN times ELSE 0 END) AS BIGINT) AS ten_minutes FROM messages_counted WHERE minute >= ");
    query.push_bind(first(HOUR)).push(" AND minute <= ").push_bind(last_minute(now));
    query.push(" AND scope IN (").push_rows(scopes, |row, scope| {
        row.push_bind(*scope);
    });
    query.push(") GROUP BY scope");
    let rows = query.fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let sums =
                Sums { hour: times(row.try_get("hour")?), ten_minutes: times(row.try_get("ten_minutes")?) };
            Ok((row.try_get("scope")?, sums))
        })
        .collect()
}

/// When `scope`, which refuses from `max` within `window` on, has room again if nothing more is counted; `now`: it has.
///
/// # Errors
/// The database's.
pub async fn load_room_at(
    conn: &mut Connection,
    full: Scope<'_>,
    now: Moment,
) -> Result<Moment, sqlx::Error> {
    let sql = "SELECT minute, CAST(SUM(times) AS BIGINT) AS times FROM messages_counted \
         WHERE scope = $1 AND minute >= $2 AND minute <= $3 GROUP BY minute";
    let rows = sqlx::query(sql)
        .bind(full.name)
        .bind(limits::first_minute(timestamp(now), full.window))
        .bind(last_minute(now))
        .fetch_all(conn)
        .await?;
    let counts: Vec<MinuteCount> = rows
        .iter()
        .map(|row| Ok(MinuteCount { minute: row.try_get("minute")?, times: times(row.try_get("times")?) }))
        .collect::<Result<_, sqlx::Error>>()?;
    let room = limits::room_at(&counts, full.max, timestamp(now), full.window);
    Ok(room.map_or(now, crate::clock::moment))
}

/// What refuses from so many on.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// Its name in the rows.
    pub name: &'a str,
    /// From so many on it refuses.
    pub max: u32,
    /// Within how long.
    pub window: SignedDuration,
}

/// Counts one, in one of the minute's rows: a minute has several, so that two transactions seldom wait for the same one.
pub fn add(writes: &mut Writes, scope: &str, shard: i64, now: Moment) {
    writes.add(1, |query| {
        query.push("INSERT INTO messages_counted (scope, minute, shard, times) VALUES (").push_bind(scope);
        query.push(", ").push_bind(now.0 / MINUTE_MS).push(", ").push_bind(shard);
        query
            .push(", 1) ON CONFLICT (scope, minute, shard) DO UPDATE SET times = messages_counted.times + 1");
    });
}

/// Forgets what no window reaches any more.
///
/// # Errors
/// The database's.
pub async fn delete_old(conn: &mut Connection, now: Moment) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM messages_counted WHERE minute < $1")
        .bind(now.0 / MINUTE_MS - 120)
        .execute(conn)
        .await
        .map(|_| ())
}

fn last_minute(now: Moment) -> i64 {
    now.0 / MINUTE_MS + AHEAD_MAX_MINUTES
}

fn times(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
