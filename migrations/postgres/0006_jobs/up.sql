-- Jobs that run by themselves: whose turn it is, what became of each run, and what they note.

CREATE TABLE job_lease (
    job TEXT PRIMARY KEY,
    holder BYTEA NOT NULL CHECK (octet_length(holder) = 16),
    expires_at BIGINT NOT NULL
);

CREATE TABLE job_run (
    job TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    holder BYTEA NOT NULL CHECK (octet_length(holder) = 16),
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    outcome TEXT NOT NULL CHECK (outcome IN ('running', 'done', 'failed', 'abandoned')),
    -- Counts as a JSON object, or why it failed. Nothing about any person.
    told TEXT NOT NULL,
    PRIMARY KEY (job, due_at)
);

-- Each end once, by the day it was: one that was put off and came again is another.
CREATE TABLE grant_end (
    kind TEXT NOT NULL CHECK (kind IN ('membership', 'contract', 'office')),
    id BYTEA NOT NULL CHECK (octet_length(id) = 16),
    last_day TEXT NOT NULL,
    noted_at BIGINT NOT NULL,
    PRIMARY KEY (kind, id, last_day)
);
