CREATE TABLE users (
    -- AUTOINCREMENT: an id is never used again, so an old token cannot come to mean a new person.
    id              INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    email           TEXT NOT NULL,        -- as typed
    email_canonical TEXT NOT NULL UNIQUE, -- as compared
    name            TEXT NOT NULL,
    password_hash   TEXT NOT NULL,
    is_admin        BOOLEAN NOT NULL DEFAULT FALSE,
    disabled_at     TIMESTAMP,
    created_at      TIMESTAMP NOT NULL
);
