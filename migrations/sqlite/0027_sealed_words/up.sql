-- What a client wrote stands sealed, or not at all (docs/adr/0015).
--
-- Links of edits that were taken before this cover words in the clear, and cannot be made anew: tablets
-- and anchors hold the old ones. There has been no release, so a database with such edits is of an
-- earlier build, and is refused here instead of being left half open.
CREATE TABLE edits_of_an_earlier_build (
    edits INTEGER NOT NULL
        CONSTRAINT edits_of_an_earlier_build_begin_with_a_new_database CHECK (edits = 0)
) STRICT;
INSERT INTO edits_of_an_earlier_build SELECT COUNT(*) FROM journal;
DROP TABLE edits_of_an_earlier_build;

-- When it was made by the device's clock, sealed.
ALTER TABLE journal DROP COLUMN made_at;
ALTER TABLE journal ADD COLUMN made_at BLOB;
-- The outcome beside its outline: as it was answered, sealed, with its salted hash, if it names places.
ALTER TABLE journal ADD COLUMN answer BLOB;
ALTER TABLE journal ADD COLUMN answer_hash BLOB CHECK (length(answer_hash) = 32);

-- What a device is called, sealed; none until its person signs in on it again.
ALTER TABLE device DROP COLUMN name;
ALTER TABLE device ADD COLUMN name BLOB;
ALTER TABLE device ADD COLUMN key_id INTEGER;

-- Keys are a client's texts: each is kept as its hash. Those of before are forgotten, as all are after
-- thirty days.
DROP TABLE idempotency_key;
CREATE TABLE idempotency_key (
    name BLOB PRIMARY KEY NOT NULL CHECK (length(name) = 32),
    account BLOB NOT NULL REFERENCES account (id),
    request_hash BLOB NOT NULL CHECK (length(request_hash) = 32),
    status INTEGER,
    key_id INTEGER,
    response BLOB,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at);
