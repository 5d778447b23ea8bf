-- What a person's app makes codes from (RFC 6238), sealed. It counts from the first right code on.
CREATE TABLE second_factor (
    account BLOB PRIMARY KEY NOT NULL REFERENCES account (id),
    enrolled_at INTEGER NOT NULL,
    is_confirmed INTEGER NOT NULL CHECK (is_confirmed IN (0, 1)),
    key_id INTEGER NOT NULL,
    secret BLOB NOT NULL,
    -- The time step of the last code that was taken: no code is taken twice.
    last_step INTEGER NOT NULL,
    -- Hashes of the recovery codes that are left, a line each.
    recovery_codes TEXT NOT NULL
) STRICT;
