#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| failsoft_fuzz::policy::holds(data));
