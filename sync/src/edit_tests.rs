use super::*;
use crate::outcome::Verdict;

const WHOLE: &str = r#"{"device_seq":3,"op":"put","record":"01920000-0000-7000-8000-000000000001","kind":"household","base":"0","patch":{"a":1},"made_at":"2026-11-23T09:30:00+08:00"}"#;

#[test]
fn an_element_without_a_readable_number_is_none() {
    for raw in ["{}", "3", r#"{"device_seq":"3"}"#, r#"{"device_seq":-1}"#] {
        assert!(Received::read(raw).is_none(), "{raw}");
    }
}

#[test]
fn an_element_with_only_a_number_gets_an_outcome() {
    for raw in [
        r#"{"device_seq":3}"#,
        r#"{"device_seq":3,"patch":{"a":1,"a":2}}"#,
        r#"{"device_seq":3,"patch":"\u0000"}"#,
    ] {
        let received = Received::read(raw).expect("a number");
        assert_eq!(received.device_seq, DeviceSeq(3));
        let refusal = received.edit.expect_err("malformed");
        assert_eq!((refusal.verdict, refusal.reason), (Verdict::Rejected, Reason::Malformed));
    }
}

#[test]
fn equal_content_in_another_order_has_the_same_canonical_text() {
    let spaced = WHOLE.replace(':', " : ").replace("09 : 30 : 00+08 : 00", "09:30:00+08:00");
    let one = Received::read(WHOLE).expect("read");
    let other = Received::read(&spaced).expect("read");
    assert_eq!(one.canonical, other.canonical);
    assert!(one.asked().is_some());
}

#[test]
fn everything_wrong_with_an_envelope_is_said_at_once() {
    let received = Received::read(r#"{"device_seq":3,"op":"put","base":"7"}"#).expect("read");
    let problems = received.edit.expect_err("malformed").problems;
    let said: Vec<_> = problems.iter().map(|p| format!("{} {}", p.path, p.code)).collect();
    assert_eq!(said, ["/record missing", "/kind missing", "/base unreadable", "/patch missing"]);
}

#[test]
fn a_void_asks_for_nothing() {
    let received = Received::read(r#"{"device_seq":3,"op":"void"}"#).expect("read");
    assert_eq!(received.edit, Ok(Asked::Void));
}
