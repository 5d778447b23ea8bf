CREATE TABLE organisation_log (
    number INTEGER PRIMARY KEY NOT NULL CHECK (number > 0),
    done_at INTEGER NOT NULL,
    account BLOB REFERENCES account (id),
    act TEXT NOT NULL,
    subject BLOB NOT NULL CHECK (length(subject) = 16),
    area TEXT,
    detail TEXT NOT NULL
) STRICT;
INSERT INTO organisation_log
    SELECT number, done_at, account, act, subject, area, detail
    FROM audit_log WHERE subject IS NOT NULL ORDER BY number;
DROP TABLE audit_head;
DROP TABLE audit_log;
CREATE TRIGGER organisation_log_is_not_changed BEFORE UPDATE ON organisation_log
BEGIN SELECT RAISE(ABORT, 'the organisation log is append-only'); END;
CREATE TRIGGER organisation_log_is_not_deleted BEFORE DELETE ON organisation_log
BEGIN SELECT RAISE(ABORT, 'the organisation log is append-only'); END;
