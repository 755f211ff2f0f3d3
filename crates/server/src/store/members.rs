//! Rows of members and of their sessions.

use crate::store::{AHEAD_MAX_MS, Connection, Writes};
use sqlx::{Row, any::AnyRow};
use tukar_domain::eligibility::AccountState;
use tukar_wire::Moment;

/// A member as stored. Contacts are whole here and masked on the way out.
#[derive(Clone)]
pub struct MemberRow {
    /// Id.
    pub id: String,
    /// What to call them.
    pub name: String,
    /// State of the account.
    pub state: AccountState,
    /// Tier, as `gold`.
    pub tier: String,
    /// E.164 number.
    pub phone: Option<String>,
    /// E-mail address in lower case.
    pub email: Option<String>,
}

tukar_wire::debug_masked!(MemberRow { id, state, tier; name, phone, email });

/// A live session and whose it is.
#[derive(Clone)]
pub struct SessionRow {
    /// Hash of its token.
    pub token_hash: Vec<u8>,
    /// Who.
    pub member: MemberRow,
    /// Last asked.
    pub seen_at: Moment,
    /// Until then voucher codes are shown.
    pub locker_until: Option<Moment>,
    /// By whose word it was opened; `None`: by a code. By a partner's word it reads only.
    pub by_partner: Option<String>,
}

tukar_wire::debug_masked!(SessionRow { member, seen_at, locker_until, by_partner; token_hash });

const COLUMNS: &str = "m.id, m.name, m.state, m.tier, m.phone, m.email";

/// The member of a contact: an E.164 number or an e-mail address in lower case.
///
/// # Errors
/// The database's.
pub async fn find_by_contact(conn: &mut Connection, contact: &str) -> Result<Option<MemberRow>, sqlx::Error> {
    let column = if contact.contains('@') { "email" } else { "phone" };
    let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM members m WHERE m.{column} = $1"));
    sqlx::query(sql).bind(contact).fetch_optional(conn).await?.map(|row| member(&row)).transpose()
}

/// A member by id.
///
/// # Errors
/// The database's; no such member.
pub async fn load(conn: &mut Connection, id: &str) -> Result<MemberRow, sqlx::Error> {
    let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM members m WHERE m.id = $1"));
    member(&sqlx::query(sql).bind(id).fetch_one(conn).await?)
}

/// Adds a member.
///
/// # Errors
/// The database's; also a contact that another member has.
pub async fn insert(conn: &mut Connection, row: &MemberRow, now: Moment) -> Result<(), sqlx::Error> {
    let state = match row.state {
        AccountState::Verified => "verified",
        AccountState::NotVerified => "not_verified",
        AccountState::Suspended => "suspended",
    };
    sqlx::query(
        "INSERT INTO members (id, name, state, tier, phone, email, joined_at) VALUES ($1,$2,$3,$4,$5,$6,$7)",
    )
    .bind(&row.id)
    .bind(&row.name)
    .bind(state)
    .bind(&row.tier)
    .bind(&row.phone)
    .bind(&row.email)
    .bind(now.0)
    .execute(conn)
    .await
    .map(|_| ())
}

/// Opens a session.
///
/// # Errors
/// The database's.
pub async fn insert_session(
    conn: &mut Connection,
    (token_hash, member_id): (&[u8], &str),
    (now, ends_at): (Moment, Moment),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO sessions (token_hash, member_id, made_at, seen_at, ends_at) VALUES ($1,$2,$3,$4,$5)",
    )
    .bind(token_hash)
    .bind(member_id)
    .bind(now.0)
    .bind(now.0)
    .bind(ends_at.0)
    .execute(conn)
    .await
    .map(|_| ())
}

/// Opens a session by a partner's word, which reads only.
///
/// # Errors
/// The database's.
pub async fn insert_read_session(
    conn: &mut Connection,
    (token_hash, member_id, partner_id): (&[u8], &str, &str),
    (now, ends_at): (Moment, Moment),
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO sessions (token_hash, member_id, made_at, seen_at, ends_at, scope, partner_id) \
         VALUES ($1,$2,$3,$4,$5,'read',$6)",
    )
    .bind(token_hash)
    .bind(member_id)
    .bind(now.0)
    .bind(now.0)
    .bind(ends_at.0)
    .bind(partner_id)
    .execute(conn)
    .await
    .map(|_| ())
}

