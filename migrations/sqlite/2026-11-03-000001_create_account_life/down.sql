DROP TABLE events;
DROP TABLE outbox;
DROP TABLE links;
ALTER TABLE users DROP COLUMN verified_at;
