-- Sessions that the first listing found lie in a file beside this database (meta `listed`): nothing in it is changed
-- any more. Those of them that ended, or changed and lie in `sessions` since under the same number:
CREATE TABLE listed_left (
  n INTEGER PRIMARY KEY
) STRICT;
-- An older version left them out while it listed.
CREATE INDEX IF NOT EXISTS sessions_short ON sessions (short);
CREATE INDEX IF NOT EXISTS sessions_account ON sessions (account) WHERE account IS NOT NULL;
