//! Decompression that stops at a cap.

use crate::problem::{Answer, Kind, Problem};
use actix_web::http::header::{self, HeaderMap};
use std::io::{self, Read};

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

/// zstd may ask for as much memory as its window; the largest body fits into this one (16 MiB).
const ZSTD_WINDOW_LOG_MAX: u32 = 24;

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
        Encoding::Zstd => zstd_reader(body)
            .map_err(|_| Failure::Damaged)
            .and_then(|reader| read(reader, bytes_max)),
    }
}

fn zstd_reader(body: &[u8]) -> io::Result<zstd::stream::read::Decoder<'_, &[u8]>> {
    let mut decoder = zstd::stream::read::Decoder::with_buffer(body)?;
    decoder.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
    Ok(decoder)
}

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
