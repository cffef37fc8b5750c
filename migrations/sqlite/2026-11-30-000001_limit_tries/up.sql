-- Log-ins that failed since the last one that did not, from browsers that nobody knows.
ALTER TABLE users ADD COLUMN failed_log_ins BIGINT NOT NULL DEFAULT 0;

-- What goes wrong again and again on one day is one row. `created_at` is the last time then.
ALTER TABLE events ADD COLUMN times BIGINT NOT NULL DEFAULT 1;

-- What was done how often, where several instances count together.
CREATE TABLE buckets (
    key      TEXT PRIMARY KEY NOT NULL, -- says nothing about whose tries these are
    empty_at TIMESTAMP NOT NULL
);
CREATE INDEX buckets_by_end ON buckets (empty_at); -- for `purge`
