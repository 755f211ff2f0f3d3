//! `cargo xtask fuzz forwarded`
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tukar_fuzz::forwarded(bytes));
