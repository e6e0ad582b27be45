-- What searches need. Dictionaries are searched for parts of words (trigrams), never the rows themselves.

-- Sixteen bytes, IPv4 as ::ffff:a.b.c.d, so that blocks are ranges; null when it cannot be read.
ALTER TABLE address ADD COLUMN number BLOB;
UPDATE address SET number = address_number(ip);
CREATE INDEX address_number ON address (number);
CREATE INDEX address_place ON address (country, city);
CREATE INDEX address_place_text ON address (country || ' ' || coalesce(city, ''));
CREATE INDEX address_network ON address (organisation);
CREATE INDEX device_family ON device (browser, system);
CREATE INDEX account_name ON account (name COLLATE NOCASE);
CREATE INDEX account_roles ON account (roles);
CREATE INDEX account_privileged ON account (privileged) WHERE privileged = 1;
CREATE INDEX account_service ON account (service) WHERE service = 1;

CREATE VIRTUAL TABLE account_text USING fts5 (name, email, content='account', content_rowid='key', tokenize='trigram');
CREATE TRIGGER account_text_insert AFTER INSERT ON account BEGIN
  INSERT INTO account_text (rowid, name, email) VALUES (new.key, new.name, new.email);
END;
CREATE TRIGGER account_text_delete AFTER DELETE ON account BEGIN
  INSERT INTO account_text (account_text, rowid, name, email) VALUES ('delete', old.key, old.name, old.email);
END;
CREATE TRIGGER account_text_update AFTER UPDATE OF name, email ON account
  WHEN old.name IS NOT new.name OR old.email IS NOT new.email BEGIN
  INSERT INTO account_text (account_text, rowid, name, email) VALUES ('delete', old.key, old.name, old.email);
  INSERT INTO account_text (rowid, name, email) VALUES (new.key, new.name, new.email);
END;

CREATE VIRTUAL TABLE address_text USING fts5 (ip, region, city, organisation, content='address', content_rowid='key', tokenize='trigram');
CREATE TRIGGER address_text_insert AFTER INSERT ON address BEGIN
  INSERT INTO address_text (rowid, ip, region, city, organisation)
    VALUES (new.key, new.ip, new.region, new.city, new.organisation);
END;
CREATE TRIGGER address_text_delete AFTER DELETE ON address BEGIN
  INSERT INTO address_text (address_text, rowid, ip, region, city, organisation)
    VALUES ('delete', old.key, old.ip, old.region, old.city, old.organisation);
END;
CREATE TRIGGER address_text_update AFTER UPDATE OF ip, region, city, organisation ON address BEGIN
  INSERT INTO address_text (address_text, rowid, ip, region, city, organisation)
    VALUES ('delete', old.key, old.ip, old.region, old.city, old.organisation);
  INSERT INTO address_text (rowid, ip, region, city, organisation)
    VALUES (new.key, new.ip, new.region, new.city, new.organisation);
END;

CREATE VIRTUAL TABLE device_text USING fts5 (user_agent, browser, system, content='device', content_rowid='key', tokenize='trigram');
CREATE TRIGGER device_text_insert AFTER INSERT ON device BEGIN
  INSERT INTO device_text (rowid, user_agent, browser, system)
    VALUES (new.key, new.user_agent, new.browser, new.system);
END;
CREATE TRIGGER device_text_delete AFTER DELETE ON device BEGIN
  INSERT INTO device_text (device_text, rowid, user_agent, browser, system)
    VALUES ('delete', old.key, old.user_agent, old.browser, old.system);
END;
CREATE TRIGGER device_text_update AFTER UPDATE OF user_agent, browser, system ON device BEGIN
  INSERT INTO device_text (device_text, rowid, user_agent, browser, system)
    VALUES ('delete', old.key, old.user_agent, old.browser, old.system);
  INSERT INTO device_text (rowid, user_agent, browser, system)
    VALUES (new.key, new.user_agent, new.browser, new.system);
END;

CREATE VIRTUAL TABLE word_text USING fts5 (text, content='word', content_rowid='key', tokenize='trigram');
CREATE TRIGGER word_text_insert AFTER INSERT ON word BEGIN
  INSERT INTO word_text (rowid, text) VALUES (new.key, new.text);
END;
CREATE TRIGGER word_text_delete AFTER DELETE ON word BEGIN
  INSERT INTO word_text (word_text, rowid, text) VALUES ('delete', old.key, old.text);
END;

INSERT INTO account_text (account_text) VALUES ('rebuild');
INSERT INTO address_text (address_text) VALUES ('rebuild');
INSERT INTO device_text (device_text) VALUES ('rebuild');
INSERT INTO word_text (word_text) VALUES ('rebuild');

-- Every session has one observation at least, so that where it was seen can be asked of this table alone.
INSERT OR IGNORE INTO observation (session, at, address, device, account, via, marks)
  SELECT key, coalesce(opened_at, last_seen_at, ended_at, 0), coalesce(last_address, opened_address, 0),
    coalesce(last_device, opened_device, 0), coalesce(account, 0), coalesce(via, 0), marks
  FROM session s WHERE NOT EXISTS (SELECT 1 FROM observation o WHERE o.session = s.key
    AND o.address = coalesce(s.last_address, s.opened_address, 0));
CREATE INDEX observation_address ON observation (address, session);
CREATE INDEX observation_device ON observation (device, session);

CREATE INDEX session_opened ON session (opened_at);
CREATE INDEX session_ended_last ON session (last_seen_at) WHERE ended_at IS NOT NULL;
-- Who was signed in at T: ended sessions by the class of their length (powers of two seconds) and beginning, so that
-- in each class only beginnings within twice the length of its shortest have to be looked at.
CREATE INDEX session_span ON session (
  CAST(log2(max(1000, ended_at - opened_at) / 1000.0) AS INTEGER), opened_at, ended_at
) WHERE ended_at IS NOT NULL AND opened_at IS NOT NULL;
CREATE INDEX session_via ON session (via) WHERE via IS NOT NULL;
CREATE INDEX account_change_name ON account_change (name, account);
