CREATE TABLE edits_of_a_later_build (
    edits INTEGER NOT NULL
        CONSTRAINT edits_of_a_later_build_cannot_be_taken_back CHECK (edits = 0)
) STRICT;
INSERT INTO edits_of_a_later_build SELECT COUNT(*) FROM journal;
DROP TABLE edits_of_a_later_build;
DROP TABLE idempotency_key;
CREATE TABLE idempotency_key (
    account BLOB NOT NULL REFERENCES account (id),
    key TEXT NOT NULL,
    request_hash BLOB NOT NULL CHECK (length(request_hash) = 32),
    device BLOB CHECK (length(device) = 16),
    device_seq INTEGER,
    status INTEGER,
    key_id INTEGER,
    response BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account, key)
) STRICT;
CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at);
ALTER TABLE device DROP COLUMN key_id;
ALTER TABLE device DROP COLUMN name;
ALTER TABLE device ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE journal DROP COLUMN answer_hash;
ALTER TABLE journal DROP COLUMN answer;
ALTER TABLE journal DROP COLUMN made_at;
ALTER TABLE journal ADD COLUMN made_at TEXT;
