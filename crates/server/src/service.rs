//! Use cases: each opens one transaction, loads what the domain needs, lets it decide, and writes what came of it.

pub mod addresses;
pub mod codes;
pub mod identity;
pub mod points;
pub mod redeem;
pub mod sign_in;
pub mod vouchers;

use crate::{app::App, problem::ApiError};
use std::{future::Future, sync::Arc};

/// Runs `work` in its own task, so that a visitor who goes away does not cut a commit in half.
///
/// # Errors
/// The work's own; `Broken` when it panicked.
pub async fn to_the_end<T, F>(app: &Arc<App>, work: impl FnOnce(Arc<App>) -> F) -> Result<T, ApiError>
where
    T: Send + 'static,
    F: Future<Output = Result<T, ApiError>> + Send + 'static,
{
    tokio::spawn(work(Arc::clone(app))).await.map_err(|error| ApiError::Broken(error.into()))?
}
