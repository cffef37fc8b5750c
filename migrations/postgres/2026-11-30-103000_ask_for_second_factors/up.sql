-- Since when somebody is asked for a second factor at each log-in; NULL while they have none.
ALTER TABLE users ADD COLUMN second_factor_at TIMESTAMP;

-- Apps that make codes, one for each person. It counts for nothing until a code of it was typed.
CREATE TABLE authenticators (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id      BIGINT NOT NULL UNIQUE REFERENCES users (id) ON DELETE CASCADE,
    seed         TEXT NOT NULL, -- encrypted
    last_step    BIGINT NOT NULL DEFAULT 0, -- of the code that was used last: it only grows
    created_at   TIMESTAMP NOT NULL,
    confirmed_at TIMESTAMP
);
CREATE INDEX authenticators_to_be_confirmed ON authenticators (created_at) WHERE confirmed_at IS NULL; -- for `purge`

-- For whoever has lost the second factor. Each works once.
CREATE TABLE recovery_codes (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id   BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash TEXT NOT NULL UNIQUE, -- SHA-256 of 120 random bits
    used_at   TIMESTAMP
);
CREATE INDEX recovery_codes_by_user ON recovery_codes (user_id);

-- Log-ins that wait for the second factor. They are worth nothing else.
CREATE TABLE half_log_ins (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL UNIQUE, -- SHA-256
    bound_to   TEXT NOT NULL, -- the password and the second factor that they had
    remembered BOOLEAN NOT NULL,
    next       TEXT NOT NULL, -- where they wanted to go
    kept       TEXT NOT NULL, -- what they had typed, signed
    failures   BIGINT NOT NULL DEFAULT 0,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX half_log_ins_by_user ON half_log_ins (user_id);
CREATE INDEX half_log_ins_by_time ON half_log_ins (created_at); -- for `purge`
