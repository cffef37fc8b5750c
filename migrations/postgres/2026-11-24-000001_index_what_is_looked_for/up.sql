-- For `purge`, which takes the oldest first, a batch at a time.
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE INDEX refresh_tokens_by_end ON refresh_tokens (expires_at);
CREATE INDEX api_tokens_by_end ON api_tokens (expires_at);
CREATE INDEX links_by_end ON links (expires_at);
CREATE INDEX outbox_by_time ON outbox (created_at);

-- The next mail of a kind. Those that were sent are many, and no longer looked for.
DROP INDEX outbox_by_due;
CREATE INDEX outbox_by_due ON outbox (kind, due_at) WHERE sent_at IS NULL;

-- A page of somebody's events, the newest first.
DROP INDEX events_by_user;
CREATE INDEX events_by_user ON events (user_id, id);
-- Where somebody logged in from.
CREATE INDEX events_by_origin ON events (user_id, kind, ip_address, user_agent);

-- The newest first, without sorting.
DROP INDEX notes_by_user;
CREATE INDEX notes_by_user ON notes (user_id, id);
DROP INDEX api_tokens_by_user;
CREATE INDEX api_tokens_by_user ON api_tokens (user_id, id);
