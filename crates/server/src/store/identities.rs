//! Rows of identities that were taken, and of whom a partner's subjects are.

use crate::store::{Connection, Lock, lock};
use sqlx::Row;
use tukar_wire::Moment;

/// Takes an identity; `false`: it was taken before, by whichever server. `link_hash` is of the ticket that may link it.
///
/// # Errors
/// The database's.
pub async fn take(
    conn: &mut Connection,
    (partner_id, jti, subject): (&str, &str, &str),
    (ends_at, link_hash): (Moment, Option<Vec<u8>>),
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query(
        "INSERT INTO identities_seen (partner_id, jti, subject, ends_at, link_hash) VALUES ($1,$2,$3,$4,$5) \
         ON CONFLICT (partner_id, jti) DO NOTHING",
    )
    .bind(partner_id)
    .bind(jti)
    .bind(subject)
    .bind(ends_at.0)
    .bind(link_hash)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Id of the member whom a partner's subject is, where a member said so.
///
/// # Errors
/// The database's.
pub async fn find_link(
    conn: &mut Connection,
    (partner_id, subject): (&str, &str),
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT member_id FROM identity_links WHERE partner_id = $1 AND subject = $2")
        .bind(partner_id)
        .bind(subject)
        .fetch_optional(conn)
        .await
}

/// Uses a ticket of this partner up and links its subject to the member. `false`: there is no such ticket, or it ended, or
/// the partner was removed.
///
/// # Errors
/// The database's.
pub async fn link(
    conn: &mut Connection,
    (partner_id, link_hash, member_id): (&str, &[u8], &str),
    now: Moment,
) -> Result<bool, sqlx::Error> {
    lock(conn, Lock::PartnerAsItIs(partner_id)).await?;
    let found = sqlx::query(
        "UPDATE identities_seen SET link_hash = NULL WHERE link_hash = $1 AND partner_id = $2 AND ends_at > $3 \
         AND EXISTS (SELECT 1 FROM partners WHERE id = $2) RETURNING subject",
    )
    .bind(link_hash)
    .bind(partner_id)
    .bind(now.0)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(found) = found else { return Ok(false) };
    sqlx::query(
        "INSERT INTO identity_links (partner_id, subject, member_id, linked_at) VALUES ($1,$2,$3,$4) \
         ON CONFLICT (partner_id, subject) DO UPDATE SET member_id = excluded.member_id, linked_at = excluded.linked_at",
    )
    .bind(partner_id)
    .bind(found.try_get::<String, _>("subject")?)
    .bind(member_id)
    .bind(now.0)
    .execute(conn)
    .await?;
    Ok(true)
}

/// Forgets that a member is anybody's subject at this partner, and ends the sessions by its word.
///
/// # Errors
/// The database's.
pub async fn unlink(conn: &mut Connection, (partner_id, member_id): (&str, &str)) -> Result<(), sqlx::Error> {
    lock(conn, Lock::Partner(partner_id)).await?;
    sqlx::query("DELETE FROM identity_links WHERE member_id = $1 AND partner_id = $2")
        .bind(member_id)
        .bind(partner_id)
        .execute(&mut *conn)
        .await?;
    sqlx::query("DELETE FROM sessions WHERE scope = 'read' AND member_id = $1 AND partner_id = $2")
        .bind(member_id)
        .bind(partner_id)
        .execute(conn)
        .await
        .map(|_| ())
}

/// Forgets identities that ended before `now`: their own time refuses them.
///
/// # Errors
/// The database's.
pub async fn delete_ended(conn: &mut Connection, now: Moment) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM identities_seen WHERE ends_at <= $1").bind(now.0).execute(conn).await.map(|_| ())
}
