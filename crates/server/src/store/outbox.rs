//! Rows of what is to be sent: written with the decision, taken by the worker, at least once.
//!
//! Invariant: the order in which messages leave stands in their rows, so that all servers of a database follow one: by class,
//! within a class in turns by lane, within a turn by what ends soonest. `docs/LIMITS.md` says why.

use crate::{
    language::Language,
    senders::Message,
    store::{
        Connection, Statement, Writes,
        challenges::{channel_of, channel_word},
    },
};
use sqlx::Row;
use tukar_wire::{Channel, Moment};

/// Whose messages leave first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Codes for who is signed in.
    Session = 0,
    /// Codes to sign in with.
    SignIn = 1,
    /// Copies of vouchers.
    Copy = 2,
    /// To contacts without an account.
    Stranger = 3,
    /// To nobody, though it seems so.
    Nowhere = 9,
}

impl Class {
    fn of(number: i64) -> Class {
        match number {
            0 => Class::Session,
            1 => Class::SignIn,
            2 => Class::Copy,
            3 => Class::Stranger,
            _ => Class::Nowhere,
        }
    }
}

/// A message to be added.
#[derive(Clone, Copy)]
pub struct NewMessage<'a> {
    /// Id.
    pub id: &'a str,
    /// The challenge whose code it carries.
    pub challenge_id: Option<&'a str>,
    /// What to send.
    pub message: &'a Message,
    /// How soon.
    pub class: Class,
}

/// From when until when a message may be sent.
#[derive(Clone, Copy)]
pub struct Lasts {
    /// When it is made, and due.
    pub now: Moment,
    /// From then on it must not be sent.
    pub ends_at: Moment,
}

/// A message that waits.
#[derive(Clone, Debug)]
pub struct OutboxRow {
    /// Id.
    pub id: String,
    /// What to send.
    pub message: Message,
    /// When it was made.
    pub made_at: Moment,
    /// When it was to be sent.
    pub due_at: Moment,
    /// From then on it must not be sent: its code has ended.
    pub ends_at: Moment,
    /// Times it was tried.
    pub tries: u32,
    /// How soon it leaves.
    pub class: Class,
    /// Messages of one lane take turns with those of others.
    pub lane: String,
}

/// Turns that are told apart: what waits behind so many of its lane is as late as the next.
const TURNS_MAX: i64 = 1_000;
/// Characters of a number that tell its operator.
const OPERATOR_DIGITS: usize = 6;

/// The lane of a destination: the domain of an address, the operator of a number.
fn lane(to: &str) -> &str {
    match to.rsplit_once('@') {
        Some((_, domain)) => domain,
        None => to.get(..OPERATOR_DIGITS).unwrap_or(to),
    }
}

/// Adds a message, due at once. Its turn is how many of its lane wait before it.
pub fn insert(writes: &mut Writes, new: NewMessage<'_>, lasts: Lasts) {
    let NewMessage { id, challenge_id, message, class } = new;
    let lane = if class == Class::Nowhere { "" } else { lane(&message.to) };
    writes.add(1, |query| {
        query.push(
            "INSERT INTO outbox (id, challenge_id, channel, contact, language, subject, text, made_at, due_at, ends_at, tries, \
             class, lane, turn) VALUES (",
        );
        query.push_bind(id).push(", ").push_bind(challenge_id);
        query.push(", ").push_bind(channel_word(message.channel));
        query.push(", ").push_bind(message.to.as_str());
        query.push(", ").push_bind(message.language.tag());
        query.push(", ").push_bind(message.subject.as_str());
        query.push(", ").push_bind(message.text.as_str());
        query.push(", ").push_bind(lasts.now.0).push(", ").push_bind(lasts.now.0);
        query.push(", ").push_bind(lasts.ends_at.0);
        query.push(", 0, ").push_bind(class as i64).push(", ").push_bind(lane);
        query.push(", (SELECT COUNT(*) FROM (SELECT 1 FROM outbox WHERE lane = ").push_bind(lane);
        query.push(" AND class = ").push_bind(class as i64);
        query.push(" LIMIT ").push_bind(TURNS_MAX).push(") AS waiting))");
    });
}

