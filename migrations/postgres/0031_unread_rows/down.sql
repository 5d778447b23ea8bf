-- What the record says is copied from there. What only a document says (members, visits, a household's
-- category, the person assessed) is sealed: `ruhu rebuild` of the build before fills it in.

ALTER TABLE find_row
    ADD COLUMN rev_number BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
UPDATE find_row SET rev_number = record.rev_number, changed_at = record.changed_at
    FROM record WHERE record.id = find_row.id;
ALTER TABLE find_row
    ALTER COLUMN rev_number DROP DEFAULT,
    ALTER COLUMN changed_at DROP DEFAULT;

ALTER TABLE assessment_row
    ADD COLUMN stream BYTEA NOT NULL DEFAULT '',
    ADD COLUMN person BYTEA,
    ADD COLUMN open_conflicts BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN rev_number BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
UPDATE assessment_row SET stream = record.stream, open_conflicts = record.open_conflicts,
    rev_number = record.rev_number, changed_at = record.changed_at
    FROM record WHERE record.id = assessment_row.id;
ALTER TABLE assessment_row
    ALTER COLUMN stream DROP DEFAULT,
    ALTER COLUMN open_conflicts DROP DEFAULT,
    ALTER COLUMN rev_number DROP DEFAULT,
    ALTER COLUMN changed_at DROP DEFAULT;
CREATE INDEX assessment_row_by_household ON assessment_row (household);

ALTER TABLE household_row
    ADD COLUMN category TEXT,
    ADD COLUMN open_conflicts BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN rev_number BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
UPDATE household_row SET open_conflicts = record.open_conflicts,
    rev_number = record.rev_number, changed_at = record.changed_at
    FROM record WHERE record.id = household_row.id;
ALTER TABLE household_row
    ALTER COLUMN open_conflicts DROP DEFAULT,
    ALTER COLUMN rev_number DROP DEFAULT,
    ALTER COLUMN changed_at DROP DEFAULT;

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
