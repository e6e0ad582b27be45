-- How an environment is reached and shown. `proxy` is none, system, or the address of a proxy without name and password.
ALTER TABLE connection ADD COLUMN proxy TEXT NOT NULL DEFAULT 'none';
-- SHA-256 of the agent's public key, base64; null: any that the authority vouches for.
ALTER TABLE connection ADD COLUMN pin TEXT;
-- What the agent showed last, as JSON.
ALTER TABLE connection ADD COLUMN certificate TEXT;
-- Under which heading it stands; empty: none.
ALTER TABLE connection ADD COLUMN folder TEXT NOT NULL DEFAULT '';
