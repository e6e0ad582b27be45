-- How long what was mirrored is kept; one row, JSON.
CREATE TABLE retention_policy (
  key INTEGER PRIMARY KEY CHECK (key = 1),
  policy TEXT NOT NULL
) STRICT;

-- Console clock. What was deleted, and why.
CREATE TABLE retention_run (
  key INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  -- age, size, person
  cause TEXT NOT NULL,
  -- events, sessions, person
  kind TEXT NOT NULL,
  -- The policy, or for a person how many accounts: nothing that names anybody.
  detail TEXT NOT NULL,
  -- What was older than this (agent's clock); null where age was not the reason.
  before INTEGER,
  rows INTEGER NOT NULL DEFAULT 0,
  -- Archive file, its bytes and the hash of its last part so far.
  archive TEXT,
  archive_bytes INTEGER NOT NULL DEFAULT 0,
  archive_hash TEXT NOT NULL DEFAULT '',
  -- Null while it runs.
  finished_at INTEGER
) STRICT;
