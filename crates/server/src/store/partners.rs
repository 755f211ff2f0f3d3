//! Rows of the partners and of their keys.

use crate::{
    partner::{Algorithm, Mode, Partner, PartnerKey},
    store::{Connection, Lock, lock},
};
use sqlx::{Row, any::AnyRow};
use tukar_wire::Moment;

/// Every partner, by id.
///
/// # Errors
/// The database's.
pub async fn load_all(conn: &mut Connection) -> Result<Vec<Partner>, sqlx::Error> {
    let rows = sqlx::query("SELECT * FROM partners ORDER BY id").fetch_all(&mut *conn).await?;
    let mut partners = rows.iter().map(partner).collect::<Result<Vec<_>, _>>()?;
    let keys = sqlx::query("SELECT * FROM partner_keys ORDER BY added_at, kid").fetch_all(conn).await?;
    for row in &keys {
        let owner: String = row.try_get("partner_id")?;
        if let Some(partner) = partners.iter_mut().find(|partner| partner.id == owner) {
            partner.keys.push(key(row)?);
        }
    }
    Ok(partners)
}

/// Adds a partner, or changes the one of this id; its keys and when it was first added stay.
///
/// # Errors
/// The database's.
pub async fn put(conn: &mut Connection, partner: &Partner) -> Result<(), sqlx::Error> {
    let origins =
        serde_json::to_string(&partner.origins).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query(
        "INSERT INTO partners (id, name, origins, mode, accent, codes_per_hour, identities_per_hour, created_at) \
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, origins = excluded.origins, mode = excluded.mode, \
         accent = excluded.accent, codes_per_hour = excluded.codes_per_hour, \
         identities_per_hour = excluded.identities_per_hour",
    )
    .bind(&partner.id)
    .bind(&partner.name)
    .bind(origins)
    .bind(partner.mode.word())
    .bind(&partner.accent)
    .bind(i64::from(partner.codes_per_hour))
    .bind(i64::from(partner.identities_per_hour))
    .bind(partner.created_at.0)
    .execute(conn)
    .await
    .map(|_| ())
}

/// Removes a partner with its keys, the links to it, the tickets to make some and the sessions by its word; `false` when there was none of this id.
///
/// # Errors
/// The database's.
pub async fn remove(conn: &mut Connection, id: &str) -> Result<bool, sqlx::Error> {
    lock(conn, Lock::Partner(id)).await?;
    for table in ["partner_keys", "identity_links"] {
        let sql = sqlx::AssertSqlSafe(format!("DELETE FROM {table} WHERE partner_id = $1"));
        sqlx::query(sql).bind(id).execute(&mut *conn).await?;
    }
    // What was taken stays taken.
    let tickets = "UPDATE identities_seen SET link_hash = NULL WHERE partner_id = $1";
    for sql in ["DELETE FROM sessions WHERE scope = 'read' AND partner_id = $1", tickets] {
        sqlx::query(sql).bind(id).execute(&mut *conn).await?;
    }
    let done = sqlx::query("DELETE FROM partners WHERE id = $1").bind(id).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}

/// Adds a key; the partner's others that would count longer end at `others_end_at`. `false`: the partner has a key of
/// this id already.
///
/// # Errors
/// The database's.
pub async fn rotate(
    conn: &mut Connection,
    (id, key): (&str, &PartnerKey),
    others_end_at: Moment,
) -> Result<bool, sqlx::Error> {
    lock(conn, Lock::Partner(id)).await?;
    sqlx::query(
        "UPDATE partner_keys SET ends_at = $1 WHERE partner_id = $2 AND kid <> $3 AND (ends_at IS NULL OR ends_at > $1)",
    )
    .bind(others_end_at.0)
    .bind(id)
    .bind(&key.kid)
    .execute(&mut *conn)
    .await?;
    let done = sqlx::query(
        "INSERT INTO partner_keys (partner_id, kid, algorithm, public_key, added_at) VALUES ($1,$2,$3,$4,$5) \
         ON CONFLICT (partner_id, kid) DO NOTHING",
    )
    .bind(id)
    .bind(&key.kid)
    .bind(key.algorithm.word())
    .bind(&key.public)
    .bind(key.added_at.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Ends a key at `now`, and the sessions by the partner's word with it; `false` when the partner has no such key.
///
/// # Errors
/// The database's.
pub async fn revoke(
    conn: &mut Connection,
    (id, kid): (&str, &str),
    now: Moment,
) -> Result<bool, sqlx::Error> {
    lock(conn, Lock::Partner(id)).await?;
    let done = sqlx::query("UPDATE partner_keys SET ends_at = $1 WHERE partner_id = $2 AND kid = $3")
        .bind(now.0)
        .bind(id)
        .bind(kid)
        .execute(&mut *conn)
        .await?;
    sqlx::query("DELETE FROM sessions WHERE scope = 'read' AND partner_id = $1")
        .bind(id)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// When a partner's key ends; `None`: the partner has no such key any more. Whoever relies on it holds
/// [`Lock::PartnerAsItIs`].
///
/// # Errors
/// The database's.
pub async fn find_end(
    conn: &mut Connection,
    (id, kid): (&str, &str),
) -> Result<Option<Option<Moment>>, sqlx::Error> {
    let found: Option<(Option<i64>,)> =
        sqlx::query_as("SELECT ends_at FROM partner_keys WHERE partner_id = $1 AND kid = $2")
            .bind(id)
            .bind(kid)
            .fetch_optional(conn)
            .await?;
    Ok(found.map(|(ends_at,)| ends_at.map(Moment)))
}

fn partner(row: &AnyRow) -> Result<Partner, sqlx::Error> {
    let origins: String = row.try_get("origins")?;
    let mode: String = row.try_get("mode")?;
    let per_hour = |column| Ok::<_, sqlx::Error>(u32::try_from(row.try_get::<i64, _>(column)?).unwrap_or(0));
    Ok(Partner {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        origins: serde_json::from_str(&origins).map_err(|error| sqlx::Error::Decode(error.into()))?,
        mode: Mode::of(&mode).ok_or_else(|| sqlx::Error::Decode(mode.into()))?,
        accent: row.try_get("accent")?,
        codes_per_hour: per_hour("codes_per_hour")?,
        identities_per_hour: per_hour("identities_per_hour")?,
        keys: Vec::new(),
        created_at: Moment(row.try_get("created_at")?),
    })
}

fn key(row: &AnyRow) -> Result<PartnerKey, sqlx::Error> {
    let algorithm: String = row.try_get("algorithm")?;
    Ok(PartnerKey {
        kid: row.try_get("kid")?,
        algorithm: Algorithm::of(&algorithm).ok_or_else(|| sqlx::Error::Decode(algorithm.into()))?,
        public: row.try_get("public_key")?,
        added_at: Moment(row.try_get("added_at")?),
        ends_at: row.try_get::<Option<i64>, _>("ends_at")?.map(Moment),
    })
}
