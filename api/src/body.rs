//! Request bodies: read, decompressed and parsed under caps, so that neither a large body nor a
//! small one that inflates costs more than is allowed.

mod inflate;

pub use inflate::Encoding;

use crate::problem::{Answer, Kind, Problem};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{self, Bytes};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use serde::de::DeserializeOwned;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// How much of a body is taken, and how long it may take to arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyLimits {
    /// Bytes as they travel.
    pub compressed_bytes_max: usize,
    /// Bytes after decompression.
    pub bytes_max: usize,
    /// Time for all of it to arrive.
    pub arrival_timeout: Duration,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self {
            compressed_bytes_max: 8 * 1024 * 1024,
            bytes_max: 8 * 1024 * 1024,
            arrival_timeout: Duration::from_secs(60),
        }
    }
}

/// The largest body of a plain JSON call: these carry no documents.
const JSON_BYTES_MAX: usize = 64 * 1024;

/// What fits into this is decompressed where it stands; the rest goes to a blocking thread.
const INLINE_BYTES_MAX: usize = 64 * 1024;

type Reading<T> = Pin<Box<dyn Future<Output = Answer<T>>>>;

/// A whole body, decompressed. Its caps are the settings' `body_compressed_bytes_max` and
/// `body_bytes_max`.
#[derive(Clone, Debug)]
pub struct RawBody(pub Bytes);

impl FromRequest for RawBody {
    type Error = Problem;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limits = limits_of(request);
        read(request, payload, limits)
    }
}

/// A JSON body of at most 64 KiB, read into a type.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mut limits = limits_of(request);
        limits.bytes_max = limits.bytes_max.min(JSON_BYTES_MAX);
        limits.compressed_bytes_max = limits.compressed_bytes_max.min(JSON_BYTES_MAX);
        let is_json = is_json(request);
        let body = read(request, payload, limits);
        Box::pin(async move {
            if !is_json {
                return Err(Kind::UnsupportedMediaType.into());
            }
            parse(&body.await?.0).map(Self)
        })
    }
}

/// The text of a body: in the one encoding of JSON between systems (RFC 8259 §8.1), which begins
/// with no byte order mark.
pub fn text(bytes: &[u8]) -> Answer<&str> {
    let problem = Problem::new(Kind::BodyNotUtf8);
    match std::str::from_utf8(bytes) {
        Ok(text) if text.starts_with('\u{feff}') => Err(problem.detail(
            "请求正文以字节顺序标记（BOM）开头，请去掉后重发。",
            "The body begins with a byte order mark: send it again without.",
        )),
        Ok(text) => Ok(text),
        Err(error) => {
            let at = error.valid_up_to();
            let said = problem.detail(
                format!("请求正文自第 {at} 字节起不是 UTF-8，请改用 UTF-8 编码重发。"),
                format!("From byte {at} on the body is not UTF-8: encode it so and send it again."),
            );
            Err(said.with("at_byte", at))
        }
    }
}

/// Reads JSON; the problem says where it is wrong.
pub fn parse<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> Answer<T> {
    serde_json::from_str(text(bytes)?).map_err(|error| {
        Problem::new(Kind::MalformedJson)
            .detail(
                format!(
                    "请求正文第 {} 行第 {} 列有误（{error}），请改正后重发。",
                    error.line(),
                    error.column()
                ),
                format!("Correct the body and send it again: {error}."),
            )
            .with("line", error.line())
            .with("column", error.column())
    })
}

fn is_json(request: &HttpRequest) -> bool {
    let content_type = request.content_type();
    content_type.eq_ignore_ascii_case("application/json")
        || content_type.to_ascii_lowercase().ends_with("+json")
}

fn limits_of(request: &HttpRequest) -> BodyLimits {
    request.app_data::<web::Data<BodyLimits>>().map_or_else(BodyLimits::default, |limits| ***limits)
}

fn read(request: &HttpRequest, payload: &mut Payload, limits: BodyLimits) -> Reading<RawBody> {
    let encoding = Encoding::of(request.headers());
    let announced = announced_length(request);
    let payload = web::Payload::from_request(request, payload);
    Box::pin(async move {
        let encoding = encoding?;
        let payload = payload.await.map_err(|error| Problem::internal(error.to_string()))?;
        let arriving = arrive(announced, payload, limits.compressed_bytes_max);
        let arrived = tokio::time::timeout(limits.arrival_timeout, arriving)
            .await
            .map_err(|_| Problem::new(Kind::RequestTimeout))??;
        decompress(encoding, arrived, limits.bytes_max).await.map(RawBody)
    })
}

/// Takes the body as it travels, and stops at the cap.
async fn arrive(
    announced: Option<usize>,
    payload: web::Payload,
    bytes_max: usize,
) -> Answer<Bytes> {
    if announced.is_some_and(|bytes| bytes > bytes_max) {
        return Err(too_large(bytes_max));
    }
    match payload.to_bytes_limited(bytes_max).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => Err(Problem::new(Kind::DamagedBody).caused_by(error.to_string())),
        Err(_) => Err(too_large(bytes_max)),
    }
}

fn announced_length(request: &HttpRequest) -> Option<usize> {
    let value = request.headers().get(header::CONTENT_LENGTH)?;
    value.to_str().ok()?.parse().ok()
}

