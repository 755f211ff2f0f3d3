//! Rows of the partners.

use crate::{
    partner::{Mode, Partner},
    store::Connection,
};
use sqlx::Row;
use tukar_wire::Moment;

/// Every partner, by id.
///
/// # Errors
/// The database's.
pub async fn load_all(conn: &mut Connection) -> Result<Vec<Partner>, sqlx::Error> {
    let rows = sqlx::query("SELECT id, name, origins, mode, accent, created_at FROM partners ORDER BY id")
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            let origins: String = row.try_get("origins")?;
            let mode: String = row.try_get("mode")?;
            Ok(Partner {
                id: row.try_get("id")?,
                name: row.try_get("name")?,
                origins: serde_json::from_str(&origins).map_err(|error| sqlx::Error::Decode(error.into()))?,
                mode: Mode::of(&mode).ok_or_else(|| sqlx::Error::Decode(mode.into()))?,
                accent: row.try_get("accent")?,
                created_at: Moment(row.try_get("created_at")?),
            })
        })
        .collect()
}

/// Adds a partner, or changes the one of this id; when it was first added stays.
///
/// # Errors
/// The database's.
pub async fn put(conn: &mut Connection, partner: &Partner) -> Result<(), sqlx::Error> {
    let origins =
        serde_json::to_string(&partner.origins).map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query(
        "INSERT INTO partners (id, name, origins, mode, accent, created_at) VALUES ($1,$2,$3,$4,$5,$6) \
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, origins = excluded.origins, mode = excluded.mode, \
         accent = excluded.accent",
    )
    .bind(&partner.id)
    .bind(&partner.name)
    .bind(origins)
    .bind(partner.mode.word())
    .bind(&partner.accent)
    .bind(partner.created_at.0)
    .execute(conn)
    .await
    .map(|_| ())
}

/// Removes a partner; `false` when there was none of this id.
///
/// # Errors
/// The database's.
pub async fn remove(conn: &mut Connection, id: &str) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("DELETE FROM partners WHERE id = $1").bind(id).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}
