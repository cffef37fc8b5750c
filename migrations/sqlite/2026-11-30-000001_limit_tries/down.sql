DROP TABLE buckets;
ALTER TABLE events DROP COLUMN times;
ALTER TABLE users DROP COLUMN failed_log_ins;
