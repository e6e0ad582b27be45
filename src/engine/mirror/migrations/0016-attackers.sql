-- Findings about an address that attacked: an office's address has hundreds of others.
CREATE INDEX detection_attacker ON detection (ip)
  WHERE ip IS NOT NULL AND entity_kind IN ('ip', 'environment');
