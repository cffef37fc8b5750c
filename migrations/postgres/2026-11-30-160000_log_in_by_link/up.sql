-- Whether its first step was the password: what came by another way is asked for it before what matters.
ALTER TABLE half_log_ins ADD COLUMN is_fresh BOOLEAN NOT NULL DEFAULT TRUE;
