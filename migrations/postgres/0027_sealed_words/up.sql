-- What a client wrote stands sealed, or not at all (docs/adr/0015).
--
-- Links of edits that were taken before this cover words in the clear, and cannot be made anew: tablets
-- and anchors hold the old ones. There has been no release, so a database with such edits is of an
-- earlier build, and is refused here instead of being left half open.
CREATE TABLE edits_of_an_earlier_build (
    edits BIGINT NOT NULL
        CONSTRAINT edits_of_an_earlier_build_begin_with_a_new_database CHECK (edits = 0)
);
INSERT INTO edits_of_an_earlier_build SELECT COUNT(*) FROM journal;
DROP TABLE edits_of_an_earlier_build;

-- When it was made by the device's clock, sealed.
ALTER TABLE journal DROP COLUMN made_at;
ALTER TABLE journal ADD COLUMN made_at BYTEA;
-- The outcome beside its outline: as it was answered, sealed, with its salted hash, if it names places.
ALTER TABLE journal ADD COLUMN answer BYTEA;
ALTER TABLE journal ADD COLUMN answer_hash BYTEA CHECK (octet_length(answer_hash) = 32);
ALTER TABLE journal ALTER COLUMN answer SET STORAGE EXTERNAL;

-- What a device is called, sealed; none until its person signs in on it again.
ALTER TABLE device DROP COLUMN name;
ALTER TABLE device ADD COLUMN name BYTEA;
ALTER TABLE device ADD COLUMN key_id INTEGER;

-- Keys are a client's texts: each is kept as its hash. Those of before are forgotten, as all are after
-- thirty days.
DROP TABLE idempotency_key;
CREATE TABLE idempotency_key (
    name BYTEA PRIMARY KEY NOT NULL CHECK (octet_length(name) = 32),
    account BYTEA NOT NULL REFERENCES account (id),
    request_hash BYTEA NOT NULL CHECK (octet_length(request_hash) = 32),
    status INTEGER,
    key_id INTEGER,
    response BYTEA,
    created_at BIGINT NOT NULL
);
CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at);
