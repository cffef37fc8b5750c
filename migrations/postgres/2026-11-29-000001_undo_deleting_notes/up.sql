-- A deleted note stays for a moment, so that it can be brought back.
ALTER TABLE notes ADD COLUMN deleted_at TIMESTAMP;
CREATE INDEX notes_by_deletion ON notes (deleted_at) WHERE deleted_at IS NOT NULL;
