-- Wrong passwords of late, under the hash of who tried: an address, a login from an address, a login
-- on a device.
CREATE TABLE sign_in_failure (
    name BYTEA PRIMARY KEY NOT NULL CHECK (length(name) = 32),
    failures INTEGER NOT NULL CHECK (failures >= 0),
    since BIGINT NOT NULL
);
CREATE INDEX sign_in_failure_since ON sign_in_failure (since);
