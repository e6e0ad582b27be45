-- Console clock. What operators did, each entry bound to the one before it and signed (src/shared/journal).
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  action TEXT NOT NULL,
  -- Fingerprint of the key that signed it.
  key TEXT NOT NULL,
  -- Canonical JSON: what is hashed and signed.
  body TEXT NOT NULL,
  hash TEXT NOT NULL,
  signature TEXT NOT NULL
) STRICT;
CREATE INDEX journal_at ON journal (at);
-- Against accidents; against intent there are hash, signature and countersignatures.
CREATE TRIGGER journal_stays BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is never changed'); END;
CREATE TRIGGER journal_kept BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is never shortened'); END;

CREATE TABLE journal_key (
  fingerprint TEXT PRIMARY KEY,
  -- Base64 of the SPKI DER.
  public_key TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Heads that agents have signed for: neither side can rewrite its past alone.
CREATE TABLE journal_countersign (
  connection INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  at INTEGER NOT NULL,
  agent_key TEXT NOT NULL,
  agent_public_key TEXT NOT NULL,
  own_seq INTEGER NOT NULL,
  own_hash TEXT NOT NULL,
  signature TEXT NOT NULL,
  PRIMARY KEY (connection, seq)
) STRICT, WITHOUT ROWID;
