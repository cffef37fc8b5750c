-- Unique, though the id alone is: so a row of another table can name one of its own owner, and of nobody else.
DROP INDEX notes_by_user;
CREATE UNIQUE INDEX notes_by_user ON notes (user_id, id);
