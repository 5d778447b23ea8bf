-- Forms that were published beside those of the build, and until when a version is begun.

-- What was published never changes: answers name the version that they were given under.
CREATE TABLE form_version (
    form TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    text TEXT NOT NULL,
    -- SHA-256 of the canonical text.
    hash BYTEA NOT NULL CHECK (octet_length(hash) = 32),
    published_at BIGINT NOT NULL,
    published_by BYTEA NOT NULL REFERENCES account (id),
    PRIMARY KEY (form, version)
);

CREATE FUNCTION form_version_is_not_changed() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a published form never changes'; END $$;
CREATE TRIGGER form_version_is_not_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON form_version
FOR EACH STATEMENT EXECUTE FUNCTION form_version_is_not_changed();

-- Of the build's own forms, too.
CREATE TABLE form_retirement (
    form TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    last_day TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (form, version)
);

-- Every change of the two tables makes the number greater: whoever knows the number knows them.
CREATE TABLE form_shelf (
    only_row BOOLEAN PRIMARY KEY CHECK (only_row),
    generation BIGINT NOT NULL
);
INSERT INTO form_shelf (only_row, generation) VALUES (TRUE, 0);
