-- The protocol's own tables. Names are 16 bytes, instants microseconds since 1970.
--
-- No foreign keys between these: every row is written by one function in one transaction that
-- holds the locks, and a check on each of a push's rows would be paid for at every edit.

CREATE TABLE server (
    only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    epoch BLOB NOT NULL CHECK (length(epoch) = 16),
    -- Counts up when it is tried whether writes are taken.
    probes INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE stream (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    kind TEXT NOT NULL CHECK (kind IN ('caseload', 'user', 'reference')),
    head INTEGER NOT NULL CHECK (head >= 0),
    count INTEGER NOT NULL CHECK (count >= 0),
    digest BLOB NOT NULL CHECK (length(digest) = 16)
) STRICT, WITHOUT ROWID;

-- Nothing but a thing to lock: it stands before the first record of its root does.
CREATE TABLE root (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16)
) STRICT, WITHOUT ROWID;

CREATE TABLE record (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    kind TEXT NOT NULL,
    root BLOB NOT NULL CHECK (length(root) = 16),
    stream BLOB NOT NULL CHECK (length(stream) = 16),
    seq INTEGER NOT NULL CHECK (seq > 0),
    rev_number INTEGER NOT NULL CHECK (rev_number > 0),
    rev_hash BLOB NOT NULL CHECK (length(rev_hash) = 4),
    deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    changed_at INTEGER NOT NULL,
    key_id INTEGER NOT NULL,
    open_conflicts INTEGER NOT NULL CHECK (open_conflicts >= 0),
    wire BLOB NOT NULL,
    removed_rows BLOB
) STRICT;
CREATE UNIQUE INDEX record_by_position ON record (stream, seq);
CREATE INDEX record_by_root ON record (root);
-- What can be brought back, the last deleted first.
CREATE INDEX record_deleted ON record (changed_at DESC, id, stream) WHERE deleted;
-- What waits for a person to choose, the oldest first.
CREATE INDEX record_in_conflict ON record (changed_at, id, stream) WHERE open_conflicts > 0;

CREATE TABLE departure (
    stream BLOB NOT NULL CHECK (length(stream) = 16),
    seq INTEGER NOT NULL CHECK (seq > 0),
    record BLOB NOT NULL CHECK (length(record) = 16),
    PRIMARY KEY (stream, seq)
) STRICT, WITHOUT ROWID;

-- Versions that an edit of another record made beside its own: what a moved root took along, and
-- notices. Part of a record's history, like the journal's rows.
CREATE TABLE carried (
    record BLOB NOT NULL CHECK (length(record) = 16),
    rev_number INTEGER NOT NULL CHECK (rev_number > 0),
    rev_hash BLOB NOT NULL CHECK (length(rev_hash) = 4),
    device BLOB NOT NULL CHECK (length(device) = 16),
    device_seq INTEGER NOT NULL CHECK (device_seq > 0),
    PRIMARY KEY (record, rev_number)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    device BLOB NOT NULL CHECK (length(device) = 16),
    device_seq INTEGER NOT NULL CHECK (device_seq > 0),
    account BLOB NOT NULL CHECK (length(account) = 16),
    received_at INTEGER NOT NULL,
    op TEXT,
    record BLOB CHECK (length(record) = 16),
    root BLOB CHECK (length(root) = 16),
    kind TEXT,
    stream BLOB CHECK (length(stream) = 16),
    group_id BLOB CHECK (length(group_id) = 16),
    -- The quarantined edit that this one settled.
    decides_device BLOB CHECK (length(decides_device) = 16),
    decides_seq INTEGER CHECK (decides_seq > 0),
    made_at TEXT,
    verdict TEXT NOT NULL
        CHECK (verdict IN ('applied', 'merged', 'conflict', 'quarantined', 'rejected')),
    rev_number INTEGER,
    rev_hash BLOB CHECK (length(rev_hash) = 4),
    outcome TEXT NOT NULL,
    effect_is_payload INTEGER NOT NULL CHECK (effect_is_payload IN (0, 1)),
    key_id INTEGER NOT NULL,
    effect BLOB,
    -- Payload and salt are erased by right; hash and chain stay.
    payload BLOB,
    salt BLOB CHECK (length(salt) = 16),
    payload_hash BLOB NOT NULL CHECK (length(payload_hash) = 32),
    chain BLOB NOT NULL CHECK (length(chain) = 32),
    PRIMARY KEY (device, device_seq),
    -- What was not taken made no version. The other way round does not hold: a void, or a
    -- decision, is applied and makes none.
    CHECK (rev_number IS NULL OR verdict NOT IN ('quarantined', 'rejected')),
    CHECK ((rev_number IS NULL) = (rev_hash IS NULL)),
    CHECK ((decides_device IS NULL) = (decides_seq IS NULL))
) STRICT;
-- A record's history, oldest first. Unique: a version is made by one edit, or something was lost.
CREATE UNIQUE INDEX journal_by_record ON journal (record, rev_number) WHERE rev_number IS NOT NULL;
-- What a device asked for and did not get.
CREATE INDEX journal_untaken ON journal (device, record) WHERE rev_number IS NULL;
-- What waits at a desk, oldest first, and what waits of a device.
CREATE INDEX journal_quarantined ON journal (received_at, device, device_seq)
    WHERE verdict = 'quarantined' AND op IN ('put', 'delete');
CREATE INDEX journal_quarantined_of ON journal (device, device_seq)
    WHERE verdict = 'quarantined' AND op IN ('put', 'delete');
-- An edit is settled once.
CREATE UNIQUE INDEX journal_settled ON journal (decides_device, decides_seq) WHERE decides_device IS NOT NULL;

-- Payloads that were erased by right. The reason is sealed for its row, so that nobody without the
-- keys can pass off a payload that was taken away as one that was erased.
CREATE TABLE erasure (
    device BLOB NOT NULL CHECK (length(device) = 16),
    device_seq INTEGER NOT NULL CHECK (device_seq > 0),
    erased_at INTEGER NOT NULL,
    key_id INTEGER NOT NULL,
    reason BLOB NOT NULL,
    PRIMARY KEY (device, device_seq)
) STRICT, WITHOUT ROWID;
