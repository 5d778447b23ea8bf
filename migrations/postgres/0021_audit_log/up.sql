-- One log of what people did beside the records: sign-ins, devices, secrets, rights, forms. Each line
-- is chained to the one before it, and carries digests of the accounts and rights that it changed.
CREATE TABLE audit_log (
    number BIGINT PRIMARY KEY CHECK (number > 0),
    done_at BIGINT NOT NULL,
    -- None: at the server's own command line, or by nobody who has an account.
    account BYTEA REFERENCES account (id),
    device BYTEA CHECK (octet_length(device) = 16),
    act TEXT NOT NULL,
    subject BYTEA CHECK (octet_length(subject) = 16),
    -- None: it is of no one area.
    area TEXT COLLATE "C",
    detail TEXT NOT NULL,
    -- Each changed row's new state: table, id, digest; one a line.
    states TEXT NOT NULL,
    -- None: written before lines were chained. The first chained line holds these fast.
    chain BYTEA CHECK (octet_length(chain) = 32)
);
INSERT INTO audit_log
    SELECT number, done_at, account, NULL, act, subject, area, detail, '', NULL
    FROM organisation_log ORDER BY number;
DROP TABLE organisation_log;
DROP FUNCTION organisation_log_is_append_only();
CREATE INDEX audit_log_by_account ON audit_log (account, number);
CREATE INDEX audit_log_by_subject ON audit_log (subject, number);

CREATE FUNCTION audit_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
CREATE TRIGGER audit_log_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_append_only();

-- Where the log ends; locked by whoever appends.
CREATE TABLE audit_head (
    only_row BOOLEAN PRIMARY KEY CHECK (only_row),
    last BIGINT NOT NULL CHECK (last >= 0),
    chain BYTEA CHECK (octet_length(chain) = 32)
);
INSERT INTO audit_head SELECT TRUE, COALESCE(MAX(number), 0), NULL FROM audit_log;
