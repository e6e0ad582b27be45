-- Handles are random: an index over whole handles is touched everywhere by every page of rows. One over 48 bits of
-- them is a quarter of the size. The mirror is read anew: handles are made in another way since this version.
DROP TABLE sessions;
CREATE TABLE sessions (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  -- The first 48 bits of id.
  short INTEGER NOT NULL,
  sealed BLOB NOT NULL,
  account TEXT,
  via TEXT,
  opened_at INTEGER,
  last_at INTEGER,
  expires_at INTEGER,
  ip TEXT,
  first_seen_at INTEGER NOT NULL,
  reported_at INTEGER NOT NULL,
  pending INTEGER NOT NULL DEFAULT 0,
  record TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_short ON sessions (short);
CREATE INDEX sessions_account ON sessions (account) WHERE account IS NOT NULL;
CREATE INDEX sessions_via ON sessions (via) WHERE via IS NOT NULL;
CREATE INDEX sessions_pending ON sessions (reported_at) WHERE pending = 1;
DELETE FROM meta WHERE key IN ('baseline', 'cursor:sessions');
