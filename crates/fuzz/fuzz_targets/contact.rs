//! `cargo xtask fuzz contact`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tukar_fuzz::contact(bytes));
