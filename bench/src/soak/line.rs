//! A slow connection from a tablet to the server: its bytes travel as slowly as on a bad mobile
//! network, over a real connection, and some calls are lost on the way.

use super::tally::Tally;
use crate::client::{Answer, Client, open, request_of};
use crate::error::BenchError;
use crate::tablet::Encoding;
use ruhu_device::{Random, Response, Transport, TransportError};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The server closes a connection after five idle seconds; a tablet whose connection is nearly as
/// old opens another.
const IDLE_MAX: Duration = Duration::from_secs(3);

/// Below this, compressing costs more than it saves.
const COMPRESS_FROM_BYTES: usize = 1_024;

/// The maximum number of pieces per second.
const PIECES_A_SECOND: usize = 20;

/// Out of a thousand calls, how many never leave, lose their answer, are cut off half-way, and
/// arrive twice.
const NEVER_SENT: u64 = 8;
const ANSWER_LOST: u64 = 15;
const CUT: u64 = 8;
const TWICE: u64 = 5;

/// The speed of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// One way.
    pub(crate) latency: Duration,
    /// To the server.
    pub(crate) up_bytes_a_second: usize,
    /// From the server.
    pub(crate) down_bytes_a_second: usize,
}

impl Pace {
    /// Somewhere between a stairwell and a good cell: 40 to 400 ms, 16 to 128 kB a second up and
    /// 64 to 512 down.
    pub(crate) fn of_a_tablet(random: &mut Random) -> Self {
        let factor = 1 << random.below(4);
        Self {
            latency: Duration::from_millis(random.between(40, 400)),
            up_bytes_a_second: 16_000 * factor,
            down_bytes_a_second: 64_000 * factor,
        }
    }

    /// An office connection.
    pub(crate) fn of_a_desk() -> Self {
        Self {
            latency: Duration::from_millis(10),
            up_bytes_a_second: 1_000_000,
            down_bytes_a_second: 5_000_000,
        }
    }
}

/// A connection with limited throughput. It measures the server's time: from the last byte sent to
/// the first byte received.
#[derive(Debug)]
struct Slow {
    stream: TcpStream,
    pace: Pace,
    written_at: Instant,
    heard_at: Option<Instant>,
}

fn wait_for(bytes: usize, bytes_a_second: usize) {
    sleep(Duration::from_secs_f64(bytes as f64 / bytes_a_second as f64));
}

impl Slow {
    fn waited(&self) -> Duration {
        self.heard_at.map_or(Duration::ZERO, |at| at.duration_since(self.written_at))
    }
}

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let most = bytes.len().min(self.pace.up_bytes_a_second / PIECES_A_SECOND);
        wait_for(most, self.pace.up_bytes_a_second);
        let written = self.stream.write(&bytes[..most])?;
        (self.written_at, self.heard_at) = (Instant::now(), None);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.stream.flush()
    }
}

impl Read for Slow {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let most = into.len().min(self.pace.down_bytes_a_second / PIECES_A_SECOND);
        let read = self.stream.read(&mut into[..most])?;
        self.heard_at.get_or_insert_with(Instant::now);
        wait_for(read, self.pace.down_bytes_a_second);
        Ok(read)
    }
}

/// The fault of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    Nothing,
    NeverSent,
    Answer,
    Cut,
    Twice,
}

impl Loss {
    fn draw(random: &mut Random) -> Self {
        match random.below(1_000) {
            n if n < NEVER_SENT => Self::NeverSent,
            n if n < NEVER_SENT + ANSWER_LOST => Self::Answer,
            n if n < NEVER_SENT + ANSWER_LOST + CUT => Self::Cut,
            n if n < NEVER_SENT + ANSWER_LOST + CUT + TWICE => Self::Twice,
            _ => Self::Nothing,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::NeverSent => "lost: request never sent",
            Self::Answer => "lost: answer, after the request was sent",
            Self::Cut => "lost: connection, half-way through the request",
            Self::Twice => "sent twice",
        }
    }
}

/// The line of one device: a connection of its own.
#[derive(Debug)]
pub(crate) struct Line {
    addresses: Arc<[SocketAddr]>,
    pace: Pace,
    random: Random,
    connection: Option<(Client<Slow>, Instant)>,
    tally: Arc<Tally>,
    /// The access token of the last call that had one.
    pub(crate) token: Option<String>,
    /// Whether calls are lost.
    pub(crate) is_lossy: bool,
}

/// One of the server's processes.
pub(crate) fn one_of(addresses: &[SocketAddr], random: &mut Random) -> SocketAddr {
    let at = random.index(addresses.len());
    addresses[at]
}

fn lost(error: &BenchError) -> TransportError {
    TransportError(error.to_string())
}

