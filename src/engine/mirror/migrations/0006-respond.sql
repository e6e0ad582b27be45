-- What an operation is and how long it is tried; what its commands reach, session by session.
ALTER TABLE operation ADD COLUMN kind TEXT NOT NULL DEFAULT 'revoke';
ALTER TABLE operation ADD COLUMN for_ms INTEGER;
-- JSON of the selection as it was asked, so that what matches since can be found.
ALTER TABLE operation ADD COLUMN selection TEXT;
-- Console clock.
ALTER TABLE operation ADD COLUMN retry_until INTEGER;

-- 1: the agent could not be asked; the mirror's sessions stand for its preview.
ALTER TABLE command ADD COLUMN queued INTEGER NOT NULL DEFAULT 0;
-- Sessions that the preview showed.
ALTER TABLE command ADD COLUMN reach INTEGER NOT NULL DEFAULT 0;
-- 1: it was taken back after it had been sent; it counts if the agent has never seen it.
ALTER TABLE command ADD COLUMN cancel INTEGER NOT NULL DEFAULT 0;
-- JSON: ways in which the agent contradicts itself or the mirror.
ALTER TABLE command ADD COLUMN findings TEXT NOT NULL DEFAULT '[]';
-- 1: every session of the preview is in command_page; the same for the outcomes.
ALTER TABLE command ADD COLUMN preview_listed INTEGER NOT NULL DEFAULT 0;
-- 2: closed, but the agent cannot list them.
ALTER TABLE command ADD COLUMN outcome_listed INTEGER NOT NULL DEFAULT 0;
UPDATE command SET outcome_listed = 2 WHERE finished_at IS NOT NULL;

-- Sessions of a command by the page: ids that the preview showed, or outcomes as the agent listed them (JSON arrays).
CREATE TABLE command_page (
  command TEXT NOT NULL REFERENCES command (id),
  kind TEXT NOT NULL,
  page INTEGER NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (command, kind, page)
) STRICT;
CREATE INDEX session_command ON session (command) WHERE command IS NOT NULL;
