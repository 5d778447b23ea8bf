-- What is searched and listed. Worked out from the records, in the transaction that changes them;
-- may be dropped and built anew at any time. Holds no personal data in the clear.

CREATE TABLE household_row (
    id BLOB PRIMARY KEY NOT NULL,
    stream BLOB NOT NULL,
    community_code TEXT NOT NULL,
    category TEXT,
    head_name_masked TEXT NOT NULL,
    open_conflicts INTEGER NOT NULL,
    deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    rev_number INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX household_row_by_stream ON household_row (stream, id);

CREATE TABLE person_row (
    id BLOB PRIMARY KEY NOT NULL,
    household BLOB NOT NULL,
    stream BLOB NOT NULL,
    name_masked TEXT NOT NULL,
    relation_code TEXT,
    deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    rev_number INTEGER NOT NULL
) STRICT;
CREATE INDEX person_row_by_household ON person_row (household);
CREATE INDEX person_row_by_stream ON person_row (stream, id);

CREATE TABLE visit_row (
    id BLOB PRIMARY KEY NOT NULL,
    household BLOB NOT NULL,
    stream BLOB NOT NULL,
    status TEXT NOT NULL,
    planned_on TEXT,
    deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    rev_number INTEGER NOT NULL
) STRICT;
CREATE INDEX visit_row_by_household ON visit_row (household);
CREATE INDEX visit_row_by_stream ON visit_row (stream, planned_on, id);

CREATE TABLE assessment_row (
    id BLOB PRIMARY KEY NOT NULL,
    household BLOB NOT NULL,
    stream BLOB NOT NULL,
    form TEXT NOT NULL,
    form_version INTEGER NOT NULL,
    person BLOB,
    status TEXT NOT NULL,
    open_conflicts INTEGER NOT NULL,
    deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    rev_number INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX assessment_row_by_household ON assessment_row (household);
-- With all that a list is chosen and ordered by, so that only what is shown is looked up.
CREATE INDEX assessment_row_by_stream ON assessment_row (stream, status, changed_at, id, deleted);

CREATE TABLE find_row (
    id BLOB PRIMARY KEY NOT NULL,
    stream BLOB NOT NULL,
    community_code TEXT,
    category TEXT,
    urgency TEXT,
    status TEXT NOT NULL,
    found_at TEXT,
    deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
    rev_number INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX find_row_by_stream ON find_row (stream, status, changed_at, id, deleted);
