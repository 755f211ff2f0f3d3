//! `cargo xtask fuzz catalogue`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tukar_fuzz::catalogue(bytes));
