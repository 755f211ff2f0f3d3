//! Rows of one-time codes and of what their limits count.

use crate::{
    clock::{moment, timestamp},
    store::Connection,
};
use jiff::Timestamp;
use sqlx::{Row, any::AnyRow};
use tukar_domain::code::CodeState;
use tukar_wire::{Channel, Moment};

/// What a challenge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PurposeWord {
    /// Opening a session.
    SignIn,
    /// Spending held points.
    Redeem,
    /// Opening the claim locker.
    Locker,
}

impl PurposeWord {
    fn word(self) -> &'static str {
        match self {
            PurposeWord::SignIn => "sign_in",
            PurposeWord::Redeem => "redeem",
            PurposeWord::Locker => "locker",
        }
    }
}

/// A code that was asked for.
#[derive(Clone)]
pub struct ChallengeRow {
    /// Id.
    pub id: String,
    /// Whose; `None`: a contact without an account.
    pub member_id: Option<String>,
    /// What for.
    pub purpose: PurposeWord,
    /// At sign-in what the visitor typed; else the destination. E.164 or e-mail address.
    pub contact: String,
    /// Which way the last code went.
    pub channel: Channel,
    /// HMAC of the code that counts.
    pub code_hmac: Vec<u8>,
    /// How it stands.
    pub state: CodeState,
    /// When the code that counts ends.
    pub ends_at: Moment,
    /// Codes sent so far.
    pub sent: u32,
    /// When the last one was.
    pub sent_at: Moment,
    /// When it was asked for.
    pub made_at: Moment,
}

/// A challenge by id.
///
/// # Errors
/// The database's.
pub async fn find(conn: &mut Connection, id: &str) -> Result<Option<ChallengeRow>, sqlx::Error> {
    sqlx::query("SELECT * FROM challenges WHERE id = $1")
        .bind(id)
        .fetch_optional(conn)
        .await?
        .map(|row| challenge(&row))
        .transpose()
}

/// Writes a challenge, new or changed.
///
/// # Errors
/// The database's.
pub async fn put(conn: &mut Connection, row: &ChallengeRow) -> Result<(), sqlx::Error> {
    let (state, wrong) = match row.state {
        CodeState::Live { wrong, .. } => ("live", wrong),
        CodeState::Locked => ("locked", 0),
        CodeState::Used => ("used", 0),
    };
    sqlx::query(
        "INSERT INTO challenges (id, member_id, purpose, contact, channel, code_hmac, state, ends_at, wrong, sent, sent_at, made_at) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12) ON CONFLICT (id) DO UPDATE SET channel = excluded.channel, \
         code_hmac = excluded.code_hmac, state = excluded.state, ends_at = excluded.ends_at, wrong = excluded.wrong, \
         sent = excluded.sent, sent_at = excluded.sent_at",
    )
    .bind(&row.id)
    .bind(&row.member_id)
    .bind(row.purpose.word())
    .bind(&row.contact)
    .bind(channel_word(row.channel))
    .bind(&row.code_hmac)
    .bind(state)
    .bind(row.ends_at.0)
    .bind(i64::from(wrong))
    .bind(i64::from(row.sent))
    .bind(row.sent_at.0)
    .bind(row.made_at.0)
    .execute(conn)
    .await
    .map(|_| ())
}

/// What the limits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// A code sent to a destination.
    Sent,
    /// A wrong code typed.
    Wrong,
}

/// Moments counted for `subject` within the last day.
///
/// # Errors
/// The database's.
pub async fn load_counted(
    conn: &mut Connection,
    (what, subject): (Counted, &str),
    now: Moment,
) -> Result<Vec<Timestamp>, sqlx::Error> {
    let rows: Vec<(i64,)> =
        sqlx::query_as("SELECT at FROM attempts_counted WHERE what = $1 AND subject = $2 AND at > $3")
            .bind(counted_word(what))
            .bind(subject)
            .bind(now.0 - DAY_MS)
            .fetch_all(conn)
            .await?;
    Ok(rows.into_iter().map(|(at,)| timestamp(Moment(at))).collect())
}

/// Counts one.
///
/// # Errors
/// The database's.
pub async fn count(
    conn: &mut Connection,
    (what, subject): (Counted, &str),
    (now, id): (Moment, &str),
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO attempts_counted (what, subject, at, id) VALUES ($1,$2,$3,$4)")
        .bind(counted_word(what))
        .bind(subject)
        .bind(now.0)
        .bind(id)
        .execute(conn)
        .await
        .map(|_| ())
}

