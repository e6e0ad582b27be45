-- What a new finding is joined with: what was found of the same person, session or attacking address about then. The
-- rows are large; with these only those are read that belong to the story.
DROP INDEX detection_attacker;
CREATE INDEX detection_story_account ON detection (account, last_at, raised_at)
  WHERE account IS NOT NULL AND filtered IS NULL AND withdrawn_at IS NULL;
CREATE INDEX detection_story_session ON detection (session, last_at, raised_at)
  WHERE session IS NOT NULL AND filtered IS NULL AND withdrawn_at IS NULL;
CREATE INDEX detection_story_attacker ON detection (ip, last_at, raised_at)
  WHERE ip IS NOT NULL AND entity_kind IN ('ip', 'environment') AND filtered IS NULL AND withdrawn_at IS NULL;
