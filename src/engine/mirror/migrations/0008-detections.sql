-- What was found. `record` is the finding as the detections made it; the columns are what lists ask for.
CREATE TABLE detection (
  key INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  -- 0 info … 4 critical
  severity INTEGER NOT NULL,
  entity_kind TEXT NOT NULL,
  entity_id TEXT NOT NULL,
  -- The person it is about; null for attacks on many.
  account INTEGER,
  -- handle.key
  session INTEGER,
  ip TEXT,
  country TEXT,
  asn INTEGER,
  raised_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  -- Console clock.
  found_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  withdrawn_at INTEGER,
  campaign TEXT,
  filtered TEXT,
  suppression INTEGER,
  retrospective INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'open',
  verdict TEXT,
  assignee TEXT,
  notes INTEGER NOT NULL DEFAULT 0,
  triaged_at INTEGER,
  summary TEXT NOT NULL,
  -- JSON array of the ids of the accounts it is about.
  users TEXT NOT NULL,
  events INTEGER NOT NULL,
  record TEXT NOT NULL,
  UNIQUE (connection, id)
) STRICT;
-- The queue: what is open and not silenced.
CREATE INDEX detection_queue ON detection (severity, last_at)
  WHERE state <> 'closed' AND filtered IS NULL AND suppression IS NULL AND retrospective = 0 AND withdrawn_at IS NULL;
CREATE INDEX detection_last ON detection (last_at, key);
CREATE INDEX detection_account ON detection (account, last_at) WHERE account IS NOT NULL;
CREATE INDEX detection_session ON detection (session) WHERE session IS NOT NULL;
CREATE INDEX detection_campaign ON detection (connection, campaign) WHERE campaign IS NOT NULL;
CREATE INDEX detection_ip ON detection (ip) WHERE ip IS NOT NULL;

-- One act of triage; `undo_of` is the act that it took back.
CREATE TABLE triage (
  key INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  operator TEXT NOT NULL,
  note TEXT,
  undone INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE triage_item (
  triage INTEGER NOT NULL REFERENCES triage (key),
  detection INTEGER NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  PRIMARY KEY (triage, detection)
) STRICT, WITHOUT ROWID;
CREATE INDEX triage_item_detection ON triage_item (detection, triage);

CREATE TABLE suppression (
  key INTEGER PRIMARY KEY,
  scope TEXT NOT NULL,
  reason TEXT NOT NULL,
  operator TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT;

-- Versions of the settings; connection 0: of every environment that has none of its own.
CREATE TABLE detect_settings (
  connection INTEGER NOT NULL,
  version INTEGER NOT NULL,
  at INTEGER NOT NULL,
  operator TEXT NOT NULL,
  note TEXT NOT NULL,
  settings TEXT NOT NULL,
  PRIMARY KEY (connection, version)
) STRICT, WITHOUT ROWID;

-- What detections remember of one person, address, session or environment. `expires_at` (event time): from then on
-- nothing can come of it any more.
CREATE TABLE detector_entity (
  key INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  expires_at INTEGER,
  body TEXT NOT NULL,
  UNIQUE (connection, kind, id)
) STRICT;
CREATE INDEX detector_entity_expires ON detector_entity (connection, expires_at) WHERE expires_at IS NOT NULL;
-- Long memories lie in parts, so that only what changed is written.
CREATE TABLE detector_part (
  connection INTEGER NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  part INTEGER NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (connection, kind, id, part)
) STRICT;
-- Events that the memory above does not hold yet, in order of arrival: after a crash they are worked out again.
CREATE TABLE detector_log (
  seq INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL,
  events TEXT NOT NULL
) STRICT;
CREATE TABLE detector (
  connection INTEGER PRIMARY KEY,
  -- Console clock.
  since INTEGER NOT NULL,
  -- Version of the settings and of the layout that the memory was made with.
  made_with TEXT NOT NULL,
  body TEXT NOT NULL,
  -- How often each detection looked, could not, was silenced, fired.
  counters TEXT NOT NULL,
  faults INTEGER NOT NULL DEFAULT 0,
  -- 1: it has learned from what was read in after the fact.
  trained INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Risk of a sign-in, by the id of its event. `counts` are the figures that the score was made from.
CREATE TABLE login_risk (
  connection INTEGER NOT NULL,
  event TEXT NOT NULL,
  at INTEGER NOT NULL,
  score REAL,
  learning INTEGER NOT NULL,
  counts TEXT,
  PRIMARY KEY (connection, event)
) STRICT, WITHOUT ROWID;

-- Beside session and account rows: risk of the latest sign-in (0 to 100), and what is open about it.
CREATE TABLE session_risk (
  session INTEGER PRIMARY KEY,
  risk INTEGER,
  -- 0 info … 4 critical; null: nothing open.
  worst INTEGER,
  open INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE account_risk (
  account INTEGER PRIMARY KEY,
  risk INTEGER,
  risk_at INTEGER,
  worst INTEGER,
  open INTEGER NOT NULL DEFAULT 0
) STRICT;
