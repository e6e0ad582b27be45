-- Pushed events that wait for the store's own record of the same thing (body), and those that were merged into one.
CREATE TABLE pushes (
  id TEXT PRIMARY KEY,
  told_at INTEGER NOT NULL,
  due_at INTEGER,
  body TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX pushes_due ON pushes (due_at) WHERE due_at IS NOT NULL;
