//! The tests of `api.rs`, each on a PostgreSQL database of its own. `cargo xtask test` starts a PostgreSQL for them and
//! says where it is in `TUKAR_TEST_POSTGRES`; without it they fail.

#![expect(clippy::unwrap_used, reason = "a step of a test may fail loudly")]

#[path = "api/access.rs"]
mod access;
#[path = "api/books.rs"]
mod books;
#[path = "api/calling_off.rs"]
mod calling_off;
#[path = "api/clock.rs"]
mod clock;
#[path = "api/contract.rs"]
mod contract;
#[path = "api/enumeration.rs"]
mod enumeration;
#[path = "api/figures.rs"]
mod figures;
#[path = "api/flood.rs"]
mod flood;
#[path = "api/guessing.rs"]
mod guessing;
#[path = "api/identity.rs"]
mod identity;
#[path = "api/limits.rs"]
mod limits;
#[path = "api/locker.rs"]
mod locker;
#[path = "api/log.rs"]
mod log;
#[path = "api/many_lots.rs"]
mod many_lots;
#[path = "api/odd_text.rs"]
mod odd_text;
#[path = "api/one_date.rs"]
mod one_date;
#[path = "api/places.rs"]
mod places;
#[path = "api/plain.rs"]
mod plain;
#[path = "api/points.rs"]
mod points;
#[path = "api/poolers.rs"]
mod poolers;
#[path = "api/races.rs"]
mod races;
#[path = "api/readiness.rs"]
mod readiness;
#[path = "api/redeeming.rs"]
mod redeeming;
#[path = "api/rewards.rs"]
mod rewards;
#[path = "api/secrets.rs"]
mod secrets;
#[path = "api/server.rs"]
mod server;
#[path = "api/sign_in.rs"]
mod sign_in;
#[path = "api/told.rs"]
mod told;
#[path = "api/worker.rs"]
mod worker;

/// Which engine these tests run on.
const POSTGRES: bool = true;
