use ruhu_sync::canonical;
use ruhu_sync::edit::Received;
use ruhu_sync::json::Json;
use ruhu_sync::version::Version;

/// Any text is read or refused, in either version; what is read has one canonical text, and that
/// text says the same.
pub fn edit(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(value) = Json::parse(text) else {
        return read(text);
    };
    let spelt = canonical::to_text(&value);
    let again = Json::parse(&spelt).expect("a canonical text can be read");
    assert_eq!(again, value);
    assert_eq!(canonical::to_text(&again), spelt);
    read(text);
}

fn read(text: &str) {
    for version in Version::ALL {
        let Some(received) = Received::read_in(text, *version) else {
            continue;
        };
        assert_eq!(received.raw, text);
        let Some(again) = Received::read_in(&received.canonical, *version) else {
            panic!("the canonical text lost its number: {}", received.canonical);
        };
        assert_eq!(again.canonical, received.canonical);
        assert_eq!(again.device_seq, received.device_seq);
        assert_eq!(again.group, received.group);
        assert_eq!(again.edit, received.edit);
        let stored = Received::read_stored(text).expect("what had a number has one in the journal");
        assert!(stored.edit.is_ok() || received.edit.is_err(), "an edit that was read once");
    }
}
