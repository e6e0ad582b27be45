-- What an application told of a session that its store does not record. Forgotten with the session.
CREATE TABLE told (
  session TEXT PRIMARY KEY,
  opened_ip TEXT,
  opened_user_agent TEXT,
  last_ip TEXT,
  last_user_agent TEXT,
  mfa INTEGER NOT NULL DEFAULT 0,
  told_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX told_at ON told (told_at);
