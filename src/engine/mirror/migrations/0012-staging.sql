-- Parts of a snapshot are appended in the order in which they come: sorted by id, every part would be written all over
-- a table of gigabytes. Numbers of snapshots are counted, so that none is used again.
INSERT INTO constant (name, value)
  SELECT 'snapshot', max(coalesce((SELECT max(generation) FROM snapshot), 0),
    coalesce((SELECT max(generation) FROM staged_session), 0), coalesce((SELECT max(generation) FROM staged_account), 0));

ALTER TABLE staged_session RENAME TO staged_session_before;
CREATE TABLE staged_session (
  key INTEGER PRIMARY KEY,
  generation INTEGER NOT NULL,
  id TEXT NOT NULL,
  -- Null: named by the agent, but malformed and set aside. It is not closed for that.
  body TEXT
) STRICT;
INSERT INTO staged_session (generation, id, body) SELECT generation, id, body FROM staged_session_before;
DROP TABLE staged_session_before;

ALTER TABLE staged_account RENAME TO staged_account_before;
CREATE TABLE staged_account (
  key INTEGER PRIMARY KEY,
  generation INTEGER NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
INSERT INTO staged_account (generation, id, body) SELECT generation, id, body FROM staged_account_before;
DROP TABLE staged_account_before;
