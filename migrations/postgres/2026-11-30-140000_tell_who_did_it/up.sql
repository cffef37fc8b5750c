-- Which administrator did it, where it was not the user. No reference: the row outlives them, and no id is used twice.
ALTER TABLE events ADD COLUMN by_user_id BIGINT;
-- Whom it happened to, when they are gone by it.
ALTER TABLE events ADD COLUMN gone_user_id BIGINT;
CREATE INDEX events_by_kind ON events (kind, id);

-- Why a mail was not sent the last time.
ALTER TABLE outbox ADD COLUMN failure TEXT;
