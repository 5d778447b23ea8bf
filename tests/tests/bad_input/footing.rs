//! How everything stood before, to be held against how it stands after.

use ruhu_sync::id::RecordId;
use ruhu_tests::edits::{new_household, put, record};
use ruhu_tests::{Hand, Server, tables};
use serde_json::json;

/// A server with somebody at work, and what it holds.
pub(crate) struct Footing<'a> {
    server: &'a Server,
    /// A worker of caseload A with one household, record 1.
    pub(crate) hand: Hand,
    rev: String,
    held: Vec<String>,
    taken: u64,
    good: u128,
}

/// Heads and digests of the streams, every record's version, and every device's number and link.
fn held(server: &Server) -> Vec<String> {
    tables::contents(server)
}

impl<'a> Footing<'a> {
    /// Somebody at work.
    pub(crate) fn on(server: &'a Server) -> Self {
        let mut hand = server.hand("worker_a");
        let rev = hand.take(new_household(1));
        let held = held(server);
        Self { server, hand, rev, held, taken: 1, good: 0x1000 }
    }

    /// The household's rev as the worker saw it first.
    pub(crate) fn rev(&self) -> &str {
        &self.rev
    }

    /// The household.
    pub(crate) fn home(&self) -> RecordId {
        record(1)
    }

    /// Nothing changed at all; and the next edit is taken.
    #[track_caller]
    pub(crate) fn is_untouched(&mut self, what: &str) {
        assert_eq!(held(self.server), self.held, "{what} changed something");
        self.goes_on(what);
    }

    /// No record and no stream changed, whatever the journal has now of edits that were not taken;
    /// and the next edit is taken.
    #[track_caller]
    pub(crate) fn keeps_its_records(&mut self, what: &str) {
        let records = |held: &[String]| -> Vec<String> {
            held.iter().filter(|line| !line.starts_with("device ")).cloned().collect()
        };
        assert_eq!(records(&held(self.server)), records(&self.held), "{what} changed a record");
        self.goes_on(what);
    }

    /// An honest edit is taken, read back, and follows in the chain.
    #[track_caller]
    fn goes_on(&mut self, what: &str) {
        self.good += 1;
        let verdict = self.hand.verdict(new_household(self.good));
        assert_eq!(verdict, "applied", "after {what}");
        self.look_again();
        let notes = json!({"notes": format!("以后 {}", self.good)});
        assert_eq!(self.hand.verdict(put(self.home(), "household", &self.rev, notes)), "applied");
        let audit = self.server.store().audit_journal(None).expect("looked through");
        assert_eq!(audit.faults, [], "after {what}");
        self.look_again();
    }

    /// From here on this is how it stood.
    pub(crate) fn look_again(&mut self) {
        self.held = held(self.server);
        self.taken = tables::count(self.server, "journal");
    }

    /// How many edits the journal has had when it was last looked at.
    pub(crate) fn taken(&self) -> u64 {
        self.taken
    }
}
