-- How much a person has handed in since the right ended. Gone when there is a right again.
CREATE TABLE late_work (
    account BLOB PRIMARY KEY NOT NULL REFERENCES account (id),
    edits INTEGER NOT NULL CHECK (edits >= 0),
    bytes INTEGER NOT NULL CHECK (bytes >= 0)
) STRICT, WITHOUT ROWID;
