-- Forms that were published beside those of the build, and until when a version is begun.

-- What was published never changes: answers name the version that they were given under.
CREATE TABLE form_version (
    form TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    text TEXT NOT NULL,
    -- SHA-256 of the canonical text.
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    published_at INTEGER NOT NULL,
    published_by BLOB NOT NULL REFERENCES account (id),
    PRIMARY KEY (form, version)
) STRICT;

CREATE TRIGGER form_version_is_not_changed BEFORE UPDATE ON form_version
BEGIN SELECT RAISE(ABORT, 'a published form never changes'); END;
CREATE TRIGGER form_version_is_not_deleted BEFORE DELETE ON form_version
BEGIN SELECT RAISE(ABORT, 'a published form never changes'); END;

-- Of the build's own forms, too.
CREATE TABLE form_retirement (
    form TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    last_day TEXT NOT NULL,
    PRIMARY KEY (form, version)
) STRICT, WITHOUT ROWID;

-- Every change of the two tables makes the number greater: whoever knows the number knows them.
CREATE TABLE form_shelf (
    only_row INTEGER PRIMARY KEY NOT NULL CHECK (only_row = 1),
    generation INTEGER NOT NULL
) STRICT;
INSERT INTO form_shelf (only_row, generation) VALUES (1, 0);
