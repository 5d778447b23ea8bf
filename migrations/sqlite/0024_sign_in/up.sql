-- Wrong passwords of late, under the hash of who tried: an address, a login from an address, a login
-- on a device.
CREATE TABLE sign_in_failure (
    name BLOB PRIMARY KEY NOT NULL CHECK (length(name) = 32),
    failures INTEGER NOT NULL CHECK (failures >= 0),
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_failure_since ON sign_in_failure (since);
