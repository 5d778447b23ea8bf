//! Opens the journal's payloads with nothing but the key file and the format that the store
//! describes: what a person could still read if the program were gone.

use crate::hex::from_hex;
use crate::server::Server;
use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, Tag, XChaCha20Poly1305, XNonce};
use ruhu_sync::id::DeviceId;

const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const TEXT_BYTES_MAX: usize = 8 << 20;

/// The stored bytes of an edit in the journal.
pub fn payload(server: &Server, device: DeviceId, number: u64) -> String {
    let place = server.place();
    let rows = place.texts(&format!(
        "SELECT {} AS value FROM journal WHERE device = {} AND device_seq = {number}",
        place.hex("payload"),
        place.bytes(device.as_bytes())
    ));
    let mut sealed = from_hex(rows.first().expect("the journal has the edit"));
    let signed = i64::try_from(number).expect("a number").to_be_bytes();
    let name = [b"ruhu seal 1\0journal.payload\0", &device.as_bytes()[..], &signed].concat();
    open(&server.sealing_key(), &name, &mut sealed)
}

/// Every sealed value in the journal's rows of a device, as stored, with its edit's number.
pub fn words(server: &Server, device: DeviceId) -> Vec<(u64, Vec<u8>)> {
    let place = server.place();
    let of = |column: &str| {
        let rows = place.texts(&format!(
            "SELECT CAST(device_seq AS TEXT) || ' ' || {} AS value FROM journal \
             WHERE device = {} AND {column} IS NOT NULL",
            place.hex(column),
            place.bytes(device.as_bytes())
        ));
        let row = |row: &String| {
            let (number, digits) = row.split_once(' ').expect("two words");
            (number.parse().expect("a number"), from_hex(digits))
        };
        rows.iter().map(row).collect::<Vec<_>>()
    };
    ["payload", "effect", "answer", "made_at"].map(of).concat()
}

fn open(key: &[u8], name: &[u8], sealed: &mut [u8]) -> String {
    let (nonce, rest) = sealed.split_at_mut(NONCE_BYTES);
    let (body, tag) = rest.split_at_mut(rest.len() - TAG_BYTES);
    let nonce: &XNonce = (&*nonce).try_into().expect("a nonce");
    let tag: &Tag = (&*tag).try_into().expect("a tag");
    let cipher = XChaCha20Poly1305::new(key.try_into().expect("a key"));
    cipher
        .decrypt_inout_detached(nonce, name, (&mut *body).into(), tag)
        .expect("sealed with this key, in this place");
    let text = match body.split_first() {
        Some((0, text)) => text.to_vec(),
        Some((1, squeezed)) => {
            zstd::bulk::decompress(&squeezed[4..], TEXT_BYTES_MAX).expect("zstd")
        }
        _ => panic!("sealed in another way"),
    };
    String::from_utf8(text).expect("text")
}
