//! A minimal signed-in device: only what the load needs, so that the time measured is the server's.

use crate::client::{Answer, Client};
use crate::documents::{Document, edit_of};
use crate::error::BenchError;
use crate::house::{PASSWORD, login};
use ruhu_sync::edit::{Draft, Numbering, write_push};
use ruhu_sync::id::{DeviceSeq, Epoch};
use ruhu_sync::version::Version;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::io::Write as _;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// When every edit was made, by the device's clock.
const MADE_AT: &str = "2026-11-23T09:30:00+08:00";

/// The encoding of bodies, both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// As they are.
    Identity,
    /// With gzip.
    Gzip,
    /// With zstd, as tablets send them.
    Zstd,
}

impl Encoding {
    /// Its name in HTTP.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// Compresses a text, at a level that a tablet or a server would choose.
    pub(crate) fn compress(self, text: &[u8]) -> Result<Vec<u8>, BenchError> {
        let io = crate::error::while_doing("compressing");
        match self {
            Self::Identity => Ok(text.to_vec()),
            Self::Zstd => zstd::encode_all(text, 3).map_err(io),
            Self::Gzip => {
                let mut gzip =
                    flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                gzip.write_all(text).and_then(|()| gzip.finish()).map_err(io)
            }
        }
    }

    /// The text of a compressed body.
    pub(crate) fn decompress(self, body: Vec<u8>) -> Result<Vec<u8>, BenchError> {
        let io = crate::error::while_doing("decompressing");
        match self {
            Self::Identity => Ok(body),
            Self::Zstd => zstd::decode_all(&*body).map_err(io),
            Self::Gzip => {
                let mut text = Vec::new();
                let mut gzip = flate2::read::GzDecoder::new(&*body);
                std::io::Read::read_to_end(&mut gzip, &mut text).map_err(io)?;
                Ok(text)
            }
        }
    }
}

/// A device that is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Tablet {
    address: SocketAddr,
    authorization: String,
    epoch: Uuid,
    next_seq: u64,
}

/// A push, ready to be sent.
#[derive(Clone, Debug)]
pub(crate) struct PushBody {
    /// The encoded body.
    pub(crate) bytes: Vec<u8>,
    /// How many edits it has.
    pub(crate) edits: usize,
}

/// A page, as far as the load reads it.
#[derive(Debug, Deserialize)]
pub(crate) struct Page<'a> {
    /// The records' own texts.
    #[serde(borrow)]
    pub(crate) records: Vec<&'a RawValue>,
    /// The cursor.
    pub(crate) cursor: String,
    /// Whether it was the last.
    pub(crate) complete: bool,
}

/// The result of a pull to `complete`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pulled {
    /// The cursor for the next pull.
    pub(crate) cursor: Option<String>,
    /// The number of records.
    pub(crate) records: usize,
    /// All bytes of the answers.
    pub(crate) bytes_on_the_line: usize,
    /// The time spent waiting for the server.
    pub(crate) waited: Duration,
    /// The bodies, as they travelled.
    pub(crate) bodies: Vec<Vec<u8>>,
}

impl Tablet {
    /// Signs one of the people in on a new device.
    pub(crate) fn sign_in(address: SocketAddr, person: usize) -> Result<Self, BenchError> {
        #[derive(Deserialize)]
        struct Begun {
            access_token: String,
            epoch: Uuid,
            expected_device_seq: u64,
        }
        let body = serde_json::json!({
            "login": login(person), "password": PASSWORD, "device": {"name": "压测平板"},
        });
        let call = "POST /v1/session";
        let headers = ["Content-Type: application/json"];
        let answer = Client::connect(address)?.call(call, &headers, body.to_string().as_bytes())?;
        let begun: Begun = serde_json::from_slice(&answer.expect_ok(call)?).map_err(unreadable)?;
        Ok(Self {
            address,
            authorization: format!("Authorization: Bearer {}", begun.access_token),
            epoch: begun.epoch,
            next_seq: begun.expected_device_seq,
        })
    }

    /// The same device at another address of its server; its token stays valid.
    pub(crate) fn moved_to(self, address: SocketAddr) -> Self {
        Self { address, ..self }
    }

    /// A connection to its server.
    pub(crate) fn connect(&self) -> Result<Client, BenchError> {
        Client::connect(self.address)
    }

