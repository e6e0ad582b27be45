-- What people and administrators are to be told of rules; gone once every way of telling is done or given up.
CREATE TABLE notices (
  n INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  body TEXT NOT NULL,
  webhook INTEGER NOT NULL,
  mail INTEGER NOT NULL
) STRICT;
