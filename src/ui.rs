//! Parts with no product word in them, shared by every screen.

pub mod clipboard;
pub mod code_field;
pub mod countdown;
pub mod focus;
pub mod icon;
pub mod notice;
pub mod reactive;
pub mod viewport;
pub mod web_otp;