    /// Drafts edits, numbers them and puts them into a push.
    pub(crate) fn push_body<T>(
        &mut self,
        of: &[T],
        encoding: Encoding,
        draft: impl Fn(&T) -> Result<Draft, BenchError>,
    ) -> Result<PushBody, BenchError> {
        let mut edits = Vec::with_capacity(of.len());
        for one in of {
            let device_seq = DeviceSeq(self.next_seq);
            let at = Numbering { device_seq, made_at: Some(MADE_AT), group: None };
            edits.push(draft(one)?.write(at, Version::One));
            self.next_seq += 1;
        }
        let protocol = Version::One.number();
        let body = write_push(protocol, Epoch(self.epoch), edits.iter().map(String::as_str));
        Ok(PushBody { bytes: encoding.compress(body.as_bytes())?, edits: of.len() })
    }

    /// A push that makes these documents.
    pub(crate) fn push_of(
        &mut self,
        documents: &[Document],
        encoding: Encoding,
    ) -> Result<PushBody, BenchError> {
        self.push_body(documents, encoding, edit_of)
    }

    /// Sends a push.
    pub(crate) fn push(
        &self,
        client: &mut Client,
        body: &PushBody,
        encoding: Encoding,
    ) -> Result<Vec<u8>, BenchError> {
        let answer = self.post(client, "POST /v1/sync/push", &body.bytes, encoding)?;
        answer.expect_ok("POST /v1/sync/push")
    }

    fn post(
        &self,
        client: &mut Client,
        call: &str,
        body: &[u8],
        encoding: Encoding,
    ) -> Result<Answer, BenchError> {
        let accept = format!("Accept-Encoding: {}", encoding.name());
        let content = format!("Content-Encoding: {}", encoding.name());
        let plain = "Content-Type: application/json";
        let headers = [plain, &self.authorization, &accept, &content];
        let count = if encoding == Encoding::Identity { 3 } else { 4 };
        client.call(call, &headers[..count], body)
    }

    /// Asks for one page.
    pub(crate) fn pull_page(
        &self,
        client: &mut Client,
        cursor: Option<&str>,
        encoding: Encoding,
    ) -> Result<Answer, BenchError> {
        let request = match cursor {
            None => r#"{"protocol":1}"#.to_owned(),
            Some(cursor) => format!(r#"{{"protocol":1,"cursor":"{cursor}"}}"#),
        };
        let accept = format!("Accept-Encoding: {}", encoding.name());
        let headers = ["Content-Type: application/json", &self.authorization, &accept];
        client.call("POST /v1/sync/pull", &headers, request.as_bytes())
    }

    /// Pulls until it is complete.
    pub(crate) fn pull_all(
        &self,
        client: &mut Client,
        cursor: Option<&str>,
        encoding: Encoding,
    ) -> Result<Pulled, BenchError> {
        let mut pulled = Pulled { cursor: cursor.map(str::to_owned), ..Pulled::default() };
        loop {
            let asked = Instant::now();
            let answer = self.pull_page(client, pulled.cursor.as_deref(), encoding)?;
            pulled.waited += asked.elapsed();
            pulled.bytes_on_the_line += answer.bytes_on_the_line;
            let body = answer.expect_ok("POST /v1/sync/pull")?;
            let text = encoding.decompress(body.clone())?;
            pulled.bodies.push(body);
            let page: Page<'_> = serde_json::from_slice(&text).map_err(unreadable)?;
            pulled.records += page.records.len();
            pulled.cursor = Some(page.cursor);
            if page.complete {
                return Ok(pulled);
            }
        }
    }
}

/// An unexpected answer.
pub(crate) fn unreadable(error: impl std::fmt::Display) -> BenchError {
    BenchError::Unreadable(error.to_string())
}

/// The number of applied edits in a push's answer.
pub(crate) fn applied(answer: &[u8]) -> Result<usize, BenchError> {
    #[derive(Deserialize)]
    struct Outcome {
        outcome: String,
    }
    #[derive(Deserialize)]
    struct PushAnswer {
        outcomes: Vec<Outcome>,
    }
    let answer: PushAnswer = serde_json::from_slice(answer).map_err(unreadable)?;
    Ok(answer.outcomes.iter().filter(|one| one.outcome == "applied").count())
}
