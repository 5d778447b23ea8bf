-- Wrong proofs of a signer's PIN that one person's tablets sent of late.
CREATE TABLE signature_failure (
    sent_by BLOB NOT NULL REFERENCES account (id),
    signer BLOB NOT NULL REFERENCES account (id),
    failures INTEGER NOT NULL CHECK (failures >= 0),
    since INTEGER NOT NULL,
    PRIMARY KEY (sent_by, signer)
) STRICT, WITHOUT ROWID;
