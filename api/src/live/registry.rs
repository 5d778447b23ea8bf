//! Who listens, and how each of them is woken.

use super::LiveSettings;
use ruhu_sync::id::{DeviceId, Seq, StreamId, UserId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Where streams stand.
pub(super) type Heads = BTreeMap<StreamId, Seq>;

/// Why the server ends a connection by itself, whatever the rights are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The device listens on a newer connection.
    Replaced,
    /// The server stops.
    Stopping,
}

impl End {
    /// The word in the event.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Replaced => "replaced",
            Self::Stopping => "stopping",
        }
    }
}

/// All that waits for one connection: never more than where its streams stood when it looked, and
/// whether they stand elsewhere now.
#[derive(Debug, Default)]
struct Waiting {
    looked: Heads,
    has_news: bool,
    end: Option<End>,
}

/// What one connection is woken by.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    waiting: Mutex<Waiting>,
    bell: Notify,
}

impl Mailbox {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the connection is to end, and why.
    pub(super) fn end(&self) -> Option<End> {
        self.waiting().end
    }

    /// Takes the news, if there is any.
    pub(super) fn take_news(&self) -> bool {
        std::mem::take(&mut self.waiting().has_news)
    }

    /// Remembers where the streams stood when the connection looked.
    pub(super) fn has_looked(&self, heads: &Heads) {
        self.waiting().looked.clone_from(heads);
    }

    /// Waits until something was left here.
    pub(super) async fn rung(&self) {
        self.bell.notified().await;
    }

    fn tell(&self, heads: &Heads) {
        let mut waiting = self.waiting();
        let has_moved =
            |(stream, seq): (&StreamId, &Seq)| heads.get(stream).is_some_and(|head| head != seq);
        if !waiting.has_news && waiting.looked.iter().any(has_moved) {
            waiting.has_news = true;
            self.bell.notify_one();
        }
    }

    fn end_with(&self, end: End) {
        self.waiting().end.get_or_insert(end);
        self.bell.notify_one();
    }
}

#[derive(Debug, Default)]
struct Lines {
    by_device: BTreeMap<DeviceId, (UserId, Arc<Mailbox>)>,
    open: usize,
    has_stopped: bool,
}

/// The connections of one process.
#[derive(Debug, Default)]
pub struct Live {
    lines: Mutex<Lines>,
    bell: Notify,
}

impl Live {
    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the poller: something was committed.
    pub fn wake(&self) {
        self.bell.notify_one();
    }

    /// Ends all connections, and lets nobody listen any more.
    pub fn stop(&self) {
        let mut lines = self.lines();
        lines.has_stopped = true;
        lines.by_device.values().for_each(|(_, mailbox)| mailbox.end_with(End::Stopping));
        drop(lines);
        self.wake();
    }

    /// A line for a person's device; its older one ends. `None` if there are as many as may be, of all
    /// or of this person.
    pub(super) fn open(
        self: &Arc<Self>,
        user: UserId,
        device: DeviceId,
        settings: LiveSettings,
    ) -> Option<Line> {
        let mut lines = self.lines();
        if let Some((_, older)) = lines.by_device.remove(&device) {
            older.end_with(End::Replaced);
        }
        let own = lines.by_device.values().filter(|(whose, _)| *whose == user).count();
        let is_full = lines.open >= settings.connections_max || own >= settings.person_max;
        if lines.has_stopped || is_full {
            return None;
        }
        lines.open += 1;
        let mailbox = Arc::<Mailbox>::default();
        lines.by_device.insert(device, (user, Arc::clone(&mailbox)));
        Some(Line { live: Arc::clone(self), device, mailbox })
    }

    pub(super) fn has_stopped(&self) -> bool {
        self.lines().has_stopped
    }

    /// How many connections there are.
    pub fn count(&self) -> usize {
        self.lines().open
    }

    pub(super) async fn woken(&self) {
        self.bell.notified().await;
    }

