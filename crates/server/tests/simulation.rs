//! Random histories against a naive model, on SQLite; `simulation_postgres.rs` runs them on PostgreSQL. What they do, and what
//! counts as a failure, stands in `simulation/README.md`.

#![expect(clippy::unwrap_used, reason = "a step of a test may fail loudly")]

#[path = "simulation/history.rs"]
mod history;
#[path = "simulation/model.rs"]
mod model;
#[path = "api/server.rs"]
#[expect(dead_code, reason = "written for the tests of the API; histories use a part of it")]
mod server;

/// Which engine the histories run on.
const POSTGRES: bool = false;
