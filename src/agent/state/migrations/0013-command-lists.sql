-- What a command is to end, in lists: a row for each, changed when it was ended, cost most of the time that ending
-- many takes.
CREATE TABLE command_lists (
  command TEXT NOT NULL,
  -- Place of the list's first one in the command; places begin at 1 and have no gaps.
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  -- JSON, flat: handle, account and bytes of the sealed key of each.
  targets TEXT NOT NULL,
  -- The store's keys, sealed, one after the other; null when they are not needed any more.
  sealed BLOB,
  PRIMARY KEY (command, first)
) STRICT, WITHOUT ROWID;

-- What became of them, a row for each run of places of a list with one outcome; those without are pending.
CREATE TABLE command_outcomes (
  command TEXT NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  status TEXT NOT NULL,
  code TEXT,
  message TEXT,
  PRIMARY KEY (command, first)
) STRICT, WITHOUT ROWID;

-- Up to where attempts to end were made, or were about to be.
CREATE TABLE command_attempts (
  command TEXT PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The requests, which can be long, beside the rows that change with every step.
CREATE TABLE command_requests (
  command TEXT PRIMARY KEY,
  request TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO command_lists (command, first, count, targets, sealed)
SELECT command, min(ordinal), count(*),
  '[' || group_concat(
    json_quote(session) || ',' || json_quote(account) || ',' || coalesce(length(sealed), 0), ',' ORDER BY ordinal
  ) || ']',
  unhex(group_concat(hex(coalesce(sealed, x'')), '' ORDER BY ordinal))
FROM command_targets GROUP BY command, (ordinal - 1) / 500;

INSERT INTO command_outcomes (command, first, last, status, code, message)
SELECT command, min(ordinal), max(ordinal), status, code, message FROM (
  SELECT command, ordinal, status, code, message,
    ordinal - row_number() OVER (PARTITION BY command, status, code, message ORDER BY ordinal) AS run
  FROM command_targets WHERE status <> 'pending'
) GROUP BY command, status, code, message, run, (ordinal - 1) / 500;

INSERT INTO command_attempts (command, last)
SELECT command, max(ordinal) FROM command_targets WHERE attempted_at IS NOT NULL GROUP BY command;

DROP TABLE command_targets;

INSERT INTO command_requests (command, request) SELECT id, request FROM commands;
ALTER TABLE commands DROP COLUMN request;
