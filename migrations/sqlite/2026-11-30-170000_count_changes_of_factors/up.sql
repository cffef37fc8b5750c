-- How often their second factors changed: what was trusted before is so no more.
ALTER TABLE users ADD COLUMN factors_version BIGINT NOT NULL DEFAULT 0;
