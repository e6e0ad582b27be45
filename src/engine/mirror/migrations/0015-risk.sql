-- Risk of sign-ins by the key of their event, so that it is written at the end and leaves with its segment.
DROP TABLE login_risk;
CREATE TABLE login_risk (
  -- Key of the audit event.
  event INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL,
  account INTEGER,
  -- Agent's clock.
  at INTEGER NOT NULL,
  -- The product with its attack priors; null: nothing to compare with.
  score REAL,
  learning INTEGER NOT NULL,
  -- JSON array of numbers: what the score was made from.
  counts TEXT
) STRICT;
CREATE INDEX login_risk_account ON login_risk (account, at) WHERE account IS NOT NULL;
-- Sessions of much risk are asked for.
CREATE INDEX session_risk_risk ON session_risk (risk, session) WHERE risk IS NOT NULL;
-- Risk has not been learned from what is mirrored; detections learn once more with it.
UPDATE detector SET trained = 0;
