DROP INDEX audit_log_by_time;
ALTER TABLE audit_head DROP COLUMN watched;
