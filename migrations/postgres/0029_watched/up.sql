-- What the log watches: rows of these tables are held against its last word on each. A table that is
-- watched from a later version on is taken in by one line at the first start.
ALTER TABLE audit_head ADD COLUMN watched TEXT NOT NULL DEFAULT '';
UPDATE audit_head SET watched = 'account office provider ban contract caseload membership entry'
    WHERE chain IS NOT NULL;
CREATE INDEX audit_log_by_time ON audit_log (done_at);
