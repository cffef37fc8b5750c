DROP INDEX notes_by_user;
CREATE INDEX notes_by_user ON notes (user_id, id);
