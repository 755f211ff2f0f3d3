//! Rows of one-time codes and of what their limits count.

use crate::{
    clock::{moment, timestamp},
    store::{Connection, Writes, counts},
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
    /// On whose pages the code that counts was asked for; empty: on the programme's own.
    pub partner_id: String,
    /// HMAC of all that the code that counts is bound to, without the code; empty where no points are held.
    pub deal_hmac: Vec<u8>,
}

tukar_wire::debug_masked!(ChallengeRow {
    member_id, purpose, channel, state, ends_at, sent, sent_at, made_at, partner_id;
    id, contact, code_hmac, deal_hmac,
});

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
pub fn put(writes: &mut Writes, row: &ChallengeRow) {
    let (state, wrong) = match row.state {
        CodeState::Live { wrong, .. } => ("live", wrong),
        CodeState::Locked => ("locked", 0),
        CodeState::Used => ("used", 0),
    };
    writes.add(1, |query| {
        query.push(
            "INSERT INTO challenges (id, member_id, purpose, contact, channel, code_hmac, state, ends_at, wrong, sent, \
             sent_at, made_at, partner_id, deal_hmac) VALUES ",
        );
        query.push_rows([row], |values, row| {
            values
                .push_bind(row.id.as_str())
                .push_bind(row.member_id.as_deref())
                .push_bind(row.purpose.word())
                .push_bind(row.contact.as_str())
                .push_bind(channel_word(row.channel))
                .push_bind(row.code_hmac.as_slice())
                .push_bind(state)
                .push_bind(row.ends_at.0)
                .push_bind(i64::from(wrong))
                .push_bind(i64::from(row.sent))
                .push_bind(row.sent_at.0)
                .push_bind(row.made_at.0)
                .push_bind(row.partner_id.as_str())
                .push_bind(row.deal_hmac.as_slice());
        });
        query.push(
            " ON CONFLICT (id) DO UPDATE SET channel = excluded.channel, code_hmac = excluded.code_hmac, \
             state = excluded.state, ends_at = excluded.ends_at, wrong = excluded.wrong, sent = excluded.sent, \
             sent_at = excluded.sent_at, partner_id = excluded.partner_id, deal_hmac = excluded.deal_hmac",
        );
    });
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
    let rows: Vec<(i64,)> = sqlx::query_as(
        "SELECT at FROM attempts_counted WHERE what = $1 AND subject = $2 AND at > $3 AND at <= $4",
    )
    .bind(counted_word(what))
    .bind(subject)
    .bind(now.0 - DAY_MS)
    .bind(now.0 + AHEAD_MAX_MS)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|(at,)| timestamp(Moment(at))).collect())
}

/// Counts one.
pub fn count(writes: &mut Writes, (what, subject): (Counted, &str), (now, id): (Moment, &str)) {
    writes.add(1, |query| {
        query.push("INSERT INTO attempts_counted (what, subject, at, id) VALUES ");
        query.push_rows([id], |values, id| {
            values.push_bind(counted_word(what)).push_bind(subject).push_bind(now.0).push_bind(id);
        });
    });
}

/// Whose wrong codes are looked at.
#[derive(Clone, Copy, Debug)]
pub struct WrongSubjects<'a> {
    /// Whom codes in a row are counted for.
    pub in_a_row: &'a str,
    /// Whom codes within an hour are counted for.
    pub within_an_hour: &'a str,
}

/// Wrong codes: how many since the last right one, and when within the last day.
///
/// # Errors
/// The database's.
pub async fn load_wrong(
    conn: &mut Connection,
    subjects: WrongSubjects<'_>,
    now: Moment,
) -> Result<(u32, Vec<Timestamp>), sqlx::Error> {
    let rows: Vec<(Option<i64>, Option<i64>)> = sqlx::query_as(
        "SELECT times, CAST(NULL AS BIGINT) AS at FROM wrong_in_a_row WHERE subject = $1 \
         UNION ALL SELECT CAST(NULL AS BIGINT), at FROM attempts_counted \
         WHERE what = 'wrong' AND subject = $2 AND at > $3 AND at <= $4",
    )
    .bind(subjects.in_a_row)
    .bind(subjects.within_an_hour)
    .bind(now.0 - DAY_MS)
    .bind(now.0 + AHEAD_MAX_MS)
    .fetch_all(conn)
    .await?;
    let in_a_row = rows.iter().find_map(|(times, _)| *times).map_or(0, count_of);
    Ok((in_a_row, rows.iter().filter_map(|(_, at)| *at).map(|at| timestamp(Moment(at))).collect()))
}

/// One more wrong code.
pub fn add_wrong_in_a_row(writes: &mut Writes, subject: &str) {
    writes.add(1, |query| {
        query.push("INSERT INTO wrong_in_a_row (subject, times) VALUES (").push_bind(subject);
        query.push(", 1) ON CONFLICT (subject) DO UPDATE SET times = wrong_in_a_row.times + 1");
    });
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

/// Forgets challenges and counts that no limit looks at any more.
///
/// # Errors
/// The database's.
pub async fn delete_old(conn: &mut Connection, now: Moment) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM challenges WHERE made_at < $1")
        .bind(now.0 - 2 * DAY_MS)
        .execute(&mut *conn)
        .await?;
    // Anybody makes those at sign-in, for whomever: what they leave is bounded by how long they stay.
    sqlx::query("DELETE FROM challenges WHERE made_at < $1 AND purpose = 'sign_in' AND sent_at < $1")
        .bind(now.0 - SIGN_IN_KEPT_MS)
        .execute(&mut *conn)
        .await?;
    sqlx::query("DELETE FROM attempts_counted WHERE at < $1")
        .bind(now.0 - 2 * DAY_MS)
        .execute(&mut *conn)
        .await?;
    counts::delete_old(conn, now).await
}

const DAY_MS: i64 = 86_400_000;
/// How long a challenge of sign-in is kept after its last code was made.
const SIGN_IN_KEPT_MS: i64 = 2 * 3_600_000;
/// What was counted further ahead of now was counted by a clock that was wrong: it counts for nothing.
const AHEAD_MAX_MS: i64 = 5 * 60_000;

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
        partner_id: row.try_get("partner_id")?,
        deal_hmac: row.try_get("deal_hmac")?,
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
