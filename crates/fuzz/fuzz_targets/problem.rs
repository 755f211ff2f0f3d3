//! `cargo xtask fuzz problem`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tukar_fuzz::problem(bytes));
