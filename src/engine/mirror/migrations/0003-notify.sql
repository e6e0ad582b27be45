-- Times are console clock. Ways of notifying somebody; their secrets are never here.
CREATE TABLE notify_channel (
  id TEXT PRIMARY KEY,
  config TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_sent_at INTEGER,
  -- Since when nothing gets through, and why.
  failing_since INTEGER,
  problem TEXT
) STRICT;

-- One message. `sending` is on disk before anything is sent, so that an interrupted one is known as such.
CREATE TABLE notify_delivery (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  channel TEXT NOT NULL,
  shape TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- How often the program ended while it was being sent.
  interrupted INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER,
  finished_at INTEGER,
  problem TEXT
) STRICT;
CREATE INDEX notify_delivery_open ON notify_delivery (channel, key) WHERE finished_at IS NULL;
CREATE INDEX notify_delivery_finished ON notify_delivery (finished_at) WHERE finished_at IS NOT NULL;

-- What a channel is to be told. A detection is told once, and again when it grows more severe or is taken back.
CREATE TABLE notify_item (
  key INTEGER PRIMARY KEY,
  channel TEXT NOT NULL,
  connection TEXT NOT NULL,
  detection TEXT NOT NULL,
  -- `raised` or `withdrawn`
  what TEXT NOT NULL,
  -- Rank of the severity it was told with.
  rank INTEGER NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  -- Null: waits to be put into a message.
  delivery INTEGER,
  UNIQUE (channel, connection, detection, what, rank)
) STRICT;
CREATE INDEX notify_item_waiting ON notify_item (channel, key) WHERE delivery IS NULL;
CREATE INDEX notify_item_delivery ON notify_item (delivery) WHERE delivery IS NOT NULL;
