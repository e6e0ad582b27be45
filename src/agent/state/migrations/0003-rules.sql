-- Every replacement of the rules that was asked for; those with a version were, or are, in force.
CREATE TABLE rule_puts (
  id TEXT PRIMARY KEY,
  version INTEGER UNIQUE,
  if_version INTEGER NOT NULL,
  content TEXT NOT NULL,
  operator TEXT NOT NULL,
  operator_name TEXT NOT NULL,
  token TEXT NOT NULL,
  rules TEXT NOT NULL,
  reach TEXT NOT NULL,
  state TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  version_at INTEGER,
  approval_expires_at INTEGER,
  decided_by TEXT,
  decided_name TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX rule_puts_state ON rule_puts (state);

-- What rules decided about sessions. Written before a session is ended.
CREATE TABLE rule_acts (
  rule TEXT NOT NULL,
  session TEXT NOT NULL,
  account TEXT NOT NULL,
  version INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  trigger TEXT,
  decided_at INTEGER NOT NULL,
  PRIMARY KEY (rule, session)
) STRICT, WITHOUT ROWID;
CREATE INDEX rule_acts_open ON rule_acts (state, rule) WHERE state IN ('ending', 'held', 'approved');
CREATE INDEX rule_acts_at ON rule_acts (rule, decided_at);

-- Up to when events are settled for a rule and an account (account '': for everybody, since the rule is on).
CREATE TABLE rule_settled (
  rule TEXT NOT NULL,
  account TEXT NOT NULL,
  until INTEGER NOT NULL,
  PRIMARY KEY (rule, account)
) STRICT, WITHOUT ROWID;

-- Rules that would have ended more than their share, and wait.
CREATE TABLE rule_brakes (
  rule TEXT PRIMARY KEY,
  approval TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  stopped_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  allowed INTEGER NOT NULL,
  wanted INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A sign-in that failed often names an account and not its id. Whose it is (`account`) decides who may see it;
-- `attempted` is only what rules count.
ALTER TABLE audit ADD COLUMN attempted TEXT;
CREATE INDEX audit_attempted ON audit (attempted, at) WHERE attempted IS NOT NULL;
CREATE INDEX accounts_name ON accounts (json_extract(record, '$.name') COLLATE NOCASE);
