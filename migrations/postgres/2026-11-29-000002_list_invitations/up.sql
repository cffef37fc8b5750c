-- The invitations that wait for an answer, the newest first.
CREATE INDEX links_unanswered ON links (purpose, id) WHERE used_at IS NULL;
