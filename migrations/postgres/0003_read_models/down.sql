DROP TABLE find_row;
DROP TABLE assessment_row;
DROP TABLE visit_row;
DROP TABLE person_row;
DROP TABLE household_row;
