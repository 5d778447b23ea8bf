-- What proves a person's signature on another's tablet: derived from a PIN, and sealed.
CREATE TABLE signing_key (
    account BLOB PRIMARY KEY NOT NULL REFERENCES account (id),
    key_id INTEGER NOT NULL,
    key BLOB NOT NULL,
    set_at INTEGER NOT NULL
) STRICT;
