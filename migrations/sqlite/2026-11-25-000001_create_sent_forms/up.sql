-- Forms that were carried out, so that a second click does nothing. Kept for an hour.
CREATE TABLE sent_forms (
    hash       TEXT PRIMARY KEY NOT NULL, -- SHA-256 of its address and all that was sent
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX sent_forms_by_time ON sent_forms (created_at);
