DELETE FROM notes WHERE deleted_at IS NOT NULL;
DROP INDEX notes_by_deletion;
ALTER TABLE notes DROP COLUMN deleted_at;
