-- What is open for one account, so that a look asks for those that it judged and not for all that a brake holds.
CREATE INDEX rule_acts_account ON rule_acts (account) WHERE state IN ('ending', 'held', 'approved');
-- What a rule did in a time is counted in the index alone.
DROP INDEX rule_acts_at;
CREATE INDEX rule_acts_at ON rule_acts (rule, decided_at, state, approved);
