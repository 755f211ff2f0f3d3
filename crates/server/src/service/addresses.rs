//! How many codes one network may ask for, whomever to. Counted in the database, so that the count is one for all servers
//! and outlives them; under the key of the codes, so that no address stands there.

use crate::{
    app::App,
    place::Here,
    problem::ApiError,
    service::caps,
    store::{
        Connection, Lock, Writes,
        counts::{self, HOUR, Scope, TEN_MINUTES},
        lock,
    },
};
use tukar_domain::limits;

/// A counter of asks.
struct Asks {
    name: String,
    max: u32,
    window: jiff::SignedDuration,
}

/// Counts an ask for a code from the network of `here`, or refuses it. Where the network is not known nothing is counted.
/// Asks that are refused for another reason count too: they cost a look.
///
/// # Errors
/// [`ApiError::TooMany`]; the database's.
pub async fn may_ask_code(app: &App, here: &Here) -> Result<(), ApiError> {
    let counters = counters(app, here);
    if counters.is_empty() {
        return Ok(());
    }
    let now = app.clock.now();
    let work = async |conn: &mut Connection| {
        let mut writes = Writes::new();
        // In this order: who holds a narrow network's lock may wait for the wide one's, and never the other way round.
        for Asks { name, max, window } in &counters {
            lock(conn, Lock::Subject(name)).await?;
            caps::within(conn, Scope { name, max: *max, window: *window }, now).await?;
            counts::add(&mut writes, name, 0, now);
        }
        Ok::<_, ApiError>(writes.run(conn).await?)
    };
    let asked = app.store.transact("address.ask", work).await;
    if let Err(ApiError::TooMany { .. }) = &asked {
        app.told.warn(now, "codes that one network asks for are refused");
    }
    asked
}

fn counters(app: &App, here: &Here) -> Vec<Asks> {
    let Some(network) = here.client.network() else { return Vec::new() };
    let (most, subject) = (app.config.codes.per_address_in_ten_minutes, app.secret.subject(&network));
    let mut counters = vec![Asks { name: format!("address:{subject}"), max: most, window: TEN_MINUTES }];
    if let Some(codes_per_hour) = here.place.codes_per_hour {
        counters.push(Asks {
            name: format!("partner-asks:{}:{subject}", here.place.partner),
            max: limits::partner_asks_of_network(codes_per_hour),
            window: HOUR,
        });
    }
    if let Some(wide) = here.client.wide_network() {
        counters.push(Asks {
            name: format!("address:{}", app.secret.subject(&wide)),
            max: most.saturating_mul(limits::WIDE_NETWORK_TIMES),
            window: TEN_MINUTES,
        });
    }
    counters
}
