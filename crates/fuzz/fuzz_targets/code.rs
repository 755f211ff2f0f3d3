//! `cargo xtask fuzz code`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tukar_fuzz::code(bytes));
