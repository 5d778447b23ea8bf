-- What is searched and listed. Worked out from the records, in the transaction that changes them;
-- may be dropped and built anew at any time. Holds no personal data in the clear.

CREATE TABLE household_row (
    id BYTEA PRIMARY KEY,
    stream BYTEA NOT NULL,
    community_code TEXT COLLATE "C" NOT NULL,
    category TEXT,
    head_name_masked TEXT NOT NULL,
    open_conflicts BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    rev_number BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX household_row_by_stream ON household_row (stream, id);

CREATE TABLE person_row (
    id BYTEA PRIMARY KEY,
    household BYTEA NOT NULL,
    stream BYTEA NOT NULL,
    name_masked TEXT NOT NULL,
    relation_code TEXT,
    deleted BOOLEAN NOT NULL,
    rev_number BIGINT NOT NULL
);
CREATE INDEX person_row_by_household ON person_row (household);
CREATE INDEX person_row_by_stream ON person_row (stream, id);

CREATE TABLE visit_row (
    id BYTEA PRIMARY KEY,
    household BYTEA NOT NULL,
    stream BYTEA NOT NULL,
    status TEXT NOT NULL,
    planned_on TEXT COLLATE "C",
    deleted BOOLEAN NOT NULL,
    rev_number BIGINT NOT NULL
);
CREATE INDEX visit_row_by_household ON visit_row (household);
CREATE INDEX visit_row_by_stream ON visit_row (stream, planned_on, id);

CREATE TABLE assessment_row (
    id BYTEA PRIMARY KEY,
    household BYTEA NOT NULL,
    stream BYTEA NOT NULL,
    form TEXT NOT NULL,
    form_version BIGINT NOT NULL,
    person BYTEA,
    status TEXT NOT NULL,
    open_conflicts BIGINT NOT NULL,
    deleted BOOLEAN NOT NULL,
    rev_number BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX assessment_row_by_household ON assessment_row (household);
-- With all that a list is chosen and ordered by, so that only what is shown is looked up.
CREATE INDEX assessment_row_by_stream ON assessment_row (stream, status, changed_at, id, deleted);

CREATE TABLE find_row (
    id BYTEA PRIMARY KEY,
    stream BYTEA NOT NULL,
    community_code TEXT COLLATE "C",
    category TEXT,
    urgency TEXT,
    status TEXT NOT NULL,
    found_at TEXT,
    deleted BOOLEAN NOT NULL,
    rev_number BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX find_row_by_stream ON find_row (stream, status, changed_at, id, deleted);
