DROP TABLE form_shelf;
DROP TABLE form_retirement;
DROP TABLE form_version;
DROP FUNCTION form_version_is_not_changed();
