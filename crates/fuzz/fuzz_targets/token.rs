//! `cargo xtask fuzz token`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tukar_fuzz::token(bytes));
