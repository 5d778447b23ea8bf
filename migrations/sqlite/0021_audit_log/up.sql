-- One log of what people did beside the records: sign-ins, devices, secrets, rights, forms. Each line
-- is chained to the one before it, and carries digests of the accounts and rights that it changed.
CREATE TABLE audit_log (
    number INTEGER PRIMARY KEY NOT NULL CHECK (number > 0),
    done_at INTEGER NOT NULL,
    -- None: at the server's own command line, or by nobody who has an account.
    account BLOB REFERENCES account (id),
    device BLOB CHECK (length(device) = 16),
    act TEXT NOT NULL,
    subject BLOB CHECK (length(subject) = 16),
    -- None: it is of no one area.
    area TEXT,
    detail TEXT NOT NULL,
    -- Each changed row's new state: table, id, digest; one a line.
    states TEXT NOT NULL,
    -- None: written before lines were chained. The first chained line holds these fast.
    chain BLOB CHECK (length(chain) = 32)
) STRICT;
INSERT INTO audit_log
    SELECT number, done_at, account, NULL, act, subject, area, detail, '', NULL
    FROM organisation_log ORDER BY number;
DROP TABLE organisation_log;
CREATE INDEX audit_log_by_account ON audit_log (account, number);
CREATE INDEX audit_log_by_subject ON audit_log (subject, number);

CREATE TRIGGER audit_log_is_not_changed BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_log_is_not_deleted BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

-- Where the log ends; locked by whoever appends.
CREATE TABLE audit_head (
    only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    last INTEGER NOT NULL CHECK (last >= 0),
    chain BLOB CHECK (length(chain) = 32)
) STRICT;
INSERT INTO audit_head SELECT 1, COALESCE(MAX(number), 0), NULL FROM audit_log;
