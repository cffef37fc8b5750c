-- A link that was used opens nothing again.
DELETE FROM links WHERE used_at IS NOT NULL;
ALTER TABLE links ADD COLUMN name TEXT;
ALTER TABLE links ADD COLUMN password_hash TEXT;
ALTER TABLE links ADD COLUMN browser_hash TEXT;
ALTER TABLE links DROP COLUMN used_at;
