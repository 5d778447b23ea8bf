//! Sealing: what people wrote is compressed, then encrypted and authenticated, before it reaches
//! the database, and opened on the way back. A thief of the database file reads names of records,
//! not of people.
//!
//! A sealed value is `nonce (24) ‖ ciphertext ‖ tag (16)` of XChaCha20-Poly1305 over `0 ‖ text` or
//! `1 ‖ length (4, little endian) ‖ zstd(text)`. Column and row are authenticated with it, so that
//! a value moved to another row or column does not open.

use crate::failure::{corrupt, unavailable};
use crate::keys::{KeyId, KeyRing};
use crate::sealed::Column;
use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{Tag, XNonce};
use ruhu_sync::storage::Stored;
use std::io;
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe;

/// Below this, a text gains less than zstd's own frame costs.
const WORTH_COMPRESSING_BYTES: usize = 200;
const LEVEL: i32 = 1;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const AS_IT_IS: u8 = 0;
const ZSTD: u8 = 1;

/// The place of a sealed value: the column, and the parts of its row's name. The parts have a fixed
/// length for each column, so that no two places encode alike.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The column.
    pub(crate) column: Column,
    /// The row's name.
    pub(crate) row: &'a [&'a [u8]],
}

/// Seals and opens, with reused contexts and buffers.
pub(crate) struct Codec {
    compressor: Compressor<'static>,
    decompressor: Decompressor<'static>,
    squeezed: Vec<u8>,
    text: Vec<u8>,
    place: Vec<u8>,
}

fn no_memory(_: io::Error) -> ruhu_sync::storage::StorageError {
    unavailable("zstd has no memory to work in")
}

impl Codec {
    /// New buffers.
    pub(crate) fn new() -> Stored<Self> {
        Ok(Self {
            compressor: Compressor::new(LEVEL).map_err(no_memory)?,
            decompressor: Decompressor::new().map_err(no_memory)?,
            squeezed: Vec::new(),
            text: Vec::new(),
            place: Vec::new(),
        })
    }

    fn go_to(&mut self, place: Place<'_>) {
        self.place.clear();
        self.place.extend_from_slice(b"ruhu seal 1\0");
        self.place.extend_from_slice(place.column.as_str().as_bytes());
        self.place.push(0);
        for part in place.row {
            self.place.extend_from_slice(part);
        }
    }

    /// Seals a text for one place. The key's name is stored next to it.
    pub(crate) fn seal(
        &mut self,
        keys: &KeyRing,
        place: Place<'_>,
        text: &str,
    ) -> Stored<(KeyId, Vec<u8>)> {
        self.go_to(place);
        let (key, cipher) = keys.sealing().ok_or_else(|| corrupt("no key seals"))?;
        let text = text.as_bytes();
        let mut sealed = Vec::with_capacity(NONCE_BYTES + 5 + text.len() + TAG_BYTES);
        sealed.resize(NONCE_BYTES, 0);
        getrandom::fill(&mut sealed)
            .map_err(|_| unavailable("the system gives no random bytes"))?;
        match self.squeeze(text)? {
            Some(length) => {
                sealed.push(ZSTD);
                sealed.extend_from_slice(&length.to_le_bytes());
                sealed.extend_from_slice(&self.squeezed);
            }
            None => {
                sealed.push(AS_IT_IS);
                sealed.extend_from_slice(text);
            }
        }
        let (nonce, body) = sealed.split_at_mut(NONCE_BYTES);
        let nonce: &XNonce = (&*nonce).try_into().map_err(|_| corrupt("a nonce"))?;
        let tag = cipher
            .encrypt_inout_detached(nonce, &self.place, body.into())
            .map_err(|_| corrupt("a text is too long to be sealed"))?;
        sealed.extend_from_slice(&tag);
        Ok((key, sealed))
    }

    /// The same for an optional value.
    pub(crate) fn seal_if_any(
        &mut self,
        keys: &KeyRing,
        place: Place<'_>,
        text: Option<&str>,
    ) -> Stored<Option<Vec<u8>>> {
        match text {
            Some(text) => Ok(Some(self.seal(keys, place, text)?.1)),
            None => Ok(None),
        }
    }

    /// Compresses into `squeezed`; returns the text's length if that made it shorter.
    fn squeeze(&mut self, text: &[u8]) -> Stored<Option<u32>> {
        let Ok(length) = u32::try_from(text.len()) else {
            return Ok(None);
        };
        if text.len() < WORTH_COMPRESSING_BYTES {
            return Ok(None);
        }
        self.squeezed.clear();
        self.squeezed.reserve(zstd_safe::compress_bound(text.len()));
        self.compressor.compress_to_buffer(text, &mut self.squeezed).map_err(no_memory)?;
        Ok((self.squeezed.len() + 4 < text.len()).then_some(length))
    }

    /// Opens an optional value.
    pub(crate) fn open_if_any(
        &mut self,
        keys: &KeyRing,
        key: i32,
        place: Place<'_>,
        sealed: Option<Vec<u8>>,
    ) -> Stored<Option<String>> {
        match sealed {
            Some(sealed) => Ok(Some(self.open(keys, key, place, sealed)?.to_owned())),
            None => Ok(None),
        }
    }