async fn decompress(encoding: Encoding, body: Bytes, bytes_max: usize) -> Answer<Bytes> {
    if encoding == Encoding::Identity {
        return match body.len() <= bytes_max {
            true => Ok(body),
            false => Err(too_large(bytes_max)),
        };
    }
    let inline = inflate::inflate(encoding, &body, bytes_max.min(INLINE_BYTES_MAX));
    let inflated = match inline {
        Err(inflate::Failure::TooLarge) if bytes_max > INLINE_BYTES_MAX => {
            web::block(move || inflate::inflate(encoding, &body, bytes_max)).await?
        }
        other => other,
    };
    match inflated {
        Ok(bytes) => Ok(bytes.into()),
        Err(inflate::Failure::TooLarge) => Err(too_large(bytes_max)),
        Err(inflate::Failure::Damaged) => Err(Kind::DamagedBody.into()),
    }
}

fn too_large(bytes_max: usize) -> Problem {
    Problem::new(Kind::BodyTooLarge).with("bytes_max", bytes_max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;
    use serde_json::Value;
    use std::io::Write as _;

    const LIMITS: BodyLimits = BodyLimits {
        compressed_bytes_max: 100_000,
        bytes_max: 200_000,
        arrival_timeout: Duration::from_secs(5),
    };

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("gzip");
        encoder.finish().expect("gzip")
    }

    async fn taken(encoding: &str, body: Vec<u8>) -> Result<usize, Kind> {
        let (request, mut payload) = TestRequest::post()
            .app_data(web::Data::new(LIMITS))
            .insert_header((header::CONTENT_ENCODING, encoding))
            .set_payload(body)
            .to_http_parts();
        RawBody::from_request(&request, &mut payload)
            .await
            .map(|body| body.0.len())
            .map_err(|problem| problem.kind())
    }

    #[actix_web::test]
    async fn a_body_is_taken_plain_gzipped_or_zstandard_up_to_the_cap() {
        let zeros = vec![0_u8; 200_000];
        let zstd = |bytes: &[u8]| zstd::stream::encode_all(bytes, 3).expect("zstd");
        assert_eq!(taken("identity", zeros[..100_000].to_vec()).await, Ok(100_000));
        assert_eq!(taken("gzip", gzip(&zeros)).await, Ok(200_000));
        assert_eq!(taken("zstd", zstd(&zeros)).await, Ok(200_000));
        // Larger than it is first taken for, and by a compressor that was told its size.
        assert_eq!(taken("zstd", zstd(&zeros[..100_000])).await, Ok(100_000));
        let told = zstd::bulk::compress(&zeros, 3).expect("zstd");
        assert_eq!(taken("zstd", told).await, Ok(200_000));
        assert_eq!(taken("zstd", zstd(b"")).await, Ok(0));
        // Formats from before the standard are none.
        let before = [&[0x22, 0xb5, 0x2f, 0xfd][..], &[0; 12]].concat();
        assert_eq!(taken("zstd", before).await, Err(Kind::DamagedBody));
        let two_frames = [zstd(&zeros[..100_000]), zstd(&zeros[..100_000])].concat();
        assert_eq!(taken("zstd", two_frames).await, Ok(200_000));
        assert_eq!(taken("GZIP", gzip(b"small")).await, Ok(5));
    }

    #[actix_web::test]
    async fn a_small_body_that_inflates_beyond_the_cap_is_refused() {
        let zeros = vec![0_u8; 50_000_000];
        let zstd = zstd::stream::encode_all(&zeros[..], 3).expect("zstd");
        assert_eq!(taken("gzip", gzip(&zeros)).await, Err(Kind::BodyTooLarge));
        assert_eq!(taken("zstd", zstd).await, Err(Kind::BodyTooLarge));
    }

    #[actix_web::test]
    async fn a_body_larger_than_the_cap_on_its_way_is_refused() {
        let refused = taken("identity", vec![0; 100_001]).await;
        assert_eq!(refused, Err(Kind::BodyTooLarge));
    }

    #[actix_web::test]
    async fn other_and_stacked_encodings_are_refused() {
        for encoding in ["br", "deflate", "gzip, gzip", "exi"] {
            let refused = taken(encoding, vec![0]).await;
            assert_eq!(refused, Err(Kind::UnsupportedEncoding), "{encoding}");
        }
    }

    #[actix_web::test]
    async fn a_body_that_was_cut_off_is_refused() {
        let mut cut = gzip(&[7; 1000]);
        cut.truncate(cut.len() - 4);
        assert_eq!(taken("gzip", cut).await, Err(Kind::DamagedBody));
        assert_eq!(taken("zstd", vec![1, 2, 3]).await, Err(Kind::DamagedBody));
    }

    #[actix_web::test]
    async fn json_is_read_only_from_a_body_that_says_it_is_json() {
        for (content_type, expected) in [
            ("application/json; charset=utf-8", Ok(())),
            ("text/plain", Err(Kind::UnsupportedMediaType)),
        ] {
            let (request, mut payload) = TestRequest::post()
                .insert_header((header::CONTENT_TYPE, content_type))
                .set_payload("{}")
                .to_http_parts();
            let read = Json::<Value>::from_request(&request, &mut payload).await;
            assert_eq!(read.map(|_| ()).map_err(|problem| problem.kind()), expected);
        }
    }

    #[test]
    fn what_is_not_utf8_is_told_so_and_not_called_malformed() {
        for bytes in [&b"\xef\xbb\xbf{}"[..], b"\xff\xfe{\0}\0", b"{\"a\":\"\xb2\xe2\"}"] {
            let problem = parse::<Value>(bytes).expect_err("not UTF-8");
            assert_eq!(problem.kind(), Kind::BodyNotUtf8);
        }
    }

    #[test]
    fn malformed_json_is_named_with_its_place() {
        let problem = parse::<Value>(b"{\n\"a\": }").expect_err("malformed");
        assert_eq!(problem.kind(), Kind::MalformedJson);
        let document = problem.document(crate::problem::Language::English, None);
        assert_eq!(document.members["line"], 2);
    }
}