/// Messages of a channel due at `now` in the order in which they leave, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn load_due(
    conn: &mut Connection,
    channel: Channel,
    now: Moment,
    limit: usize,
) -> Result<Vec<OutboxRow>, sqlx::Error> {
    let sql = "SELECT * FROM outbox WHERE due_at <= $1 AND ends_at > $1 AND channel = $2 \
         ORDER BY class, turn, ends_at, id LIMIT $3";
    let rows = sqlx::query(sql)
        .bind(now.0)
        .bind(channel_word(channel))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(OutboxRow {
                id: row.try_get("id")?,
                message: Message {
                    channel: channel_of(&row.try_get::<String, _>("channel")?),
                    to: row.try_get("contact")?,
                    subject: row.try_get("subject")?,
                    text: row.try_get("text")?,
                    language: Language::of_tag(&row.try_get::<String, _>("language")?).unwrap_or_default(),
                },
                made_at: Moment(row.try_get("made_at")?),
                due_at: Moment(row.try_get("due_at")?),
                ends_at: Moment(row.try_get("ends_at")?),
                tries: u32::try_from(row.try_get::<i64, _>("tries")?).unwrap_or(u32::MAX),
                class: Class::of(row.try_get("class")?),
                lane: row.try_get("lane")?,
            })
        })
        .collect()
}

/// Takes out the message of a challenge's code that counts no more; one that was sent already is not there. A message that
/// the same gathering adds comes after this.
pub fn delete_of(writes: &mut Writes, challenge_id: &str) {
    writes.add_any(|query| {
        query.push("DELETE FROM outbox WHERE challenge_id = ").push_bind(challenge_id);
    });
}

/// Puts those of these messages that are due at `now` off until `until`; answers which. Another server took the others.
///
/// # Errors
/// The database's.
pub async fn claim(
    conn: &mut Connection,
    rows: &[OutboxRow],
    (now, until): (Moment, Moment),
) -> Result<Vec<String>, sqlx::Error> {
    let mut query = Statement::new("UPDATE outbox SET due_at = ");
    query.push_bind(until.0).push(" WHERE due_at <= ").push_bind(now.0).push(" AND id IN (");
    query.push_rows(rows, |id, row| {
        id.push_bind(row.id.as_str());
    });
    query.push(") RETURNING id");
    query.fetch_all(conn).await?.iter().map(|row| row.try_get("id")).collect()
}

/// Takes messages out: sent, or refused.
///
/// # Errors
/// The database's.
pub async fn delete(conn: &mut Connection, ids: &[&str]) -> Result<(), sqlx::Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut query = Statement::new("DELETE FROM outbox WHERE id IN (");
    query.push_rows(ids, |row, id| {
        row.push_bind(*id);
    });
    query.push(")");
    query.execute(conn).await.map(|_| ())
}

/// Puts a message off until `due_at`.
///
/// # Errors
/// The database's.
pub async fn put_off(conn: &mut Connection, id: &str, due_at: Moment) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE outbox SET due_at = $1, tries = tries + 1 WHERE id = $2")
        .bind(due_at.0)
        .bind(id)
        .execute(conn)
        .await
        .map(|_| ())
}

/// What a contact begins with to which nothing is sent, though it seems so.
pub const NOWHERE: &str = "nowhere:";

/// Takes out what can't be sent any more. Returns the channels of those that were meant to be.
///
/// # Errors
/// The database's.
pub async fn delete_ended(conn: &mut Connection, now: Moment) -> Result<Vec<Channel>, sqlx::Error> {
    let sql =
        sqlx::AssertSqlSafe(format!("DELETE FROM outbox WHERE ends_at <= $1 AND contact LIKE '{NOWHERE}%'"));
    sqlx::query(sql).bind(now.0).execute(&mut *conn).await?;
    let sql = "DELETE FROM outbox WHERE ends_at <= $1 RETURNING channel";
    let words: Vec<String> = sqlx::query_scalar(sql).bind(now.0).fetch_all(conn).await?;
    Ok(words.iter().map(|word| channel_of(word)).collect())
}
