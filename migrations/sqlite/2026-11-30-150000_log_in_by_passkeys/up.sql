-- Keys on people's devices that log them in (WebAuthn).
CREATE TABLE passkeys (
    id            INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id       INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    handle        TEXT NOT NULL, -- by which the devices of one user know them; random
    credential_id TEXT NOT NULL UNIQUE,
    credential    TEXT NOT NULL, -- JSON: the public key, the counter, the flags
    password_mark TEXT NOT NULL, -- of the password that they had: after another one, it is a second step alone
    created_at    TIMESTAMP NOT NULL,
    used_at       TIMESTAMP
);
CREATE INDEX passkeys_by_user ON passkeys (user_id, id);

-- Questions that a device has not answered yet. Each can be answered once.
CREATE TABLE ceremonies (
    id             INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    challenge_hash TEXT NOT NULL UNIQUE, -- SHA-256
    state          TEXT NOT NULL, -- JSON
    created_at     TIMESTAMP NOT NULL
);
CREATE INDEX ceremonies_by_time ON ceremonies (created_at); -- for `purge`
