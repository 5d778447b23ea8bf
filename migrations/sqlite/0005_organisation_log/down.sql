DROP TABLE organisation_log;
DROP TABLE membership_entry;
