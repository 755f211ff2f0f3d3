//! `cargo xtask fuzz identity`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tukar_fuzz::identity(bytes));
