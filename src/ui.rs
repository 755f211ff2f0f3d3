//! Parts with no product word in them, shared by every screen.

pub mod code_field;
