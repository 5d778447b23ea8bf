-- What a person's app makes codes from (RFC 6238), sealed. It counts from the first right code on.
CREATE TABLE second_factor (
    account BYTEA PRIMARY KEY REFERENCES account (id),
    enrolled_at BIGINT NOT NULL,
    is_confirmed BOOLEAN NOT NULL,
    key_id INTEGER NOT NULL,
    secret BYTEA NOT NULL,
    -- The time step of the last code that was taken: no code is taken twice.
    last_step BIGINT NOT NULL,
    -- Hashes of the recovery codes that are left, a line each.
    recovery_codes TEXT NOT NULL
);
