-- What the record says is copied from there. What only a document says (members, visits, a household's
-- category, the person assessed) is sealed: `ruhu rebuild` of the build before fills it in.

DROP INDEX household_row_by_stream;
ALTER TABLE household_row RENAME TO household_row_before;
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
INSERT INTO household_row
SELECT listed.id, listed.stream, listed.community_code, NULL, listed.head_name_masked,
    record.open_conflicts, listed.deleted, record.rev_number, record.changed_at
FROM household_row_before listed JOIN record ON record.id = listed.id;
DROP TABLE household_row_before;
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

ALTER TABLE assessment_row RENAME TO assessment_row_before;
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
INSERT INTO assessment_row
SELECT listed.id, listed.household, record.stream, listed.form, listed.form_version, NULL,
    listed.status, record.open_conflicts, listed.deleted, record.rev_number, record.changed_at
FROM assessment_row_before listed JOIN record ON record.id = listed.id;
DROP TABLE assessment_row_before;
CREATE INDEX assessment_row_by_household ON assessment_row (household);

DROP INDEX find_row_by_place;
DROP INDEX find_row_by_stream;
ALTER TABLE find_row RENAME TO find_row_before;
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
INSERT INTO find_row
SELECT listed.id, listed.stream, listed.community_code, listed.category, listed.urgency,
    listed.status, listed.found_at, listed.deleted, record.rev_number, record.changed_at
FROM find_row_before listed JOIN record ON record.id = listed.id;
DROP TABLE find_row_before;
CREATE INDEX find_row_by_place ON find_row (community_code, status, deleted, stream, id);
CREATE INDEX find_row_by_stream ON find_row (stream, community_code, status, deleted, id);
