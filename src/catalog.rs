//! The catalogue: filters, list, detail.

pub mod fold;
pub mod index;
pub mod query;
pub mod window;
