-- Readers remember dictionary entries that they have read. This number changes when an entry does, or goes.
INSERT OR IGNORE INTO constant (name, value) VALUES ('dictionaries', 0);

CREATE TRIGGER account_shown AFTER UPDATE OF name, roles, privileged, service ON account
WHEN old.name IS NOT new.name OR old.roles IS NOT new.roles OR old.privileged IS NOT new.privileged
  OR old.service IS NOT new.service BEGIN
  UPDATE constant SET value = value + 1 WHERE name = 'dictionaries';
END;
CREATE TRIGGER account_gone AFTER DELETE ON account BEGIN
  UPDATE constant SET value = value + 1 WHERE name = 'dictionaries';
END;
CREATE TRIGGER address_shown AFTER UPDATE ON address BEGIN
  UPDATE constant SET value = value + 1 WHERE name = 'dictionaries';
END;
CREATE TRIGGER address_gone AFTER DELETE ON address BEGIN
  UPDATE constant SET value = value + 1 WHERE name = 'dictionaries';
END;
CREATE TRIGGER device_shown AFTER UPDATE ON device BEGIN
  UPDATE constant SET value = value + 1 WHERE name = 'dictionaries';
END;
CREATE TRIGGER device_gone AFTER DELETE ON device BEGIN
  UPDATE constant SET value = value + 1 WHERE name = 'dictionaries';
END;
CREATE TRIGGER word_shown AFTER UPDATE ON word BEGIN
  UPDATE constant SET value = value + 1 WHERE name = 'dictionaries';
END;
CREATE TRIGGER word_gone AFTER DELETE ON word BEGIN
  UPDATE constant SET value = value + 1 WHERE name = 'dictionaries';
END;

-- Live sessions are counted, also at an instant and by account, in this index alone. The end is there because SQLite reads
-- it from the row otherwise; the rest rides along with the last sighting, which moves the entry anyway.
DROP INDEX session_live;
CREATE INDEX session_live ON session (connection, last_seen_at, opened_at, account, ended_at) WHERE ended_at IS NULL;

-- Whole names, case of letters ignored, are found without looking through all of them.
CREATE INDEX word_same ON word (text COLLATE NOCASE);
DROP INDEX account_change_name;
CREATE INDEX account_change_name ON account_change (name COLLATE NOCASE, account);

-- “OR IGNORE” in a trigger is overruled by the ON CONFLICT of the statement that fires it: an account that was renamed
-- while it still waited to be joined could not be written.
DROP TRIGGER account_renamed;
CREATE TRIGGER account_renamed AFTER UPDATE OF name, email, service ON account
WHEN old.name IS NOT new.name OR old.email IS NOT new.email OR old.service IS NOT new.service BEGIN
  INSERT INTO identity_dirty
    SELECT account FROM (
      SELECT account FROM identity WHERE person = (SELECT person FROM identity WHERE account = new.key)
      UNION SELECT new.key
    ) WHERE account NOT IN (SELECT account FROM identity_dirty);
END;
