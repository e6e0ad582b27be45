-- Many sessions that ended of one cause at one moment are one row, of the last one's number.
ALTER TABLE changes ADD COLUMN count INTEGER NOT NULL DEFAULT 1;
CREATE INDEX changes_packed ON changes (seq) WHERE count > 1;
