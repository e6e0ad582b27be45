-- Agent's clock: when a complete snapshot was whole, and until when the mirror was true before it. What lies in between
-- is read from the agent's history, also when the snapshot is applied after a crash.
ALTER TABLE snapshot ADD COLUMN at INTEGER;
ALTER TABLE snapshot ADD COLUMN after INTEGER;
