-- Accounts at other sites that open one here (OpenID Connect).
CREATE TABLE identities (
    id            INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    issuer        TEXT NOT NULL,
    subject       TEXT NOT NULL, -- by which that site knows them, for ever
    label         TEXT NOT NULL, -- by which they know it themselves: an address, a name
    password_mark TEXT NOT NULL, -- of the password that they had: after another one, it opens nothing
    created_at    TIMESTAMP NOT NULL,
    used_at       TIMESTAMP,
    UNIQUE (issuer, subject),
    UNIQUE (user_id, issuer)
);

-- Browsers that were sent there and are not back yet. Each comes back once.
CREATE TABLE authorization_requests (
    id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    state_hash TEXT NOT NULL UNIQUE, -- SHA-256 of the state and of what only that browser has
    provider   TEXT NOT NULL,
    visit      TEXT NOT NULL, -- JSON: what they came for
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX authorization_requests_by_time ON authorization_requests (created_at); -- for `purge`
