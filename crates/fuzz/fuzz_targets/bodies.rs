//! `cargo xtask fuzz bodies`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tukar_fuzz::bodies(bytes));
