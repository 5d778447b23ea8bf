#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| ruhu_fuzz::form(data));
