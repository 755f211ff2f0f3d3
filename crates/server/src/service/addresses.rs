//! How many codes one network address may have sent, whomever to. Counted in the database, so that the count is one for all
//! servers and outlives them; under the key of the codes, so that no address stands there.

use crate::{
    app::App,
    problem::ApiError,
    store::{Connection, Lock, Writes, challenges, lock},
};

const WINDOW_MS: i64 = 10 * 60_000;

/// Counts a wish for a code from `network`, or refuses it. Wishes that are refused for another reason count too: they cost
/// a look.
///
/// # Errors
/// [`ApiError::TooMany`]; the database's.
pub async fn may_ask_code(app: &App, network: &str) -> Result<(), ApiError> {
    let now = app.clock.now();
    let scope = format!("address:{}", app.secret.subject(network));
    let most = i64::from(app.config.codes.per_address_in_ten_minutes);
    let work = async |conn: &mut Connection| {
        lock(conn, Lock::Subject(&scope)).await?;
        if challenges::load_messages(conn, &scope, now.plus_ms(-WINDOW_MS)).await? >= most {
            return Ok(false);
        }
        let mut writes = Writes::new();
        challenges::count_message(&mut writes, (&scope, 0), now);
        writes.run(conn).await?;
        Ok::<_, sqlx::Error>(true)
    };
    if app.store.transact("address.ask", work).await? {
        return Ok(());
    }
    tracing::warn!("codes that one network address asks for are held back");
    Err(ApiError::TooMany { retry_at: now.plus_ms(60_000), now })
}
