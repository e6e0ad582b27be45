CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The numbered changes that consoles follow. `account` and `via` say whose a change is (scope sessions:own).
CREATE TABLE changes (
  seq INTEGER PRIMARY KEY,
  logged_at INTEGER NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  account TEXT,
  via TEXT,
  -- Set for ends only: was this session there, and whose was it?
  closed TEXT,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX changes_closed ON changes (closed) WHERE closed IS NOT NULL;

-- Sessions as they are live. The store's own key is sealed: some stores' keys can be replayed.
CREATE TABLE sessions (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  sealed BLOB NOT NULL,
  record TEXT NOT NULL,
  account TEXT,
  via TEXT,
  opened_at INTEGER,
  last_at INTEGER,
  expires_at INTEGER,
  ip TEXT,
  first_seen_at INTEGER NOT NULL,
  reported_at INTEGER NOT NULL,
  pending INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX sessions_account ON sessions (account) WHERE account IS NOT NULL;
CREATE INDEX sessions_via ON sessions (via) WHERE via IS NOT NULL;
CREATE INDEX sessions_expires ON sessions (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX sessions_pending ON sessions (reported_at) WHERE pending = 1;

CREATE TABLE accounts (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  record TEXT NOT NULL,
  credential TEXT
) STRICT;

CREATE TABLE audit (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  action TEXT NOT NULL,
  account TEXT,
  via TEXT,
  session TEXT,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_account ON audit (account, at) WHERE account IS NOT NULL;
CREATE INDEX audit_via ON audit (via, at) WHERE via IS NOT NULL;

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  hash BLOB NOT NULL,
  operator TEXT NOT NULL,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  accounts TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE commands (
  id TEXT PRIMARY KEY,
  operator TEXT NOT NULL,
  operator_name TEXT NOT NULL,
  token TEXT NOT NULL,
  kind TEXT NOT NULL,
  content TEXT NOT NULL,
  request TEXT NOT NULL,
  state TEXT NOT NULL,
  matched INTEGER NOT NULL,
  outside TEXT,
  reach TEXT NOT NULL,
  owners TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  prepared INTEGER NOT NULL DEFAULT 0,
  approval_expires_at INTEGER,
  decision TEXT,
  decided_by TEXT,
  decided_name TEXT,
  decided_at INTEGER,
  note TEXT,
  proofs_done INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX commands_operator ON commands (operator, received_at);
CREATE INDEX commands_state ON commands (state);

-- One row for each session a command is to end, written before it acts.
CREATE TABLE command_targets (
  command TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  session TEXT NOT NULL,
  account TEXT,
  sealed BLOB,
  status TEXT NOT NULL,
  attempted_at INTEGER,
  code TEXT,
  message TEXT,
  PRIMARY KEY (command, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX command_targets_status ON command_targets (command, status, ordinal);

CREATE TABLE command_proofs (
  command TEXT NOT NULL,
  at INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (command, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE previews (
  id TEXT PRIMARY KEY,
  operator TEXT NOT NULL,
  selector TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE preview_sessions (
  preview TEXT NOT NULL,
  session TEXT NOT NULL,
  account TEXT,
  sealed BLOB NOT NULL,
  PRIMARY KEY (preview, session)
) STRICT, WITHOUT ROWID;

CREATE TABLE holds (
  account TEXT PRIMARY KEY,
  until INTEGER NOT NULL,
  command TEXT NOT NULL,
  operator TEXT NOT NULL,
  operator_name TEXT NOT NULL,
  spared TEXT NOT NULL
) STRICT, WITHOUT ROWID;
