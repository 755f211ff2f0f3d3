//! `cargo xtask fuzz query`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tukar_fuzz::query(bytes));
