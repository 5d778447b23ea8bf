//! The records of a push, as they change from edit to edit: read once, changed in memory, written
//! once.

use crate::cases::Cases;
use crate::decision::EditName;
use crate::grants::Grants;
use crate::id::{RecordId, Seq, StreamId};
use crate::journal::{Past, Untaken};
use crate::json::Object;
use crate::merge::Since;
use crate::outcome::{Reason, Refusal};
use crate::path::Path;
use crate::planted::{Fault, planted};
use crate::record::{Content, StoredRecord, content_hash};
use crate::rev::{Base, Rev};
use crate::storage::{Carried, HistoryWanted, StorageError, Stored};
use std::collections::BTreeMap;

/// One record in a push.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) stored: StoredRecord,
    content: Option<Content>,
    /// The stored record; `None` if this push makes it.
    stored_as: Option<(StreamId, Rev)>,
    /// The effective edits known, oldest first.
    pasts: Vec<Past>,
    /// The first version whose edit is in `pasts`, if the history was read.
    known_from: Option<u64>,
    pub(crate) is_changed: bool,
}

impl Entry {
    fn of(stored: StoredRecord) -> Self {
        let stored_as = Some((stored.stream, stored.rev));
        Self {
            stored,
            content: None,
            stored_as,
            pasts: Vec::new(),
            known_from: None,
            is_changed: false,
        }
    }

    /// The content, parsed at its first use.
    pub(crate) fn content(&mut self) -> Stored<&Content> {
        if self.content.is_none() {
            let read = self.stored.content();
            self.content = Some(read.map_err(|e| StorageError::Corrupt(e.to_string()))?);
        }
        self.content.as_ref().ok_or_else(|| StorageError::Corrupt("no content".to_owned()))
    }

    /// The content, if it has been parsed.
    pub(crate) fn opened(&self) -> Option<&Content> {
        self.content.as_ref()
    }

    pub(crate) fn is_new(&self) -> bool {
        self.stored_as.is_none()
    }

    /// The stored stream and version.
    pub(crate) fn stored_as(&self) -> Option<(StreamId, Rev)> {
        self.stored_as
    }

    fn stored_rev(&self) -> Option<Rev> {
        self.stored_as.map(|(_, rev)| rev)
    }

