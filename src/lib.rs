//! The widget.
pub mod catalog;
