-- People, what they may do, where and how long, and the installations they work with.
-- Days are ISO texts (2026-11-23), first and last inclusive; areas are codes of up to 12 digits.
-- What was ended before it began has a last day before its first, and holds on no day.

CREATE TABLE account (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    staff_no TEXT
) STRICT;

CREATE TABLE office (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    account BLOB NOT NULL REFERENCES account (id),
    role TEXT NOT NULL,
    area TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT
) STRICT;
CREATE INDEX office_by_account ON office (account);
CREATE INDEX office_by_area ON office (role, area);

CREATE TABLE provider (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    uscc TEXT UNIQUE
) STRICT;

CREATE TABLE provider_ban (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    provider BLOB NOT NULL REFERENCES provider (id),
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX provider_ban_by_provider ON provider_ban (provider);

CREATE TABLE contract (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    provider BLOB NOT NULL REFERENCES provider (id),
    purchaser_area TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    -- 财政部令第102号 §24: a term of more than one year needs a reason.
    over_one_year_reason TEXT
) STRICT;
CREATE INDEX contract_by_provider ON contract (provider);

-- A caseload's name is its stream's.
CREATE TABLE caseload (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    contract BLOB NOT NULL REFERENCES contract (id),
    area TEXT NOT NULL,
    name TEXT NOT NULL
) STRICT;
CREATE INDEX caseload_by_contract ON caseload (contract);
CREATE INDEX caseload_by_area ON caseload (area);

CREATE TABLE membership (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    account BLOB NOT NULL REFERENCES account (id),
    caseload BLOB NOT NULL REFERENCES caseload (id),
    first_day TEXT NOT NULL,
    last_day TEXT
) STRICT;
CREATE INDEX membership_by_account ON membership (account);
CREATE INDEX membership_by_caseload ON membership (caseload);

CREATE TABLE device (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    account BLOB NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    last_seq INTEGER NOT NULL CHECK (last_seq >= 0),
    chain BLOB NOT NULL CHECK (length(chain) = 32),
    safe_seq INTEGER NOT NULL CHECK (safe_seq >= 0),
    enrolled_at INTEGER NOT NULL,
    revoked_at INTEGER,
    reported_lost_at INTEGER
) STRICT;
CREATE INDEX device_by_account ON device (account);

CREATE TABLE device_continues (
    device BLOB NOT NULL REFERENCES device (id),
    earlier BLOB NOT NULL REFERENCES device (id),
    through INTEGER NOT NULL CHECK (through >= 0),
    PRIMARY KEY (device, earlier)
) STRICT, WITHOUT ROWID;

CREATE TABLE refresh_token (
    hash BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
    device BLOB NOT NULL REFERENCES device (id),
    family BLOB NOT NULL CHECK (length(family) = 16),
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- When it was first shown to get another: the newest with one is where the family stands.
    used_at INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_token_by_device ON refresh_token (device);
CREATE INDEX refresh_token_by_family ON refresh_token (family);
CREATE INDEX refresh_token_by_end ON refresh_token (expires_at);

CREATE TABLE idempotency_key (
    account BLOB NOT NULL REFERENCES account (id),
    key TEXT NOT NULL,
    request_hash BLOB NOT NULL CHECK (length(request_hash) = 32),
    device BLOB CHECK (length(device) = 16),
    device_seq INTEGER,
    status INTEGER,
    key_id INTEGER,
    response BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account, key)
) STRICT;
CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at);
