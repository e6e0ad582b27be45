-- Which environment a run of retention was about; null: all of them. Answers about that time say that it is gone.
ALTER TABLE retention_run ADD COLUMN connection INTEGER;
-- Left behind by sessions that were deleted; a later one may have been given the same key.
DELETE FROM session_risk WHERE session NOT IN (SELECT key FROM handle);
UPDATE detection SET session = NULL WHERE session NOT IN (SELECT key FROM handle);
