//! One connection: what is said on it, and when.

use super::event;
use super::listener::Listener;
use super::registry::{Heads, Line};
use crate::problem::{Answer, Kind, Problem};
use crate::service::Service;
use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::time::Instant;

struct Connection {
    service: Service,
    listener: Listener,
    line: Line,
    said: Option<Heads>,
    check_at: Instant,
    heartbeat_at: Instant,
    has_ended: bool,
}

/// What is said next, and the connection to go on with.
type Saying = Pin<Box<dyn Future<Output = (Connection, Option<Bytes>)>>>;

/// The answer's body. It works only as fast as it is read: nothing is made, and nothing kept, for
/// a device that reads slowly.
pub(crate) struct EventBody(Saying);

impl EventBody {
    /// Begins to say to a device where its streams stand.
    pub(crate) async fn begin(service: &Service, listener: Listener) -> Answer<Self> {
        let settings = service.settings.live;
        let line = service.live.open(listener.user, listener.device, settings);
        let line = line.ok_or_else(no_room)?;
        let heads = listener.look(service).await?;
        line.mailbox.has_looked(&heads);
        // What was committed in between is seen at once.
        service.live.wake();
        let now = Instant::now();
        let connection = Connection {
            service: service.clone(),
            listener,
            line,
            said: Some(heads.clone()),
            check_at: now + settings.check,
            heartbeat_at: now + settings.heartbeat,
            has_ended: false,
        };
        let first = event::heads(&heads);
        Ok(Self(Box::pin(async move { (connection, Some(first)) })))
    }
}

fn no_room() -> Problem {
    Problem::new(Kind::Busy)
        .detail(
            "实时通知的连接已满或已关闭；请照常定时同步，稍后再试。",
            "No more connections are taken for live events: sync at intervals as usual, and try again later.",
        )
        .retry_after_seconds(60)
}

impl Connection {
    async fn next(mut self) -> (Self, Option<Bytes>) {
        let bytes = if self.has_ended { None } else { Some(self.say().await) };
        (self, bytes)
    }

    async fn say(&mut self) -> Bytes {
        loop {
            if let Some(end) = self.line.mailbox.end() {
                return self.close(end.as_str());
            }
            let has_news = self.line.mailbox.take_news();
            if has_news || Instant::now() >= self.check_at {
                match self.listener.look(&self.service).await {
                    Ok(heads) => {
                        self.line.mailbox.has_looked(&heads);
                        self.check_at = Instant::now() + self.service.settings.live.check;
                        if self.said.as_ref() != Some(&heads) {
                            self.heartbeat_later();
                            let said = event::heads(&heads);
                            self.said = Some(heads);
                            return said;
                        }
                    }
                    Err(problem) if problem.kind().status() >= 500 => {
                        // Nothing is said that was not looked at: again when it is time.
                        tracing::debug!(%problem, "whether a device may listen could not be read");
                        self.check_at = Instant::now() + self.service.settings.live.check;
                    }
                    Err(problem) => return self.close(problem.kind().slug()),
                }
            }
            if Instant::now() >= self.heartbeat_at {
                self.heartbeat_later();
                return event::HEARTBEAT;
            }
            let until = self.check_at.min(self.heartbeat_at);
            // Rung or not: all there is to do is looked at above.
            let _ = tokio::time::timeout_at(until, self.line.mailbox.rung()).await;
        }
    }

    fn heartbeat_later(&mut self) {
        self.heartbeat_at = Instant::now() + self.service.settings.live.heartbeat;
    }

    fn close(&mut self, reason: &str) -> Bytes {
        self.has_ended = true;
        event::closed(reason)
    }
}

impl MessageBody for EventBody {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        match self.0.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready((connection, bytes)) => {
                self.0 = Box::pin(connection.next());
                Poll::Ready(bytes.map(Ok))
            }
        }
    }
}
