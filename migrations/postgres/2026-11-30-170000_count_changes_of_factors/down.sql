ALTER TABLE users DROP COLUMN factors_version;
