-- The protocol's own tables. Names are 16 bytes, instants microseconds since 1970.
--
-- No foreign keys between these: every row is written by one function in one transaction that
-- holds the locks, and a check on each of a push's rows would be paid for at every edit.

CREATE TABLE server (
    only_row BOOLEAN PRIMARY KEY CHECK (only_row),
    epoch BYTEA NOT NULL CHECK (octet_length(epoch) = 16),
    -- Counts up when it is tried whether writes are taken.
    probes BIGINT NOT NULL DEFAULT 0
);

-- Counters are changed at every push: room on the page keeps the change off the indexes.
CREATE TABLE stream (
    id BYTEA PRIMARY KEY CHECK (octet_length(id) = 16),
    kind TEXT NOT NULL CHECK (kind IN ('caseload', 'user', 'reference')),
    head BIGINT NOT NULL CHECK (head >= 0),
    count BIGINT NOT NULL CHECK (count >= 0),
    digest BYTEA NOT NULL CHECK (octet_length(digest) = 16)
) WITH (fillfactor = 50);

-- Nothing but a thing to lock: it stands before the first record of its root does.
CREATE TABLE root (
    id BYTEA PRIMARY KEY CHECK (octet_length(id) = 16)
) WITH (fillfactor = 70);

CREATE TABLE record (
    id BYTEA PRIMARY KEY CHECK (octet_length(id) = 16),
    kind TEXT NOT NULL,
    root BYTEA NOT NULL CHECK (octet_length(root) = 16),
    stream BYTEA NOT NULL CHECK (octet_length(stream) = 16),
    seq BIGINT NOT NULL CHECK (seq > 0),
    rev_number BIGINT NOT NULL CHECK (rev_number > 0),
    rev_hash BYTEA NOT NULL CHECK (octet_length(rev_hash) = 4),
    deleted BOOLEAN NOT NULL,
    changed_at BIGINT NOT NULL,
    key_id INTEGER NOT NULL,
    open_conflicts INTEGER NOT NULL CHECK (open_conflicts >= 0),
    wire BYTEA NOT NULL,
    removed_rows BYTEA
);
-- Sealed bytes do not compress.
ALTER TABLE record ALTER COLUMN wire SET STORAGE EXTERNAL;
CREATE UNIQUE INDEX record_by_position ON record (stream, seq);
CREATE INDEX record_by_root ON record (root);
-- What can be brought back, the last deleted first.
CREATE INDEX record_deleted ON record (changed_at DESC, id, stream) WHERE deleted;
-- What waits for a person to choose, the oldest first.
CREATE INDEX record_in_conflict ON record (changed_at, id, stream) WHERE open_conflicts > 0;

CREATE TABLE departure (
    stream BYTEA NOT NULL CHECK (octet_length(stream) = 16),
    seq BIGINT NOT NULL CHECK (seq > 0),
    record BYTEA NOT NULL CHECK (octet_length(record) = 16),
    PRIMARY KEY (stream, seq)
);

-- Versions that an edit of another record made beside its own: what a moved root took along, and
-- notices. Part of a record's history, like the journal's rows.
CREATE TABLE carried (
    record BYTEA NOT NULL CHECK (octet_length(record) = 16),
    rev_number BIGINT NOT NULL CHECK (rev_number > 0),
    rev_hash BYTEA NOT NULL CHECK (octet_length(rev_hash) = 4),
    device BYTEA NOT NULL CHECK (octet_length(device) = 16),
    device_seq BIGINT NOT NULL CHECK (device_seq > 0),
    PRIMARY KEY (record, rev_number)
);

CREATE TABLE journal (
    device BYTEA NOT NULL CHECK (octet_length(device) = 16),
    device_seq BIGINT NOT NULL CHECK (device_seq > 0),
    account BYTEA NOT NULL CHECK (octet_length(account) = 16),
    received_at BIGINT NOT NULL,
    op TEXT,
    record BYTEA CHECK (octet_length(record) = 16),
    root BYTEA CHECK (octet_length(root) = 16),
    kind TEXT,
    stream BYTEA CHECK (octet_length(stream) = 16),
    group_id BYTEA CHECK (octet_length(group_id) = 16),
    -- The quarantined edit that this one settled.
    decides_device BYTEA CHECK (octet_length(decides_device) = 16),
    decides_seq BIGINT CHECK (decides_seq > 0),
    made_at TEXT,
    verdict TEXT NOT NULL
        CHECK (verdict IN ('applied', 'merged', 'conflict', 'quarantined', 'rejected')),
    rev_number BIGINT,
    rev_hash BYTEA CHECK (octet_length(rev_hash) = 4),
    outcome TEXT NOT NULL,
    effect_is_payload BOOLEAN NOT NULL,
    key_id INTEGER NOT NULL,
    effect BYTEA,
    -- Payload and salt are erased by right; hash and chain stay.
    payload BYTEA,
    salt BYTEA CHECK (octet_length(salt) = 16),
    payload_hash BYTEA NOT NULL CHECK (octet_length(payload_hash) = 32),
    chain BYTEA NOT NULL CHECK (octet_length(chain) = 32),
    PRIMARY KEY (device, device_seq),
    -- What was not taken made no version. The other way round does not hold: a void, or a
    -- decision, is applied and makes none.
    CHECK (rev_number IS NULL OR verdict NOT IN ('quarantined', 'rejected')),
    CHECK ((rev_number IS NULL) = (rev_hash IS NULL)),
    CHECK ((decides_device IS NULL) = (decides_seq IS NULL))
);
ALTER TABLE journal ALTER COLUMN payload SET STORAGE EXTERNAL;
ALTER TABLE journal ALTER COLUMN effect SET STORAGE EXTERNAL;
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
    device BYTEA NOT NULL CHECK (octet_length(device) = 16),
    device_seq BIGINT NOT NULL CHECK (device_seq > 0),
    erased_at BIGINT NOT NULL,
    key_id INTEGER NOT NULL,
    reason BYTEA NOT NULL,
    PRIMARY KEY (device, device_seq)
);
