-- What a new finding is joined with is found among the same person's, session's or address's of those days by these
-- alone: rows are large, and most of what lies at an office's address or is silenced belongs to no story.
DROP INDEX detection_account;
DROP INDEX detection_session;
DROP INDEX detection_ip;
CREATE INDEX detection_account ON detection (account, last_at, filtered, withdrawn_at) WHERE account IS NOT NULL;
CREATE INDEX detection_session ON detection (session, last_at, filtered, withdrawn_at) WHERE session IS NOT NULL;
CREATE INDEX detection_ip ON detection (ip, entity_kind, last_at, filtered, withdrawn_at) WHERE ip IS NOT NULL;
