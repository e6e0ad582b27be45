-- Events live in tables of their own, audit_1, audit_2, …: segments (docs/mirror.md). A segment is written until it is
-- full, then sealed: it gets the rest of its indexes in small steps. Retention drops whole segments.

-- Chosen once for each mirror.
CREATE TABLE constant (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
-- Salts the hashes by which an event is recognised, so that no agent can make them collide.
INSERT INTO constant (name, value) VALUES ('event_salt', random() & 2147483647);

CREATE TABLE audit_segment (
  -- Never used again, also when the segment is gone.
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  -- stream: what was seen as it happened; history: what was read from the past.
  kind TEXT NOT NULL CHECK (kind IN ('stream', 'history')),
  -- hot: being written; sealing: full, lacks indexes; sealed: whole.
  state TEXT NOT NULL CHECK (state IN ('hot', 'sealing', 'sealed')),
  -- Steps of sealing that are done.
  steps INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What a segment holds of a connection: the stretch of time, both ends included, and how many events.
CREATE TABLE audit_part (
  segment INTEGER NOT NULL,
  connection INTEGER NOT NULL,
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL,
  events INTEGER NOT NULL,
  PRIMARY KEY (segment, connection)
) STRICT, WITHOUT ROWID;

DROP INDEX audit_at;
DROP INDEX audit_account;
DROP INDEX audit_session;
ALTER TABLE audit RENAME TO audit_before;
