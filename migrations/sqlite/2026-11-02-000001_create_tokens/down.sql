DROP TABLE api_tokens;
DROP TABLE refresh_tokens;
ALTER TABLE sessions DROP COLUMN authenticated_at;
