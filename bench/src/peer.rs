//! The bare server: it reads rows of the bare table by an indexed position and sends them as one
//! body, with no rights, no cursor and no sealing. Its cost is the least that an answer of these
//! bytes can cost over HTTP on this machine.

use crate::bare::Bare;
use crate::database::Site;
use crate::error::{BenchError, while_doing};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread::JoinHandle;

/// A bare server, for one connection after another.
#[derive(Debug)]
pub(crate) struct Peer {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    thread: Option<JoinHandle<Result<(), BenchError>>>,
}

/// The channel that stops it.
const END: &str = "END";

impl Peer {
    /// Starts a server that returns the rows after a position, up to a limit.
    pub(crate) fn start(site: &Site, position: i64, limit: i64) -> Result<Self, BenchError> {
        let io = while_doing("the bare server");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(&io)?;
        let address = listener.local_addr().map_err(&io)?;
        let mut bare = Bare::connect(site)?;
        let thread = std::thread::spawn(move || {
            loop {
                let (stream, _) = listener.accept().map_err(while_doing("the bare server"))?;
                if !answer(stream, &mut bare, position, limit)? {
                    return Ok(());
                }
            }
        });
        Ok(Self { address, thread: Some(thread) })
    }

    /// Stops it, and reports its error if there was one.
    pub(crate) fn stop(mut self) -> Result<(), BenchError> {
        let mut stream =
            TcpStream::connect(self.address).map_err(while_doing("the bare server"))?;
        stream
            .write_all(format!("{END}\r\n").as_bytes())
            .map_err(while_doing("the bare server"))?;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            _ => Err(BenchError::Unreadable("the bare server panicked".to_owned())),
        }
    }
}

/// Answers requests until the client closes the connection; returns whether to accept others.
fn answer(
    stream: TcpStream,
    bare: &mut Bare,
    position: i64,
    limit: i64,
) -> Result<bool, BenchError> {
    let io = while_doing("the bare server");
    stream.set_nodelay(true).map_err(&io)?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut length = 0;
        let mut is_first = true;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).map_err(&io)? == 0 {
                return Ok(true);
            }
            let line = line.trim_end().to_ascii_lowercase();
            if is_first && line.eq_ignore_ascii_case(END) {
                return Ok(false);
            }
            is_first = false;
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            if line.is_empty() {
                break;
            }
        }
        std::io::copy(&mut reader.by_ref().take(length), &mut std::io::sink()).map_err(&io)?;
        let mut body = String::from("{\"records\":[\"\"");
        bare.append_after(position, limit, &mut body)?;
        body.push_str("]}");
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        let stream = reader.get_mut();
        stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(body.as_bytes()))
            .map_err(&io)?;
    }
}
