/** As the index `session_span` has it: the class of the length of an ended session, powers of two seconds. */
const CLASS = 'CAST(log2(max(1000, x.ended_at - x.opened_at) / 1000.0) AS INTEGER)';

/**
 * Condition on session `s`: open at `@at`. Ended sessions are found class by class of their length, so that none needs
 * more than twice its own length looked at; a session without a time of its opening lasted from when it was first seen.
 */
export const OPEN_AT = `s.key IN (
  WITH RECURSIVE class (n) AS (VALUES (0) UNION ALL SELECT n + 1 FROM class WHERE n < 31)
  SELECT x.key FROM class CROSS JOIN session x INDEXED BY session_span
    WHERE ${CLASS} = class.n AND x.opened_at <= CAST(@at AS INTEGER)
      AND x.opened_at > CAST(@at AS INTEGER) - (2000 << class.n) - 1000
      AND x.ended_at > CAST(@at AS INTEGER) AND x.ended_at IS NOT NULL AND x.opened_at IS NOT NULL
  UNION ALL
  SELECT x.key FROM session x WHERE x.connection IN (SELECT key FROM connection) AND x.ended_at IS NULL
    AND x.opened_at <= CAST(@at AS INTEGER)
  UNION ALL
  SELECT x.key FROM session x WHERE x.opened_at IS NULL AND (x.ended_at IS NULL OR x.ended_at > CAST(@at AS INTEGER))
    AND (SELECT min(o.at) FROM observation o WHERE o.session = x.key) <= CAST(@at AS INTEGER))`;

/** Condition on session `s`: open at some moment from `@since` to `@at`. */
export const OPEN_DURING = `(s.ended_at IS NULL OR s.ended_at > CAST(@since AS INTEGER)) AND coalesce(s.opened_at,
  (SELECT min(o.at) FROM observation o WHERE o.session = s.key)) <= CAST(@at AS INTEGER)`;