/// Wrong codes of `subject` since its last right one.
///
/// # Errors
/// The database's.
pub async fn load_wrong_in_a_row(conn: &mut Connection, subject: &str) -> Result<u32, sqlx::Error> {
    let times: Option<i64> = sqlx::query_scalar("SELECT times FROM wrong_in_a_row WHERE subject = $1")
        .bind(subject)
        .fetch_optional(conn)
        .await?;
    Ok(times.map_or(0, count_of))
}

/// One more wrong code.
///
/// # Errors
/// The database's.
pub async fn add_wrong_in_a_row(conn: &mut Connection, subject: &str) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO wrong_in_a_row (subject, times) VALUES ($1, 1) \
         ON CONFLICT (subject) DO UPDATE SET times = wrong_in_a_row.times + 1";
    sqlx::query(sql).bind(subject).execute(conn).await.map(|_| ())
}

/// A right code, or the operator: counting begins anew. True: there was something to forget.
///
/// # Errors
/// The database's.
pub async fn forget_wrong(conn: &mut Connection, subject: &str) -> Result<bool, sqlx::Error> {
    let done =
        sqlx::query("DELETE FROM wrong_in_a_row WHERE subject = $1").bind(subject).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}

/// Messages of `scope` in the minutes after `since`.
///
/// # Errors
/// The database's.
pub async fn load_messages(conn: &mut Connection, scope: &str, since: Moment) -> Result<i64, sqlx::Error> {
    let sql = "SELECT CAST(COALESCE(SUM(times), 0) AS BIGINT) FROM messages_counted WHERE scope = $1 AND minute > $2";
    sqlx::query_scalar(sql).bind(scope).bind(since.0 / MINUTE_MS).fetch_one(conn).await
}

/// Counts a message, in one of the minute's rows.
///
/// # Errors
/// The database's.
pub async fn count_message(
    conn: &mut Connection,
    (scope, shard): (&str, i64),
    now: Moment,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO messages_counted (scope, minute, shard, times) VALUES ($1, $2, $3, 1) \
         ON CONFLICT (scope, minute, shard) DO UPDATE SET times = messages_counted.times + 1";
    sqlx::query(sql).bind(scope).bind(now.0 / MINUTE_MS).bind(shard).execute(conn).await.map(|_| ())
}

/// Forgets challenges and counts that no limit looks at any more.
///
/// # Errors
/// The database's.
pub async fn delete_old(conn: &mut Connection, now: Moment) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM challenges WHERE made_at < $1")
        .bind(now.0 - 2 * DAY_MS)
        .execute(&mut *conn)
        .await?;
    sqlx::query("DELETE FROM attempts_counted WHERE at < $1")
        .bind(now.0 - 2 * DAY_MS)
        .execute(&mut *conn)
        .await?;
    sqlx::query("DELETE FROM messages_counted WHERE minute < $1")
        .bind((now.0 - 2 * 60 * MINUTE_MS) / MINUTE_MS)
        .execute(conn)
        .await?;
    Ok(())
}

const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;

/// The stored word of a channel.
#[must_use]
pub fn channel_word(channel: Channel) -> &'static str {
    match channel {
        Channel::Sms => "sms",
        Channel::Email => "email",
    }
}

/// The channel of a stored word.
#[must_use]
pub fn channel_of(word: &str) -> Channel {
    if word == "email" { Channel::Email } else { Channel::Sms }
}

fn counted_word(what: Counted) -> &'static str {
    match what {
        Counted::Sent => "sent",
        Counted::Wrong => "wrong",
    }
}

fn challenge(row: &AnyRow) -> Result<ChallengeRow, sqlx::Error> {
    let ends_at = Moment(row.try_get("ends_at")?);
    let state = match row.try_get::<String, _>("state")?.as_str() {
        "live" => CodeState::Live { ends_at: timestamp(ends_at), wrong: count_of(row.try_get("wrong")?) },
        "used" => CodeState::Used,
        _ => CodeState::Locked,
    };
    Ok(ChallengeRow {
        id: row.try_get("id")?,
        member_id: row.try_get("member_id")?,
        purpose: match row.try_get::<String, _>("purpose")?.as_str() {
            "sign_in" => PurposeWord::SignIn,
            "locker" => PurposeWord::Locker,
            _ => PurposeWord::Redeem,
        },
        contact: row.try_get("contact")?,
        channel: channel_of(&row.try_get::<String, _>("channel")?),
        code_hmac: row.try_get("code_hmac")?,
        state,
        ends_at,
        sent: count_of(row.try_get("sent")?),
        sent_at: Moment(row.try_get("sent_at")?),
        made_at: Moment(row.try_get("made_at")?),
    })
}

/// From when another code may be asked for.
#[must_use]
pub fn resend_at(row: &ChallengeRow) -> Moment {
    moment(tukar_domain::code::resend_at(row.sent, timestamp(row.sent_at)))
}

fn count_of(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