    /// The index in the history where an edit with this base begins. A base that the history does
    /// not know counts as none: it is of another history (before a restore), and merging from an
    /// empty base loses nothing.
    pub(crate) fn since(&self, base: Base) -> Since<'_> {
        let Base::Seen(rev) = base else {
            if planted(Fault::NothingSeenIsLatest) {
                return Since { from_nothing: false, pasts: &[] };
            }
            return Since { from_nothing: true, pasts: &self.pasts };
        };
        if rev == self.stored.rev {
            return Since { from_nothing: false, pasts: &[] };
        }
        if Some(rev) == self.stored_rev() {
            let from = self.pasts.partition_point(|past| past.rev.number <= rev.number);
            return Since { from_nothing: false, pasts: &self.pasts[from..] };
        }
        match self.pasts.iter().position(|past| past.rev == rev) {
            Some(at) => Since { from_nothing: false, pasts: &self.pasts[at + 1..] },
            None if planted(Fault::UnknownBaseIsLatest) => {
                Since { from_nothing: false, pasts: &[] }
            }
            None => Since { from_nothing: true, pasts: &self.pasts },
        }
    }

    /// The first version of the history that this base needs, if it needs any.
    fn needs(&self, base: Base) -> Option<u64> {
        let stored = self.stored_rev()?;
        let from = match base {
            Base::Seen(rev) if rev == stored => return None,
            Base::Seen(rev) if rev.number < stored.number => rev.number,
            _ => 0,
        };
        (self.known_from.is_none_or(|known| known > from)).then_some(from)
    }

    /// Whether this base is missing from the history read so far, and there is more to read.
    fn misses(&self, base: Base) -> bool {
        self.known_from.is_some_and(|from| from > 0)
            && self.needs(base).is_none()
            && matches!(base, Base::Seen(rev) if self.stored_rev() != Some(rev)
                && !self.pasts.iter().any(|past| past.rev == rev))
    }

    /// Takes an edit: the next version, with this content.
    pub(crate) fn take(&mut self, content: Content, past: impl FnOnce(Rev) -> Past) -> Rev {
        let wire = content.to_wire();
        if planted(Fault::ConflictsRaiseNothing)
            && self.stored.rev.number > 0
            && self.content.as_ref().is_some_and(|now| {
                now.document == content.document && now.conflicts != content.conflicts
            })
        {
            self.stored.wire = wire;
            self.content = Some(content);
            return self.stored.rev;
        }
        let hash = content_hash(&wire, self.stored.stream);
        let rev = Rev { number: self.stored.rev.number + 1, hash };
        self.stored.rev = rev;
        self.stored.deleted = content.deleted;
        self.stored.wire = wire;
        self.stored.removed_rows.clone_from(&content.removed_rows);
        self.content = Some(content);
        self.pasts.push(past(rev));
        self.is_changed = true;
        rev
    }

    /// Moves to another stream: the next version, with the same content.
    pub(crate) fn relocate(&mut self, to: StreamId, past: impl FnOnce(Rev) -> Past) -> Stored<Rev> {
        self.content()?;
        self.stored.stream = to;
        let hash = content_hash(&self.stored.wire, to);
        let rev = Rev { number: self.stored.rev.number + 1, hash };
        self.stored.rev = rev;
        self.pasts.push(past(rev));
        self.is_changed = true;
        Ok(rev)
    }

    /// The document as it was before the record was deleted.
    pub(crate) fn before_deletion(&self) -> Option<Object> {
        let deletion = self.pasts.iter().rev().flat_map(|past| past.effect.0.iter().rev());
        let mut whole = deletion.filter(|touch| touch.path == Path::whole());
        whole.next()?.before.as_ref()?.as_object().cloned()
    }
}

/// All records of a push.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: BTreeMap<RecordId, Entry>,
    untaken: BTreeMap<RecordId, Untaken>,
    /// The cases that this push decides on.
    pub(crate) cases: Cases,
    carried: Vec<Carried>,
}

impl Ledger {
    pub(crate) fn new(records: Vec<StoredRecord>, cases: Cases) -> Self {
        let entries = records.into_iter().map(|record| (record.id, Entry::of(record))).collect();
        Self { entries, cases, ..Self::default() }
    }

    /// The records of a root, itself included.
    pub(crate) fn belonging(&self, root: RecordId) -> impl Iterator<Item = RecordId> {
        let is_of_it = move |entry: &&Entry| entry.stored.root == root;
        self.entries.values().filter(is_of_it).map(|entry| entry.stored.id)
    }

    /// Records a version that an edit made of another record.
    pub(crate) fn carry(&mut self, record: RecordId, rev: Rev, by: EditName) {
        self.carried.push(Carried { record, rev, by });
    }

    /// The versions that edits made of other records.
    pub(crate) fn carried(&self) -> &[Carried] {
        &self.carried
    }

    pub(crate) fn get(&self, id: RecordId) -> Option<&Entry> {
        self.entries.get(&id)
    }

    /// The record, if it is in a stream that the person may see; a hidden one is treated as if it
    /// did not exist.
    pub(crate) fn within_reach(&self, id: RecordId, grants: &Grants) -> Option<&Entry> {
        self.get(id).filter(|entry| grants.streams.contains_key(&entry.stored.stream))
    }

    pub(crate) fn get_mut(&mut self, id: RecordId) -> Option<&mut Entry> {
        self.entries.get_mut(&id)
    }

    /// The record, or the refusal that reveals only that it is not available.
    pub(crate) fn available(&mut self, id: RecordId) -> Result<&mut Entry, Refusal> {
        self.get_mut(id).ok_or(Refusal::quarantine(Reason::NotAvailable))
    }