    /// All streams that anybody listens to.
    pub(super) fn listened(&self) -> BTreeSet<StreamId> {
        let mut streams = BTreeSet::new();
        for (_, mailbox) in self.lines().by_device.values() {
            streams.extend(mailbox.waiting().looked.keys().copied());
        }
        streams
    }

    /// Wakes those whose streams stand elsewhere than when they looked.
    pub(super) fn tell(&self, heads: &Heads) {
        self.lines().by_device.values().for_each(|(_, mailbox)| mailbox.tell(heads));
    }
}

/// One connection's place; it is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Line {
    live: Arc<Live>,
    device: DeviceId,
    pub(super) mailbox: Arc<Mailbox>,
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut lines = self.live.lines();
        lines.open -= 1;
        if lines.by_device.get(&self.device).is_some_and(|(_, now)| Arc::ptr_eq(now, &self.mailbox))
        {
            lines.by_device.remove(&self.device);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn device(n: u128) -> DeviceId {
        DeviceId(Uuid::from_u128(n))
    }

    const ONE: UserId = UserId(Uuid::from_u128(7));

    fn of(connections_max: usize, person_max: usize) -> LiveSettings {
        let now = std::time::Duration::ZERO;
        LiveSettings { connections_max, person_max, poll: now, check: now, heartbeat: now }
    }

    fn open(live: &Arc<Live>, n: u128, connections_max: usize) -> Option<Line> {
        live.open(ONE, device(n), of(connections_max, 9))
    }

    #[test]
    fn one_person_listens_on_so_many_devices_and_leaves_room_for_others() {
        let live = Arc::new(Live::default());
        let one = live.open(ONE, device(1), of(9, 2)).expect("a line");
        let _two = live.open(ONE, device(2), of(9, 2)).expect("a line");
        assert!(live.open(ONE, device(3), of(9, 2)).is_none());
        let again = live.open(ONE, device(1), of(9, 2)).expect("the same device anew");
        assert!(live.open(UserId(Uuid::from_u128(8)), device(4), of(9, 2)).is_some());
        drop((one, again));
        assert!(live.open(ONE, device(3), of(9, 2)).is_some());
    }

    fn heads(pairs: &[(u128, u64)]) -> Heads {
        pairs.iter().map(|(n, seq)| (StreamId(Uuid::from_u128(*n)), Seq(*seq))).collect()
    }

    #[test]
    fn a_device_listens_once_and_the_newer_connection_stays() {
        let live = Arc::new(Live::default());
        let older = open(&live, 1, 9).expect("a line");
        let newer = open(&live, 1, 9).expect("a line");
        assert_eq!((older.mailbox.end(), newer.mailbox.end()), (Some(End::Replaced), None));
        drop(older);
        assert_eq!(live.count(), 1);
        live.stop();
        assert_eq!(newer.mailbox.end(), Some(End::Stopping));
        assert!(open(&live, 2, 9).is_none());
    }

    #[test]
    fn one_past_the_limit_is_refused_until_a_place_is_free() {
        let live = Arc::new(Live::default());
        let one = open(&live, 1, 1).expect("a line");
        assert!(open(&live, 2, 1).is_none());
        drop(one);
        assert!(open(&live, 2, 1).is_some());
        assert!(open(&live, 2, 0).is_none());
    }

    #[test]
    fn only_a_stream_that_has_moved_since_it_was_looked_at_is_news() {
        let live = Arc::new(Live::default());
        let line = open(&live, 1, 9).expect("a line");
        line.mailbox.has_looked(&heads(&[(1, 3), (2, 0)]));
        assert_eq!(live.listened().len(), 2);
        live.tell(&heads(&[(1, 3), (3, 8)]));
        assert!(!line.mailbox.take_news());
        live.tell(&heads(&[(1, 3), (2, 1)]));
        assert!(line.mailbox.take_news() && !line.mailbox.take_news());
    }
}
