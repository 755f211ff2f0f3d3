//! The API on the true router: signing in, points, redeeming, the locker, and what must hold when things go wrong.
//! Each test has a database file of its own, a clock that only the test moves, and a sender that keeps what it is given.

#![expect(clippy::unwrap_used, reason = "a step of a test may fail loudly")]

#[path = "api/locker.rs"]
mod locker;
#[path = "api/many_lots.rs"]
mod many_lots;
#[path = "api/points.rs"]
mod points;
#[path = "api/races.rs"]
mod races;
#[path = "api/redeeming.rs"]
mod redeeming;
#[path = "api/server.rs"]
mod server;
#[path = "api/sign_in.rs"]
mod sign_in;
