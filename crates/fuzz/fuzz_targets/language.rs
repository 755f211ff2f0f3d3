//! `cargo xtask fuzz language`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tukar_fuzz::language(bytes));
