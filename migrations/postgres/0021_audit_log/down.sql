CREATE TABLE organisation_log (
    number BIGINT PRIMARY KEY CHECK (number > 0),
    done_at BIGINT NOT NULL,
    account BYTEA REFERENCES account (id),
    act TEXT NOT NULL,
    subject BYTEA NOT NULL CHECK (octet_length(subject) = 16),
    area TEXT COLLATE "C",
    detail TEXT NOT NULL
);
INSERT INTO organisation_log
    SELECT number, done_at, account, act, subject, area, detail
    FROM audit_log WHERE subject IS NOT NULL ORDER BY number;
DROP TABLE audit_head;
DROP TABLE audit_log;
DROP FUNCTION audit_log_is_append_only();
CREATE FUNCTION organisation_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the organisation log is append-only'; END $$;
CREATE TRIGGER organisation_log_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON organisation_log
FOR EACH STATEMENT EXECUTE FUNCTION organisation_log_is_append_only();
