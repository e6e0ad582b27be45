-- Which accounts are one person. The person's number is the smallest key among its accounts, so that the same accounts
-- always have the same number. Derived from rules, a mapping and decisions by hand; rebuilt for what is in identity_dirty.
CREATE TABLE identity (account INTEGER PRIMARY KEY, person INTEGER NOT NULL) STRICT;
CREATE INDEX identity_person ON identity (person, account);
CREATE TABLE identity_dirty (account INTEGER PRIMARY KEY) STRICT;
INSERT INTO identity_dirty SELECT key FROM account;

CREATE TRIGGER account_came AFTER INSERT ON account BEGIN
  INSERT OR IGNORE INTO identity_dirty VALUES (new.key);
END;
CREATE TRIGGER account_renamed AFTER UPDATE OF name, email, service ON account
WHEN old.name IS NOT new.name OR old.email IS NOT new.email OR old.service IS NOT new.service BEGIN
  INSERT OR IGNORE INTO identity_dirty
    SELECT account FROM identity WHERE person = (SELECT person FROM identity WHERE account = new.key);
  INSERT OR IGNORE INTO identity_dirty VALUES (new.key);
END;
CREATE TRIGGER account_went AFTER DELETE ON account BEGIN
  INSERT OR IGNORE INTO identity_dirty
    SELECT account FROM identity WHERE person = (SELECT person FROM identity WHERE account = old.key);
  DELETE FROM identity WHERE account = old.key;
  DELETE FROM identity_dirty WHERE account = old.key;
END;

CREATE INDEX account_same_name ON account (lower(name));
CREATE INDEX account_same_email ON account (lower(email)) WHERE email IS NOT NULL;

CREATE TABLE identity_rule (kind TEXT PRIMARY KEY, enabled INTEGER NOT NULL, options TEXT NOT NULL) STRICT;
INSERT INTO identity_rule VALUES ('email', 1, '[]');
-- Names are often chosen anew in each application: joining strangers would sign out the wrong person.
INSERT INTO identity_rule VALUES ('name', 0,
  '["admin","administrator","anonymous","demo","editor","guest","info","root","service","support","system","test","user","webmaster"]');

CREATE TABLE identity_mapping (account INTEGER PRIMARY KEY, person TEXT NOT NULL) STRICT;
CREATE INDEX identity_mapping_person ON identity_mapping (person);

-- Console clock. Nothing is deleted: what was taken back says when.
CREATE TABLE identity_decision (
  key INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  account INTEGER NOT NULL,
  other INTEGER,
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  undone_at INTEGER
) STRICT;
CREATE INDEX identity_decision_account ON identity_decision (account) WHERE undone_at IS NULL;
CREATE INDEX identity_decision_other ON identity_decision (other) WHERE undone_at IS NULL;

CREATE TABLE note (
  key INTEGER PRIMARY KEY,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  removed_at INTEGER
) STRICT;
CREATE INDEX note_subject ON note (subject, key) WHERE removed_at IS NULL;

CREATE INDEX address_asn ON address (asn) WHERE asn IS NOT NULL;
CREATE INDEX device_type ON device (type_key) WHERE type_key IS NOT NULL;
