-- When a link was used: it is told apart from one that is too old.
ALTER TABLE links ADD COLUMN used_at TIMESTAMP;

-- Who registers chooses name and password behind the link. A link that waits asks for them.
ALTER TABLE links DROP COLUMN name;
ALTER TABLE links DROP COLUMN password_hash;
ALTER TABLE links DROP COLUMN browser_hash;
