-- Sessions that were seen last at one instant are listed by their key. Without it in the index all of them were read and
-- sorted for a page: a store that notes the minute, or one that was just read for the first time, has very many of them.
DROP INDEX session_live;
CREATE INDEX session_live ON session (connection, last_seen_at, key, opened_at, account, ended_at) WHERE ended_at IS NULL;
