-- When the address was proved to be theirs; NULL until then.
ALTER TABLE users ADD COLUMN verified_at TIMESTAMP;

-- Links that were sent by mail and wait to be opened. Each is used once.
CREATE TABLE links (
    id            INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    purpose       TEXT NOT NULL,
    token_hash    TEXT NOT NULL UNIQUE, -- SHA-256
    user_id       INTEGER REFERENCES users (id) ON DELETE CASCADE, -- NULL while there is no account
    email         TEXT NOT NULL,        -- where it was sent
    bound_to      TEXT,                 -- the account's address and password, hashed
    name          TEXT,                 -- what somebody typed who registers
    password_hash TEXT,
    browser_hash  TEXT,                 -- the browser they registered with
    expires_at    TIMESTAMP NOT NULL
);
CREATE INDEX links_by_user ON links (user_id);

-- Mails that wait to be sent, and for a day those that were: they count towards the limits.
CREATE TABLE outbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    email           TEXT NOT NULL, -- as typed
    email_canonical TEXT NOT NULL, -- as compared
    kind            TEXT NOT NULL,
    message         TEXT NOT NULL, -- JSON; empty once it was sent
    created_at      TIMESTAMP NOT NULL,
    attempts        INTEGER NOT NULL DEFAULT 0,
    due_at          TIMESTAMP NOT NULL, -- the next attempt
    sent_at         TIMESTAMP
);
CREATE INDEX outbox_by_address ON outbox (email_canonical, kind, created_at);
CREATE INDEX outbox_by_due ON outbox (sent_at, due_at);

-- What happened to people's log-ins and tokens. Kept for 90 days.
CREATE TABLE events (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id    INTEGER REFERENCES users (id) ON DELETE CASCADE, -- NULL: not anybody's
    kind       TEXT NOT NULL,
    ip_address TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX events_by_user ON events (user_id, created_at);
CREATE INDEX events_by_time ON events (created_at);
