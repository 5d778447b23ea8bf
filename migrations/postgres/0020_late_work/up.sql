-- How much a person has handed in since the right ended. Gone when there is a right again.
CREATE TABLE late_work (
    account BYTEA PRIMARY KEY REFERENCES account (id),
    edits BIGINT NOT NULL CHECK (edits >= 0),
    bytes BIGINT NOT NULL CHECK (bytes >= 0)
);
