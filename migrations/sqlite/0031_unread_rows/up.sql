-- No query reads these: members and visits are not listed, and what a list shows of the record itself
-- (version, stream, open conflicts, last change) stands in `record`.

DROP TABLE visit_row;
DROP TABLE person_row;

ALTER TABLE household_row DROP COLUMN category;
ALTER TABLE household_row DROP COLUMN open_conflicts;
ALTER TABLE household_row DROP COLUMN rev_number;
ALTER TABLE household_row DROP COLUMN changed_at;

-- Assessments are joined to their households, never looked up by them.
DROP INDEX assessment_row_by_household;
ALTER TABLE assessment_row DROP COLUMN stream;
ALTER TABLE assessment_row DROP COLUMN person;
ALTER TABLE assessment_row DROP COLUMN open_conflicts;
ALTER TABLE assessment_row DROP COLUMN rev_number;
ALTER TABLE assessment_row DROP COLUMN changed_at;

ALTER TABLE find_row DROP COLUMN rev_number;
ALTER TABLE find_row DROP COLUMN changed_at;
