-- What an adapter has to remember over restarts: keyed fingerprints, never values.
CREATE TABLE kept (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
