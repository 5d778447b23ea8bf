-- Since when something waits: a list of work gives what has waited longest first, whatever else
-- changed in it since.

-- The status by which its kind is listed; none if it is not listed by one, or deleted.
ALTER TABLE record ADD COLUMN status TEXT;
-- Since when it has stood in this status.
ALTER TABLE record ADD COLUMN status_since INTEGER NOT NULL DEFAULT 0;
-- Since when something in it has waited for a person to choose; none if nothing does.
ALTER TABLE record ADD COLUMN conflict_since INTEGER;

UPDATE record SET
    status = COALESCE(
        (SELECT listed.status FROM assessment_row listed WHERE listed.id = record.id AND NOT listed.deleted),
        (SELECT listed.status FROM find_row listed WHERE listed.id = record.id AND NOT listed.deleted)),
    status_since = changed_at,
    conflict_since = CASE WHEN open_conflicts > 0 THEN changed_at END;

DROP INDEX record_in_conflict;
CREATE INDEX record_in_conflict ON record (conflict_since, id, stream) WHERE open_conflicts > 0;

-- With all that a list is chosen and ordered by, so that only what is shown is looked up.
DROP INDEX assessment_row_by_stream;
CREATE INDEX record_by_status ON record (stream, kind, status, status_since, id) WHERE status IS NOT NULL;

-- A find waits at the desk of its place; without one, at its reporter's.
DROP INDEX find_row_by_stream;
CREATE INDEX find_row_by_place ON find_row (community_code, status, deleted, stream, id);
CREATE INDEX find_row_by_stream ON find_row (stream, community_code, status, deleted, id);
