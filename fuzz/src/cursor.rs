use super::bytes::Bytes;
use ruhu_sync::cursor::Cursor;
use ruhu_sync::id::{DeviceId, Epoch, Seq, StreamId};
use uuid::Uuid;

const KEY: [u8; 32] = [7; 32];
const DEVICE: DeviceId = DeviceId(Uuid::from_u128(1));

/// A cursor that this server did not give is none: neither a made-up one, nor one that was changed
/// at one place, cut short or made longer.
pub fn cursor(data: &[u8]) {
    let made_up = String::from_utf8_lossy(data);
    assert_eq!(Cursor::open(&made_up, &KEY, DEVICE), None);

    let mut bytes = Bytes(data);
    let mut given = Cursor::start(Epoch(Uuid::from_u128(2)), DEVICE);
    for _ in 0..bytes.below(4) {
        let stream = StreamId(Uuid::from_u128(bytes.word().into()));
        given.positions.insert(stream, Seq(bytes.word()));
    }
    let token = given.seal(&KEY);
    assert_eq!(Cursor::open(&token, &KEY, DEVICE), Some(given));
    let mut changed = token.clone().into_bytes();
    match bytes.below(3) {
        0 => changed.truncate(bytes.below(changed.len())),
        1 => changed.extend_from_slice(bytes.0),
        _ => {
            let at = bytes.below(changed.len());
            changed[at] = bytes.byte();
        }
    }
    if changed != token.as_bytes() {
        let changed = String::from_utf8_lossy(&changed);
        assert_eq!(Cursor::open(&changed, &KEY, DEVICE), None, "{token} {changed}");
    }
}
