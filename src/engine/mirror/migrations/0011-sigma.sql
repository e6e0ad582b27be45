-- Times are console clock. Imported rules, as they were given.
CREATE TABLE sigma_file (
  name TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  added_at INTEGER NOT NULL
) STRICT;

-- One row: the person's own field map, YAML.
CREATE TABLE sigma_map (one INTEGER PRIMARY KEY CHECK (one = 1), text TEXT NOT NULL) STRICT;

-- Matches that imported rules still count with, by environment and group; written with the batch they belong to.
CREATE TABLE sigma_group (
  connection INTEGER NOT NULL,
  name TEXT NOT NULL,
  body TEXT NOT NULL,
  -- Event time of the newest match: the oldest groups go first.
  touched_at INTEGER NOT NULL,
  PRIMARY KEY (connection, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX sigma_group_touched ON sigma_group (connection, touched_at);