    /// A record that does not exist yet, in version 0 until its first edit is taken.
    pub(crate) fn make(&mut self, id: RecordId, kind: &str, root: RecordId, stream: StreamId) {
        let stored = StoredRecord {
            id,
            kind: kind.to_owned(),
            root,
            stream,
            seq: Seq(0),
            rev: Rev { number: 0, hash: [0; 4] },
            deleted: false,
            wire: String::new(),
            removed_rows: std::collections::BTreeSet::new(),
        };
        let entry = Entry {
            stored_as: None,
            content: Some(Content::default()),
            known_from: Some(0),
            ..Entry::of(stored)
        };
        self.entries.insert(id, entry);
    }

    /// An earlier edit of this device, quarantined or rejected, for a record that is missing or
    /// hidden.
    pub(crate) fn untaken(&self, id: RecordId) -> Option<Untaken> {
        self.untaken.get(&id).copied()
    }

    /// Records that an edit for this record was not taken; the first one counts.
    pub(crate) fn remember_untaken(&mut self, untaken: Untaken) {
        self.untaken.entry(untaken.record).or_insert(untaken);
    }

    /// The same for an edit of this push: it comes before one that waits under an older name.
    pub(crate) fn remember_own_untaken(&mut self, untaken: Untaken) {
        let known = self.untaken.entry(untaken.record).or_insert(untaken);
        if known.device != untaken.device {
            *known = untaken;
        }
    }

    /// The history that these edits need and that has not been read yet.
    pub(crate) fn history_wanted(
        &self,
        edits: impl Iterator<Item = (RecordId, Base)>,
    ) -> Vec<HistoryWanted> {
        let mut wanted: BTreeMap<RecordId, u64> = BTreeMap::new();
        for (id, base) in edits {
            let Some(entry) = self.entries.get(&id) else {
                continue;
            };
            let from = if entry.misses(base) { Some(0) } else { entry.needs(base) };
            if let Some(from) = from {
                wanted.entry(id).and_modify(|least| *least = from.min(*least)).or_insert(from);
            }
        }
        wanted.into_iter().map(|(record, from)| HistoryWanted { record, from }).collect()
    }

    /// Inserts the history that was read.
    pub(crate) fn know(&mut self, wanted: &[HistoryWanted], pasts: Vec<Past>) {
        for want in wanted {
            if let Some(entry) = self.entries.get_mut(&want.record) {
                entry.known_from = Some(want.from);
                entry.pasts.clear();
            }
        }
        for past in pasts {
            if let Some(entry) = self.entries.get_mut(&past.record) {
                entry.pasts.push(past);
            }
        }
    }

    /// A savepoint of everything that judging these records may change, for a group that fails.
    pub(crate) fn keep(&self, ids: Vec<RecordId>) -> Kept {
        Kept {
            entries: ids.into_iter().map(|id| (id, self.entries.get(&id).cloned())).collect(),
            cases: self.cases.clone(),
            carried: self.carried.len(),
        }
    }

    /// Returns to a savepoint.
    pub(crate) fn restore(&mut self, kept: Kept) {
        for (id, entry) in kept.entries {
            match entry {
                Some(entry) => drop(self.entries.insert(id, entry)),
                None => drop(self.entries.remove(&id)),
            }
        }
        self.cases = kept.cases;
        self.carried.truncate(kept.carried);
    }

    /// Drops a record that an edit failed to make.
    pub(crate) fn forget(&mut self, id: RecordId) {
        self.entries.remove(&id);
    }

    /// The changed records, in order of name.
    pub(crate) fn changed(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.values_mut().filter(|entry| entry.is_changed)
    }
}

/// A savepoint: the ledger as it was at one moment.
#[derive(Debug)]
pub(crate) struct Kept {
    entries: Vec<(RecordId, Option<Entry>)>,
    cases: Cases,
    carried: usize,
}
