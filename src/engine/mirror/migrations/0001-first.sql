-- Times are milliseconds since the Unix epoch, the agent's clock unless a comment says "console".
-- Repeated strings live once in word, address, device and handle; rows carry their integers.
-- The tables that ingest writes have no REFERENCES: nine look-ups a row would be paid for what one writer keeps true
-- by itself. `watchfloor check` looks for orphans.

CREATE TABLE connection (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  -- 1: a person named it; 0: the agent's own name for its environment is taken over.
  name_given INTEGER NOT NULL,
  url TEXT NOT NULL,
  ca TEXT,
  colour INTEGER NOT NULL,
  demo_key TEXT UNIQUE,
  enabled INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  -- Console clock. The connection is gone, what was mirrored from it is kept.
  removed_at INTEGER,
  agent_id TEXT,
  environment_id TEXT,
  hello TEXT,
  status TEXT,
  write_interval_ms INTEGER,
  skew_ms INTEGER,
  set_aside INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Where the stream stands. Written in the transaction of the batch it belongs to, never alone.
CREATE TABLE cursor (
  connection INTEGER PRIMARY KEY REFERENCES connection (key),
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL,
  -- What the token saw when this position was gained: environment, operator, scopes, want.
  view TEXT NOT NULL
) STRICT;

-- Console clock: the mirror of this connection is true as of then.
CREATE TABLE fresh (
  connection INTEGER PRIMARY KEY REFERENCES connection (key),
  as_of INTEGER NOT NULL
) STRICT;

CREATE TABLE word (key INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE address (
  key INTEGER PRIMARY KEY,
  ip TEXT NOT NULL UNIQUE,
  country TEXT,
  region TEXT,
  city TEXT,
  latitude REAL,
  longitude REAL,
  accuracy_km REAL,
  place_source TEXT,
  disagrees INTEGER NOT NULL,
  -- 0: the address cannot be read as one, so it has no network either.
  readable INTEGER NOT NULL,
  asn INTEGER,
  organisation TEXT,
  kind TEXT,
  trusted INTEGER NOT NULL
) STRICT;

CREATE TABLE device (
  key INTEGER PRIMARY KEY,
  user_agent TEXT NOT NULL UNIQUE,
  browser TEXT,
  browser_version TEXT,
  system TEXT,
  system_version TEXT,
  class TEXT,
  -- Null when nothing could read user agents at the time.
  type_key TEXT
) STRICT;

CREATE TABLE account (
  key INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  -- 0: only named by a session or an event so far.
  known INTEGER NOT NULL,
  roles TEXT NOT NULL,
  status TEXT NOT NULL,
  privileged INTEGER NOT NULL,
  service INTEGER NOT NULL,
  email TEXT,
  created_at INTEGER,
  last_login_at INTEGER,
  removed_at INTEGER,
  UNIQUE (connection, id)
) STRICT;

-- From `at` on the account looked like this.
CREATE TABLE account_change (
  account INTEGER NOT NULL,
  at INTEGER NOT NULL,
  name TEXT NOT NULL,
  roles TEXT NOT NULL,
  status TEXT NOT NULL,
  privileged INTEGER NOT NULL,
  service INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  PRIMARY KEY (account, at)
) STRICT, WITHOUT ROWID;

-- Session ids as agents name them. An event may name a session before the session itself arrives.
CREATE TABLE handle (
  key INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL,
  id TEXT NOT NULL,
  UNIQUE (connection, id)
) STRICT;

CREATE TABLE session (
  key INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL,
  account INTEGER,
  via INTEGER,
  opened_at INTEGER,
  last_seen_at INTEGER,
  expires_at INTEGER,
  ended_at INTEGER,
  -- The end was not watched: it lies between this instant and ended_at.
  ended_after INTEGER,
  cause INTEGER,
  command TEXT,
  rule TEXT,
  opened_address INTEGER,
  opened_device INTEGER,
  last_address INTEGER,
  last_device INTEGER,
  -- JSON array, as a word: few sets of marks exist.
  marks INTEGER NOT NULL,
  attributes TEXT,
  replaces TEXT,
  -- View (see cursor) in which it was seen last, as a word; null when rebuilt from the log.
  view INTEGER,
  -- 1: never seen live, put together from the store's log.
  rebuilt INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX session_live ON session (connection, last_seen_at) WHERE ended_at IS NULL;
CREATE INDEX session_ended ON session (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX session_account ON session (account, opened_at);

-- From `at` on the session looked like this; 0 stands for unknown, so that it can be part of the key.
CREATE TABLE observation (
  session INTEGER NOT NULL,
  at INTEGER NOT NULL,
  address INTEGER NOT NULL,
  device INTEGER NOT NULL,
  account INTEGER NOT NULL,
  via INTEGER NOT NULL,
  marks INTEGER NOT NULL,
  PRIMARY KEY (session, at, address, device, account, via, marks)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  key INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL,
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  action INTEGER NOT NULL,
  -- 0 unknown, 1 success, 2 failure
  outcome INTEGER NOT NULL,
  reason INTEGER,
  account INTEGER,
  account_name INTEGER,
  address INTEGER,
  device INTEGER,
  session INTEGER,
  actor_id TEXT,
  actor_name INTEGER,
  object_kind INTEGER,
  object_id TEXT,
  object_name TEXT,
  message TEXT,
  attributes TEXT,
  UNIQUE (connection, id)
) STRICT;
CREATE INDEX audit_at ON audit (at, key);
CREATE INDEX audit_account ON audit (account, at) WHERE account IS NOT NULL;
CREATE INDEX audit_session ON audit (session, at) WHERE session IS NOT NULL;

-- Sign-ins counted as they are written, so that figures never count rows.
CREATE TABLE tally (
  connection INTEGER NOT NULL,
  minute INTEGER NOT NULL,
  sign_ins INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  PRIMARY KEY (connection, minute)
) STRICT, WITHOUT ROWID;

-- Console clock. What could be seen of an agent, so that gaps in what was seen are known.
CREATE TABLE watch (
  connection INTEGER NOT NULL,
  at INTEGER NOT NULL,
  state TEXT NOT NULL,
  detail TEXT,
  PRIMARY KEY (connection, at, state)
) STRICT, WITHOUT ROWID;

-- A stretch of the past that is read backwards from an agent's history; since null: from the beginning.
CREATE TABLE history (
  key INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL REFERENCES connection (key),
  since INTEGER,
  until INTEGER,
  -- Events after this instant may belong to sessions that are live now: they rebuild none.
  snapshot_at INTEGER NOT NULL,
  oldest INTEGER,
  cursor TEXT,
  -- Console clock.
  cursor_at INTEGER,
  events INTEGER NOT NULL DEFAULT 0,
  done INTEGER NOT NULL DEFAULT 0,
  note TEXT
) STRICT;

-- A snapshot that is under way. Applied when complete; the leftovers of an interrupted one are thrown away.
CREATE TABLE snapshot (
  generation INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL REFERENCES connection (key),
  epoch TEXT NOT NULL,
  as_of INTEGER NOT NULL,
  view TEXT NOT NULL,
  -- 1: the last part has come. The agent has been told, so it must be applied whatever happens.
  complete INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE staged_session (
  generation INTEGER NOT NULL,
  id TEXT NOT NULL,
  -- Null: named by the agent, but malformed and set aside. It is not closed for that.
  body TEXT,
  PRIMARY KEY (generation, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE staged_account (
  generation INTEGER NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (generation, id)
) STRICT, WITHOUT ROWID;

-- Records that were malformed; the newest of them, all are counted in connection.set_aside.
CREATE TABLE set_aside (
  key INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL REFERENCES connection (key),
  -- Console clock.
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  problem TEXT NOT NULL,
  sample TEXT NOT NULL
) STRICT;
CREATE INDEX set_aside_connection ON set_aside (connection, key);

-- Console clock. One act of the operator's; its commands go to one agent each.
CREATE TABLE operation (
  id TEXT PRIMARY KEY,
  previewed_at INTEGER NOT NULL,
  executed_at INTEGER,
  summary TEXT NOT NULL,
  reason TEXT NOT NULL,
  operator TEXT NOT NULL
) STRICT;
CREATE INDEX operation_executed ON operation (executed_at) WHERE executed_at IS NOT NULL;

-- The intent is here before anything is sent; `payload` is what goes out, byte for byte the same at every try.
CREATE TABLE command (
  id TEXT PRIMARY KEY,
  operation TEXT NOT NULL REFERENCES operation (id),
  connection INTEGER NOT NULL REFERENCES connection (key),
  ordinal INTEGER NOT NULL,
  preview TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  selector TEXT NOT NULL,
  confirmation TEXT,
  payload TEXT,
  state TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  outcome TEXT,
  done INTEGER NOT NULL DEFAULT 0,
  proofs TEXT NOT NULL DEFAULT '[]',
  problem TEXT,
  finished_at INTEGER
) STRICT;
CREATE INDEX command_operation ON command (operation, ordinal);
CREATE INDEX command_open ON command (connection) WHERE payload IS NOT NULL AND finished_at IS NULL;
