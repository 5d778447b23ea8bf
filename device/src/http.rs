//! The real network: blocking HTTP, compressed both ways.

use crate::transport::{Response, Transport, TransportError};
use std::io::Read;
use std::time::Duration;
use ureq::Agent;
use ureq::http::Request;

/// Below this, compressing costs more than it saves.
const COMPRESS_FROM_BYTES: usize = 1024;
const ZSTD_LEVEL: i32 = 3;
/// A page of the largest size with the largest records stays well below this; anything more is not
/// an answer.
const ANSWER_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// HTTP to one server. It uses no proxy and follows no redirect: the address is the server's.
#[derive(Debug)]
pub struct HttpTransport {
    agent: Agent,
    address: String,
    headers: Vec<(String, String)>,
}

impl HttpTransport {
    /// To the server at `address` (`http://127.0.0.1:8080`), waiting a minute at most for an answer.
    pub fn new(address: &str) -> Self {
        Self::with_timeout(address, Duration::from_secs(60))
    }

    /// The same, with this timeout.
    pub fn with_timeout(address: &str, timeout: Duration) -> Self {
        let config = Agent::config_builder()
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_connect(Some(timeout.min(Duration::from_secs(10))))
            .timeout_global(Some(timeout))
            .build();
        Self {
            agent: config.new_agent(),
            address: address.trim_end_matches('/').to_owned(),
            headers: Vec::new(),
        }
    }

    /// The same, with a header on each request: a desk's calls carry an idempotency key.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl HttpTransport {
    /// Begins a call whose answer is read as it arrives.
    pub(crate) fn open_stream(
        &self,
        path: &str,
        bearer: &str,
    ) -> Result<impl Read + Send + use<>, TransportError> {
        let request = Request::builder()
            .uri(format!("{}{path}", self.address))
            .header("Accept", "text/event-stream")
            .header("Authorization", format!("Bearer {bearer}"));
        let answer = self.agent.run(request.body(()).map_err(lost)?).map_err(lost)?;
        match answer.status().as_u16() {
            200 => Ok(answer.into_body().into_reader()),
            status => Err(TransportError(format!("refused with {status}"))),
        }
    }
}

fn lost(error: impl std::fmt::Display) -> TransportError {
    TransportError(error.to_string())
}

impl Transport for HttpTransport {
    fn call(
        &mut self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: Option<&str>,
    ) -> Result<Response, TransportError> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.address));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(token) = bearer {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let answer = match body {
            None => self.agent.run(request.body(()).map_err(lost)?),
            Some(text) => {
                request = request.header("Content-Type", "application/json");
                let bytes = if text.len() > COMPRESS_FROM_BYTES {
                    request = request.header("Content-Encoding", "zstd");
                    zstd::encode_all(text.as_bytes(), ZSTD_LEVEL).map_err(lost)?
                } else {
                    text.as_bytes().to_vec()
                };
                self.agent.run(request.body(bytes).map_err(lost)?)
            }
        };
        let mut answer = answer.map_err(lost)?;
        let retry_after_seconds =
            answer.headers().get("Retry-After").and_then(|value| value.to_str().ok()?.parse().ok());
        let mut text = String::new();
        answer
            .body_mut()
            .with_config()
            .limit(ANSWER_BYTES_MAX)
            .reader()
            .read_to_string(&mut text)
            .map_err(lost)?;
        Ok(Response { status: answer.status().as_u16(), body: text, retry_after_seconds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::TcpListener;
    use std::thread;

    /// Answers one request with `answer`; returns the request's head and body.
    fn serve_once(answer: &'static str) -> (String, thread::JoinHandle<(String, Vec<u8>)>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let served = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a call");
            let mut received = Vec::new();
            let mut buffer = [0; 4096];
            loop {
                let read = stream.read(&mut buffer).expect("bytes");
                received.extend_from_slice(&buffer[..read]);
                let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
                    continue;
                };
                let head = String::from_utf8_lossy(&received[..end]).to_lowercase();
                let length: usize = head
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length:"))
                    .map_or(0, |value| value.trim().parse().expect("a length"));
                if received.len() >= end + 4 + length {
                    stream.write_all(answer.as_bytes()).expect("answered");
                    return (head, received[end + 4..].to_vec());
                }
            }
        });
        (address, served)
    }

    #[test]
    fn a_long_body_travels_compressed_and_the_wait_asked_for_is_read() {
        let (address, served) = serve_once(
            "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
        );
        let body = format!("\"{}\"", "入户".repeat(1000));
        let answer = HttpTransport::new(&address)
            .call("POST", "/v1/sync/push", Some("token"), Some(&body))
            .expect("an answer");
        let (head, sent) = served.join().expect("served");
        assert_eq!((answer.status, answer.retry_after_seconds), (503, Some(7)));
        assert!(head.contains("content-encoding: zstd") && head.contains("bearer token"));
        assert!(head.contains("accept-encoding: gzip"), "{head}");
        let read = zstd::decode_all(sent.as_slice()).expect("zstd");
        assert_eq!(read, body.as_bytes());
    }

    #[test]
    fn a_device_on_this_line_may_be_used_from_another_thread() {
        fn may_be_sent<T: Send>() {}
        may_be_sent::<crate::TestDevice<crate::Flaky<HttpTransport>>>();
    }

    #[test]
    fn a_short_body_travels_as_it_is() {
        let (address, served) =
            serve_once("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
        let answer = HttpTransport::new(&address).call("POST", "/v1/session", None, Some("{}"));
        assert_eq!(answer, Ok(Response::new(200, "{}")));
        let (head, sent) = served.join().expect("served");
        assert!(!head.contains("content-encoding") && !head.contains("authorization"));
        assert_eq!(sent, b"{}");
    }

    #[test]
    fn a_server_that_is_not_there_is_an_error_and_no_answer() {
        let nowhere = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", nowhere.local_addr().expect("bound"));
        drop(nowhere);
        assert!(HttpTransport::new(&address).call("GET", "/v1/sync", None, None).is_err());
    }
}
