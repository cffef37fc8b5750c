ALTER TABLE outbox DROP COLUMN failure;
DROP INDEX events_by_kind;
ALTER TABLE events DROP COLUMN gone_user_id;
ALTER TABLE events DROP COLUMN by_user_id;
