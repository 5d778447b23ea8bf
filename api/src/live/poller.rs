//! The one that asks where the streams stand, for all who listen.

use super::registry::Heads;
use crate::problem::Answer;
use crate::service::Service;
use ruhu_sync::storage::ReadTx as _;
use std::time::Duration;

/// Streams a statement: both databases take 32,766 names and no more.
const CHUNK_STREAMS: usize = 10_000;

/// Commits that follow each other closely are told together.
const PAUSE: Duration = Duration::from_millis(50);

/// Asks at every commit of this process and, for what others commit, at each interval, until the
/// server stops. A database that does not answer is asked again: nothing depends on it.
pub(crate) async fn poll_heads(service: Service) {
    let live = service.live.clone();
    let every = service.settings.live.poll;
    while !live.has_stopped() {
        // Woken or not: it is time to ask.
        let _ = tokio::time::timeout(every, live.woken()).await;
        match read_heads(&service).await {
            Ok(heads) => live.tell(&heads),
            Err(problem) => tracing::debug!(%problem, "the heads of streams could not be read"),
        }
        tokio::time::sleep(PAUSE.min(every)).await;
    }
}

async fn read_heads(service: &Service) -> Answer<Heads> {
    let streams: Vec<_> = service.live.listened().into_iter().collect();
    if streams.is_empty() {
        return Ok(Heads::new());
    }
    let read = service.read(move |tx| {
        let mut heads = Heads::new();
        for streams in streams.chunks(CHUNK_STREAMS) {
            heads.extend(tx.streams(streams)?.into_iter().map(|head| (head.id, head.head)));
        }
        Ok(heads)
    });
    read.await
}
