-- What staff did to the organisations. Nothing of it is ever changed or removed.

-- With what a worker began in a caseload (京民社救发〔2018〕313号: 大学专科以上或助理社会工作师及以上).
CREATE TABLE membership_entry (
    membership BLOB PRIMARY KEY NOT NULL REFERENCES membership (id),
    education TEXT,
    title TEXT,
    exception_reason TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE organisation_log (
    number INTEGER PRIMARY KEY NOT NULL CHECK (number > 0),
    done_at INTEGER NOT NULL,
    -- None: at the server's own command line.
    account BLOB REFERENCES account (id),
    act TEXT NOT NULL,
    subject BLOB NOT NULL CHECK (length(subject) = 16),
    -- None: it is of no one area.
    area TEXT,
    detail TEXT NOT NULL
) STRICT;

CREATE TRIGGER organisation_log_is_not_changed BEFORE UPDATE ON organisation_log
BEGIN SELECT RAISE(ABORT, 'the organisation log is append-only'); END;
CREATE TRIGGER organisation_log_is_not_deleted BEFORE DELETE ON organisation_log
BEGIN SELECT RAISE(ABORT, 'the organisation log is append-only'); END;
