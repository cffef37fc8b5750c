ALTER TABLE half_log_ins DROP COLUMN is_fresh;
