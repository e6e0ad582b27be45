-- What was done through this agent, each entry naming the hash of the one before and signed: nothing can be changed,
-- taken out or moved without a trace.
CREATE TABLE chain (
  seq INTEGER PRIMARY KEY,
  body TEXT NOT NULL,
  hash TEXT NOT NULL,
  signature TEXT NOT NULL
) STRICT;

-- Heads of consoles' journals that this agent has signed: their past cannot be rewritten without it showing here.
CREATE TABLE countersigned (
  installation TEXT NOT NULL,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  at INTEGER NOT NULL,
  own_seq INTEGER NOT NULL,
  own_hash TEXT NOT NULL,
  signature TEXT NOT NULL,
  PRIMARY KEY (installation, seq)
) STRICT, WITHOUT ROWID;
