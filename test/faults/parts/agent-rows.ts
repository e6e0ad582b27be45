/** What commands were to end and what became of each, a row for each, of an agent's own database. */
export const TARGETS = `(
  SELECT l.command, l.first + t.key / 3 AS ordinal, t.value AS session,
    coalesce((SELECT o.status FROM command_outcomes o
      WHERE o.command = l.command AND l.first + t.key / 3 BETWEEN o.first AND o.last), 'pending') AS status
  FROM command_lists l, json_each(l.targets) t WHERE t.key % 3 = 0
)`;

/** Every end in its change log, a row for each: the session, and the rest of the change as JSON. */
export const ENDS = `(
  SELECT closed AS session, body AS change FROM changes WHERE closed IS NOT NULL
  UNION ALL
  SELECT t.value, c.body -> '$.change' FROM changes c, json_each(c.body, '$.of') t WHERE c.count > 1 AND t.key % 3 = 0
)`;
