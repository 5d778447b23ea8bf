-- What staff did to the organisations. Nothing of it is ever changed or removed.

-- With what a worker began in a caseload (京民社救发〔2018〕313号: 大学专科以上或助理社会工作师及以上).
CREATE TABLE membership_entry (
    membership BYTEA PRIMARY KEY REFERENCES membership (id),
    education TEXT,
    title TEXT,
    exception_reason TEXT
);

CREATE TABLE organisation_log (
    number BIGINT PRIMARY KEY CHECK (number > 0),
    done_at BIGINT NOT NULL,
    -- None: at the server's own command line.
    account BYTEA REFERENCES account (id),
    act TEXT NOT NULL,
    subject BYTEA NOT NULL CHECK (octet_length(subject) = 16),
    -- None: it is of no one area.
    area TEXT COLLATE "C",
    detail TEXT NOT NULL
);

CREATE FUNCTION organisation_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the organisation log is append-only'; END $$;
CREATE TRIGGER organisation_log_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON organisation_log
FOR EACH STATEMENT EXECUTE FUNCTION organisation_log_is_append_only();
