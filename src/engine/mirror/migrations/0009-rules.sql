-- Rules that were written here and not published; one set for an environment. Console clock.
CREATE TABLE rule_draft (
  connection TEXT PRIMARY KEY,
  rules TEXT NOT NULL,
  based_on INTEGER NOT NULL,
  saved_at INTEGER NOT NULL
) STRICT;