    /// Opens what was sealed for one place. The text is in a buffer that the next call reuses.
    pub(crate) fn open(
        &mut self,
        keys: &KeyRing,
        key: i32,
        place: Place<'_>,
        mut sealed: Vec<u8>,
    ) -> Stored<&str> {
        self.go_to(place);
        let column = place.column.as_str();
        let wrong = || corrupt(&format!("a value of {column} does not open"));
        let key = u16::try_from(key).map_err(|_| wrong())?;
        let cipher =
            keys.opening(KeyId(key)).ok_or_else(|| corrupt(&format!("key {key} is missing")))?;
        let text_end = sealed.len().checked_sub(TAG_BYTES).ok_or_else(wrong)?;
        let (nonce, rest) = sealed
            .split_at_mut_checked(NONCE_BYTES)
            .filter(|(nonce, rest)| nonce.len() + rest.len() >= NONCE_BYTES + TAG_BYTES)
            .ok_or_else(wrong)?;
        let (body, tag) = rest.split_at_mut(text_end - NONCE_BYTES);
        let nonce: &XNonce = (&*nonce).try_into().map_err(|_| wrong())?;
        let tag: &Tag = (&*tag).try_into().map_err(|_| wrong())?;
        cipher
            .decrypt_inout_detached(nonce, &self.place, (&mut *body).into(), tag)
            .map_err(|_| wrong())?;
        match body.split_first() {
            Some((&AS_IT_IS, _)) => {
                // Passed on in the very bytes that the database returned.
                self.text = sealed;
                let text = self.text.get(NONCE_BYTES + 1..text_end);
                std::str::from_utf8(text.ok_or_else(wrong)?).map_err(|_| wrong())
            }
            Some((&ZSTD, body)) => {
                let (length, frame) = body.split_first_chunk::<4>().ok_or_else(wrong)?;
                let length = u32::from_le_bytes(*length) as usize;
                self.text.clear();
                self.text.reserve(length);
                self.decompressor
                    .decompress_to_buffer(frame, &mut self.text)
                    .map_err(|_| wrong())?;
                std::str::from_utf8(&self.text).map_err(|_| wrong())
            }
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use secrecy::SecretBox;

    fn ring(keys: &[(u16, u8)]) -> KeyRing {
        let keys =
            keys.iter().map(|(id, byte)| (KeyId(*id), SecretBox::new(Box::new([*byte; 32]))));
        KeyRing::new(keys).expect("ring")
    }

    const HERE: Place<'static> = Place { column: Column::WIRE, row: &[b"row 1"] };

    fn sealed(keys: &KeyRing, text: &str) -> (i32, Vec<u8>) {
        let (key, sealed) =
            Codec::new().and_then(|mut c| c.seal(keys, HERE, text)).expect("sealed");
        (i32::from(key.0), sealed)
    }

    fn opened(keys: &KeyRing, place: Place<'_>, key: i32, sealed: &[u8]) -> Option<String> {
        let mut codec = Codec::new().expect("codec");
        let text = codec.open(keys, key, place, sealed.to_vec());
        text.ok().map(str::to_owned)
    }

    proptest! {
        #[test]
        fn every_text_opens_as_it_was_sealed(text in "\\PC*", times in 0_usize..50) {
            let text = text.repeat(times);
            let keys = ring(&[(1, 1)]);
            let (key, sealed) = sealed(&keys, &text);
            prop_assert_eq!(opened(&keys, HERE, key, &sealed), Some(text));
        }

        #[test]
        fn whatever_bytes_stand_there_nothing_panics(bytes: Vec<u8>, key: i32) {
            prop_assert_eq!(opened(&ring(&[(1, 1)]), HERE, key, &bytes), None);
        }
    }

    #[test]
    fn a_value_in_another_row_or_column_does_not_open() {
        let keys = ring(&[(1, 1)]);
        let (key, value) = sealed(&keys, "text");
        for place in [
            Place { column: Column::WIRE, row: &[b"row 2"] },
            Place { column: Column::PAYLOAD, row: &[b"row 1"] },
        ] {
            assert_eq!(opened(&keys, place, key, &value), None);
        }
    }

    #[test]
    fn a_value_with_one_bit_changed_does_not_open() {
        let keys = ring(&[(1, 1)]);
        let (key, value) = sealed(&keys, "text");
        for index in 0..value.len() {
            let mut changed = value.clone();
            changed[index] ^= 1;
            assert_eq!(opened(&keys, HERE, key, &changed), None, "{index}");
        }
    }

    #[test]
    fn an_older_key_still_opens_and_another_one_does_not() {
        let (key, value) = sealed(&ring(&[(1, 1)]), "text");
        let both = ring(&[(1, 1), (2, 2)]);
        assert_eq!(opened(&both, HERE, key, &value).as_deref(), Some("text"));
        assert_eq!(sealed(&both, "text").0, 2);
        assert_eq!(opened(&ring(&[(2, 2)]), HERE, key, &value), None);
        assert_eq!(opened(&ring(&[(1, 2)]), HERE, key, &value), None);
    }

    #[test]
    fn a_long_text_gets_shorter_and_a_short_one_stays() {
        let keys = ring(&[(1, 1)]);
        assert!(sealed(&keys, &"入户".repeat(500)).1.len() < 200);
        assert_eq!(sealed(&keys, "ab").1.len(), NONCE_BYTES + 1 + 2 + TAG_BYTES);
    }

    #[test]
    fn one_text_is_never_sealed_twice_the_same() {
        let keys = ring(&[(1, 1)]);
        assert_ne!(sealed(&keys, "text").1, sealed(&keys, "text").1);
    }
}
