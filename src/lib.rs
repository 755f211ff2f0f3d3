//! The widget.
pub mod api;
pub mod catalog;
pub mod i18n;
pub mod redeem;
pub mod ui;