impl Line {
    /// To the server: to any of its processes, as behind a proxy that takes turns.
    pub(crate) fn new(
        addresses: Arc<[SocketAddr]>,
        pace: Pace,
        random: Random,
        tally: Arc<Tally>,
    ) -> Self {
        Self { addresses, pace, random, connection: None, tally, token: None, is_lossy: true }
    }

    /// One call. `key` is a desk's idempotency key.
    pub(crate) fn ask(
        &mut self,
        (method, path): (&str, &str),
        bearer: Option<&str>,
        body: Option<&str>,
        key: Option<&str>,
    ) -> Result<Response, TransportError> {
        if let Some(token) = bearer.filter(|token| self.token.as_deref() != Some(token)) {
            self.token = Some(token.to_owned());
        }
        let request = request(method, path, bearer, body, key).map_err(|error| lost(&error))?;
        let loss = if self.is_lossy { Loss::draw(&mut self.random) } else { Loss::Nothing };
        if loss != Loss::Nothing {
            self.tally.count(loss.name());
        }
        match loss {
            Loss::NeverSent => return Err(TransportError("lost".to_owned())),
            Loss::Cut | Loss::Answer => {
                let end = if loss == Loss::Cut { request.len() / 2 } else { request.len() };
                let sent = self.client().and_then(|client| client.send(&request[..end]));
                self.connection = None;
                sent.map_err(|error| self.unplanned(&error))?;
                return Err(TransportError("lost".to_owned()));
            }
            Loss::Twice => drop(self.exchange(path, &request)?),
            Loss::Nothing => {}
        }
        self.exchange(path, &request)
    }

    /// The connection, reopened if it is too old.
    fn client(&mut self) -> Result<&mut Client<Slow>, BenchError> {
        let now = Instant::now();
        self.connection.take_if(|(_, used)| now.duration_since(*used) > IDLE_MAX);
        sleep(self.pace.latency);
        match &mut self.connection {
            Some((client, _)) => Ok(client),
            none => {
                let stream = open(one_of(&self.addresses, &mut self.random))?;
                let pace = self.pace;
                let client = Client::over(Slow { stream, pace, written_at: now, heard_at: None });
                Ok(&mut none.insert((client, now)).0)
            }
        }
    }

    fn exchange(&mut self, path: &str, request: &[u8]) -> Result<Response, TransportError> {
        let asked = self.client().and_then(|client| {
            client.send(request)?;
            Ok((client.read_answer()?, client.stream().waited()))
        });
        sleep(self.pace.latency);
        let (answer, waited) = asked.map_err(|error| self.unplanned(&error))?;
        match &mut self.connection {
            // Refused before its body was read, a request is the last on its connection.
            Some(_) if answer.head.is_last => self.connection = None,
            Some((_, used)) => *used = Instant::now(),
            None => {}
        }
        let response = response(&answer).map_err(|error| self.unplanned(&error))?;
        self.tally.answered(path, waited, &response);
        Ok(response)
    }

    fn unplanned(&mut self, error: &BenchError) -> TransportError {
        self.connection = None;
        self.tally.unplanned(&format!("the line: {error}"));
        lost(error)
    }
}

fn request(
    method: &str,
    path: &str,
    bearer: Option<&str>,
    body: Option<&str>,
    key: Option<&str>,
) -> Result<Vec<u8>, BenchError> {
    let mut headers = vec!["Accept-Encoding: gzip".to_owned()];
    headers.extend(bearer.map(|token| format!("Authorization: Bearer {token}")));
    headers.extend(key.map(|key| format!("Idempotency-Key: {key}")));
    let mut bytes = body.unwrap_or_default().as_bytes().to_vec();
    if body.is_some() {
        headers.push("Content-Type: application/json".to_owned());
    }
    if bytes.len() > COMPRESS_FROM_BYTES {
        headers.push("Content-Encoding: zstd".to_owned());
        bytes = Encoding::Zstd.compress(&bytes)?;
    }
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    Ok(request_of(&format!("{method} {path}"), &headers, &bytes))
}

fn response(answer: &Answer) -> Result<Response, BenchError> {
    let encoding = if answer.head.is_gzip { Encoding::Gzip } else { Encoding::Identity };
    let body = encoding.decompress(answer.body.clone())?;
    let body = String::from_utf8(body).map_err(crate::tablet::unreadable)?;
    let retry_after_seconds = answer.head.retry_after_seconds;
    Ok(Response { retry_after_seconds, ..Response::new(answer.status, body) })
}

impl Transport for Line {
    fn call(
        &mut self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError> {
        self.ask((method, path), bearer, body, None)
    }
}
