-- People, what they may do, where and how long, and the installations they work with.
-- Days are ISO texts (2026-11-23), first and last inclusive; areas are codes of up to 12 digits.
-- What was ended before it began has a last day before its first, and holds on no day.

CREATE TABLE account (
    id BYTEA PRIMARY KEY CHECK (octet_length(id) = 16),
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT,
    active BOOLEAN NOT NULL,
    staff_no TEXT
);

CREATE TABLE office (
    id BYTEA PRIMARY KEY CHECK (octet_length(id) = 16),
    account BYTEA NOT NULL REFERENCES account (id),
    role TEXT NOT NULL,
    area TEXT COLLATE "C" NOT NULL,
    first_day TEXT COLLATE "C" NOT NULL,
    last_day TEXT COLLATE "C"
);
CREATE INDEX office_by_account ON office (account);
CREATE INDEX office_by_area ON office (role, area);

CREATE TABLE provider (
    id BYTEA PRIMARY KEY CHECK (octet_length(id) = 16),
    name TEXT NOT NULL,
    uscc TEXT UNIQUE
);

CREATE TABLE provider_ban (
    id BYTEA PRIMARY KEY CHECK (octet_length(id) = 16),
    provider BYTEA NOT NULL REFERENCES provider (id),
    first_day TEXT COLLATE "C" NOT NULL,
    last_day TEXT COLLATE "C" NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX provider_ban_by_provider ON provider_ban (provider);

CREATE TABLE contract (
    id BYTEA PRIMARY KEY CHECK (octet_length(id) = 16),
    provider BYTEA NOT NULL REFERENCES provider (id),
    purchaser_area TEXT COLLATE "C" NOT NULL,
    first_day TEXT COLLATE "C" NOT NULL,
    last_day TEXT COLLATE "C" NOT NULL,
    -- 财政部令第102号 §24: a term of more than one year needs a reason.
    over_one_year_reason TEXT
);
CREATE INDEX contract_by_provider ON contract (provider);

-- A caseload's name is its stream's.
CREATE TABLE caseload (
    id BYTEA PRIMARY KEY CHECK (octet_length(id) = 16),
    contract BYTEA NOT NULL REFERENCES contract (id),
    area TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL
);
CREATE INDEX caseload_by_contract ON caseload (contract);
CREATE INDEX caseload_by_area ON caseload (area);

CREATE TABLE membership (
    id BYTEA PRIMARY KEY CHECK (octet_length(id) = 16),
    account BYTEA NOT NULL REFERENCES account (id),
    caseload BYTEA NOT NULL REFERENCES caseload (id),
    first_day TEXT COLLATE "C" NOT NULL,
    last_day TEXT COLLATE "C"
);
CREATE INDEX membership_by_account ON membership (account);
CREATE INDEX membership_by_caseload ON membership (caseload);

CREATE TABLE device (
    id BYTEA PRIMARY KEY CHECK (octet_length(id) = 16),
    account BYTEA NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    last_seq BIGINT NOT NULL CHECK (last_seq >= 0),
    chain BYTEA NOT NULL CHECK (octet_length(chain) = 32),
    safe_seq BIGINT NOT NULL CHECK (safe_seq >= 0),
    enrolled_at BIGINT NOT NULL,
    revoked_at BIGINT,
    reported_lost_at BIGINT
) WITH (fillfactor = 70);
CREATE INDEX device_by_account ON device (account);

CREATE TABLE device_continues (
    device BYTEA NOT NULL REFERENCES device (id),
    earlier BYTEA NOT NULL REFERENCES device (id),
    through BIGINT NOT NULL CHECK (through >= 0),
    PRIMARY KEY (device, earlier)
);

CREATE TABLE refresh_token (
    hash BYTEA PRIMARY KEY CHECK (octet_length(hash) = 32),
    device BYTEA NOT NULL REFERENCES device (id),
    family BYTEA NOT NULL CHECK (octet_length(family) = 16),
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- When it was first shown to get another: the newest with one is where the family stands.
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX refresh_token_by_device ON refresh_token (device);
CREATE INDEX refresh_token_by_family ON refresh_token (family);
CREATE INDEX refresh_token_by_end ON refresh_token (expires_at);

CREATE TABLE idempotency_key (
    account BYTEA NOT NULL REFERENCES account (id),
    key TEXT COLLATE "C" NOT NULL,
    request_hash BYTEA NOT NULL CHECK (octet_length(request_hash) = 32),
    device BYTEA CHECK (octet_length(device) = 16),
    device_seq BIGINT,
    status INTEGER,
    key_id INTEGER,
    response BYTEA,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account, key)
);
CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at);
