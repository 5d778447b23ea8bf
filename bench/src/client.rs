//! A client that costs next to nothing, and counts bytes on the wire: one HTTP/1.1 connection, kept
//! open, no decompression.

use crate::error::{BenchError, while_doing};
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// An answer that takes longer means that something is wrong.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(120);

/// One connection to a server.
#[derive(Debug)]
pub(crate) struct Client<S = TcpStream> {
    reader: BufReader<S>,
    received_bytes: usize,
}

/// An answer, as it was transferred.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The body, possibly compressed.
    pub(crate) body: Vec<u8>,
    /// All bytes of the answer, head and chunks included.
    pub(crate) bytes_on_the_line: usize,
    /// The rest of its head.
    pub(crate) head: Head,
}

/// What an answer's head says.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Head {
    length: usize,
    is_chunked: bool,
    /// Whether the body is compressed with gzip.
    pub(crate) is_gzip: bool,
    /// Whether the server closes this connection after the answer.
    pub(crate) is_last: bool,
    /// The seconds in `Retry-After`.
    pub(crate) retry_after_seconds: Option<u64>,
}

impl Answer {
    /// The body of a successful answer.
    pub(crate) fn expect_ok(self, call: &str) -> Result<Vec<u8>, BenchError> {
        if self.status == 200 || self.status == 201 {
            return Ok(self.body);
        }
        let mut body = String::from_utf8_lossy(&self.body).into_owned();
        body.truncate(body.floor_char_boundary(600));
        Err(BenchError::Refused { call: call.to_owned(), status: self.status, body })
    }
}

/// Opens a connection with a timeout of [`ANSWER_TIMEOUT`] per answer.
pub(crate) fn open(address: SocketAddr) -> Result<TcpStream, BenchError> {
    let io = while_doing("cannot connect to the server");
    let stream = TcpStream::connect(address).map_err(&io)?;
    stream.set_nodelay(true).map_err(&io)?;
    stream.set_read_timeout(Some(ANSWER_TIMEOUT)).map_err(&io)?;
    Ok(stream)
}

impl Client {
    /// Connects.
    pub(crate) fn connect(address: SocketAddr) -> Result<Self, BenchError> {
        Ok(Self::over(open(address)?))
    }
}

/// A request as it is transferred. `headers` are whole lines.
pub(crate) fn request_of(line: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut request = format!("{line} HTTP/1.1\r\nHost: localhost\r\n");
    for header in headers {
        request.push_str(header);
        request.push_str("\r\n");
    }
    if !body.is_empty() {
        request.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    request.push_str("\r\n");
    let mut bytes = request.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

impl<S: Read + Write> Client<S> {
    /// On an existing connection.
    pub(crate) fn over(stream: S) -> Self {
        let reader = BufReader::with_capacity(128 * 1024, stream);
        Self { reader, received_bytes: 0 }
    }

    /// The connection.
    pub(crate) fn stream(&self) -> &S {
        self.reader.get_ref()
    }

    /// Sends a request and reads its answer. `headers` are whole lines.
    pub(crate) fn call(
        &mut self,
        line: &str,
        headers: &[&str],
        body: &[u8],
    ) -> Result<Answer, BenchError> {
        self.send(&request_of(line, headers, body))?;
        self.read_answer()
    }

    /// Sends bytes.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> Result<(), BenchError> {
        let io = while_doing("the connection to the server");
        self.reader.get_mut().write_all(bytes).map_err(&io)
    }

    /// Reads the answer to the last request.
    pub(crate) fn read_answer(&mut self) -> Result<Answer, BenchError> {
        self.received_bytes = 0;
        let unreadable = |what: &str| BenchError::Unreadable(what.to_owned());
        let first = self.read_line()?;
        let status = first.split(' ').nth(1).and_then(|word| word.parse().ok());
        let status = status.ok_or_else(|| unreadable("no status"))?;
        let head = self.read_head()?;
        let mut body = Vec::new();
        if head.is_chunked {
            loop {
                let size = self.read_line()?;
                let size = usize::from_str_radix(size.trim(), 16)
                    .map_err(|_| unreadable("a chunk's size"))?;
                self.read_bytes(size, &mut body)?;
                self.read_line()?;
                if size == 0 {
                    break;
                }
            }
        } else {
            self.read_bytes(head.length, &mut body)?;
        }
        Ok(Answer { status, body, bytes_on_the_line: self.received_bytes, head })
    }

    fn read_head(&mut self) -> Result<Head, BenchError> {
        let mut head = Head::default();
        loop {
            let line = self.read_line()?.to_ascii_lowercase();
            match line.split_once(':').map(|(name, value)| (name, value.trim())) {
                None => return Ok(head),
                Some(("content-length", value)) => {
                    head.length = value
                        .parse()
                        .map_err(|_| BenchError::Unreadable("content-length".to_owned()))?;
                }
                Some(("transfer-encoding", value)) => head.is_chunked = value.contains("chunked"),
                Some(("content-encoding", value)) => head.is_gzip = value == "gzip",
                Some(("connection", value)) => head.is_last = value == "close",
                Some(("retry-after", value)) => head.retry_after_seconds = value.parse().ok(),
                Some(_) => {}
            }
        }
    }

    fn read_line(&mut self) -> Result<String, BenchError> {
        let mut line = String::new();
        let io = while_doing("an answer's head");
        let read = self.reader.read_line(&mut line).map_err(io)?;
        if read == 0 {
            return Err(BenchError::Unreadable("the server closed the connection".to_owned()));
        }
        self.received_bytes += read;
        line.truncate(line.trim_end_matches(['\r', '\n']).len());
        Ok(line)
    }

    fn read_bytes(&mut self, length: usize, body: &mut Vec<u8>) -> Result<(), BenchError> {
        let from = body.len();
        body.resize(from + length, 0);
        self.reader.read_exact(&mut body[from..]).map_err(while_doing("an answer's body"))?;
        self.received_bytes += length;
        Ok(())
    }
}
