//! Routes: one file a noun, each with `pub(crate) fn routes() -> OpenApiRouter<Shared>`.
//!
//! A handler takes [`body::Json`] for its body and [`crate::language::Language`] for its texts, and returns
//! `Result<_, ApiError>`; the layer [`crate::problem::write_problems`] writes the error in the reader's language.

pub mod body;
pub mod challenges;
pub mod me;
pub mod redemptions;
pub mod session;
pub mod vouchers;
