DROP TABLE form_shelf;
DROP TABLE form_retirement;
DROP TABLE form_version;
