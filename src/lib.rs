//! The widget.
pub mod api;
pub mod catalog;
pub mod history;
pub mod i18n;
pub mod redeem;
pub mod support;
pub mod ui;
