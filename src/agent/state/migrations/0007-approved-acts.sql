-- 1: somebody approved it after the brake; it does not count towards what the rule may end by itself.
ALTER TABLE rule_acts ADD COLUMN approved INTEGER NOT NULL DEFAULT 0;
