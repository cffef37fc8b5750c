CREATE TABLE users (
    id              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email           TEXT NOT NULL,        -- as typed
    email_canonical TEXT NOT NULL UNIQUE, -- as compared
    name            TEXT NOT NULL,
    password_hash   TEXT NOT NULL,
    is_admin        BOOLEAN NOT NULL DEFAULT FALSE,
    disabled_at     TIMESTAMP,
    created_at      TIMESTAMP NOT NULL
);
