//! Decompression that stops at a cap.

use crate::problem::{Answer, Kind, Problem};
use actix_web::http::header::{self, HeaderMap};
use std::io::Read;
use zstd::zstd_safe::{self, DCtx};

/// How a body may travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Identity,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

/// Most texts are no more than this many times what they are compressed.
const USUAL_RATIO: usize = 8;

/// The least room that is made for a body.
const ROOM_BYTES_MIN: usize = 4 * 1024;

impl Encoding {
    /// What the headers say; anything else than these three, or several at once, is refused.
    pub fn of(headers: &HeaderMap) -> Answer<Self> {
        let mut named = headers.get_all(header::CONTENT_ENCODING);
        let only = match (named.next(), named.next()) {
            (None, _) => return Ok(Self::Identity),
            (Some(value), None) => value.to_str().unwrap_or("?").trim().to_ascii_lowercase(),
            _ => "several".to_owned(),
        };
        match only.as_str() {
            "" | "identity" => Ok(Self::Identity),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "zstd" => Ok(Self::Zstd),
            _ => Err(Problem::new(Kind::UnsupportedEncoding)
                .header(header::ACCEPT_ENCODING, "gzip, zstd")),
        }
    }
}

/// Why a body could not be decompressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// It is larger than the cap.
    TooLarge,
    /// It is not what its encoding says, or was cut off.
    Damaged,
}

/// Decompresses to at most `bytes_max`; never holds more than one byte beyond it.
pub(super) fn inflate(
    encoding: Encoding,
    body: &[u8],
    bytes_max: usize,
) -> Result<Vec<u8>, Failure> {
    match encoding {
        Encoding::Identity => read(body, bytes_max),
        Encoding::Gzip => read(flate2::bufread::MultiGzDecoder::new(body), bytes_max),
        Encoding::Zstd => unzstd(body, bytes_max),
    }
}

/// In one piece, into room that is made larger until the text fits: read as a stream, each body
/// would take the window that its frame names, 2 MB as most compressors write it, and as much as
/// it pleases.
fn unzstd(body: &[u8], bytes_max: usize) -> Result<Vec<u8>, Failure> {
    if !body.starts_with(&FRAME) {
        return Err(Failure::Damaged);
    }
    let mut context = DCtx::try_create().ok_or(Failure::Damaged)?;
    let mut room = body.len().saturating_mul(USUAL_RATIO).max(ROOM_BYTES_MIN);
    loop {
        room = room.min(bytes_max);
        let mut inflated = Vec::with_capacity(room);
        match context.decompress(&mut inflated, body) {
            Ok(_) if inflated.len() > bytes_max => return Err(Failure::TooLarge),
            Ok(_) => {
                // It lives as long as the request.
                inflated.shrink_to_fit();
                return Ok(inflated);
            }
            Err(code) if zstd_safe::get_error_name(code) != NO_ROOM => {
                return Err(Failure::Damaged);
            }
            Err(_) if room == bytes_max => return Err(Failure::TooLarge),
            Err(_) => room = room.saturating_mul(USUAL_RATIO),
        }
    }
}

/// How a frame of zstd's begins (RFC 8878 §3.1.1): the decoder knows formats from before it, too.
const FRAME: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// How zstd says that a text is larger than its room.
const NO_ROOM: &str = "Destination buffer is too small";

fn read(reader: impl Read, bytes_max: usize) -> Result<Vec<u8>, Failure> {
    let mut inflated = Vec::new();
    // One byte more than allowed tells a body at the cap from one beyond it.
    let one_more = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    let mut capped = reader.take(one_more);
    match capped.read_to_end(&mut inflated) {
        Ok(_) if inflated.len() > bytes_max => Err(Failure::TooLarge),
        Ok(_) => Ok(inflated),
        Err(_) => Err(Failure::Damaged),
    }
}
