DROP TABLE organisation_log;
DROP FUNCTION organisation_log_is_append_only();
DROP TABLE membership_entry;