/// A session that is alive at `now`: neither ended nor idle for longer than `idle_ms`, nor opened by a clock that was ahead,
/// which would let it live until then.
///
/// # Errors
/// The database's.
pub async fn find_session(
    conn: &mut Connection,
    token_hash: &[u8],
    (now, idle_ms): (Moment, i64),
) -> Result<Option<SessionRow>, sqlx::Error> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS}, s.seen_at, s.locker_until, s.scope, s.partner_id FROM sessions s JOIN members m ON m.id = s.member_id \
         WHERE s.token_hash = $1 AND s.ends_at > $2 AND s.seen_at > $3 AND s.made_at <= $4"
    ));
    let row = sqlx::query(sql)
        .bind(token_hash)
        .bind(now.0)
        .bind(now.0 - idle_ms)
        .bind(now.0 + AHEAD_MAX_MS)
        .fetch_optional(conn)
        .await?;
    row.map(|row| {
        Ok(SessionRow {
            token_hash: token_hash.to_vec(),
            member: member(&row)?,
            seen_at: Moment(row.try_get("seen_at")?),
            locker_until: row.try_get::<Option<i64>, _>("locker_until")?.map(Moment),
            by_partner: match row.try_get::<String, _>("scope")?.as_str() {
                "full" => None,
                _ => Some(row.try_get("partner_id")?),
            },
        })
    })
    .transpose()
}

/// Notes that a session was used.
///
/// # Errors
/// The database's.
pub async fn touch_session(conn: &mut Connection, token_hash: &[u8], now: Moment) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE sessions SET seen_at = CASE WHEN seen_at > $1 THEN seen_at ELSE $1 END WHERE token_hash = $2",
    )
    .bind(now.0)
    .bind(token_hash)
    .execute(conn)
    .await
    .map(|_| ())
}

/// Opens the claim locker of a session until `until`.
pub fn open_locker(writes: &mut Writes, token_hash: &[u8], until: Moment) {
    // It may have been ended meanwhile.
    writes.add_any(|query| {
        query.push("UPDATE sessions SET locker_until = ").push_bind(until.0);
        query.push(" WHERE token_hash = ").push_bind(token_hash);
    });
}

/// Closes the claim locker of a session.
pub fn close_locker(writes: &mut Writes, token_hash: &[u8]) {
    writes.add_any(|query| {
        query.push("UPDATE sessions SET locker_until = NULL WHERE token_hash = ").push_bind(token_hash);
    });
}

/// Ends a session.
///
/// # Errors
/// The database's.
pub async fn delete_session(conn: &mut Connection, token_hash: &[u8]) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions WHERE token_hash = $1").bind(token_hash).execute(conn).await.map(|_| ())
}

/// Ends all sessions of a member; how many there were.
///
/// # Errors
/// The database's.
pub async fn delete_sessions_of(conn: &mut Connection, member_id: &str) -> Result<u64, sqlx::Error> {
    let done = sqlx::query("DELETE FROM sessions WHERE member_id = $1").bind(member_id).execute(conn).await?;
    Ok(done.rows_affected())
}

/// Forgets sessions that ended before `now`.
///
/// # Errors
/// The database's.
pub async fn delete_ended_sessions(conn: &mut Connection, now: Moment) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions WHERE ends_at <= $1").bind(now.0).execute(conn).await.map(|_| ())
}

fn member(row: &AnyRow) -> Result<MemberRow, sqlx::Error> {
    let state = match row.try_get::<String, _>("state")?.as_str() {
        "verified" => AccountState::Verified,
        "not_verified" => AccountState::NotVerified,
        _ => AccountState::Suspended,
    };
    Ok(MemberRow {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        state,
        tier: row.try_get("tier")?,
        phone: row.try_get("phone")?,
        email: row.try_get("email")?,
    })
}
