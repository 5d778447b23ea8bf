-- Whose password was given by another: its person does nothing else before changing it, and after its
-- time it opens nothing. Its hash stands with the account, like that of any password.
CREATE TABLE one_time_password (
    account BLOB PRIMARY KEY NOT NULL REFERENCES account (id),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
