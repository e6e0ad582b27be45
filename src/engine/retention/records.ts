import type { ReadableDb } from '../mirror/database.ts';

// Rows with their integers written out as texts, for archives and for what a person is given.

/** Events of one segment by key. */
export const eventRecords = (db: ReadableDb, table: string, keys: readonly number[]): readonly unknown[] =>
  db
    .prepare(
      `SELECT 'event' AS record, c.id AS connection, e.id, e.at, e.recorded_at AS recordedAt, action.text AS action,
         CASE e.outcome WHEN 1 THEN 'success' WHEN 2 THEN 'failure' ELSE 'unknown' END AS outcome,
         reason.text AS reason, a.id AS account, typed.text AS accountName, p.ip, d.user_agent AS userAgent,
         h.id AS session, e.actor_id AS actor, actor.text AS actorName, object.text AS objectKind,
         e.object_id AS object, e.object_name AS objectName, e.message, e.attributes
       FROM json_each(?) k JOIN ${table} e ON e.key = k.value
         LEFT JOIN connection c ON c.key = e.connection
         LEFT JOIN word action ON action.key = e.action LEFT JOIN word reason ON reason.key = e.reason
         LEFT JOIN account a ON a.key = e.account LEFT JOIN word typed ON typed.key = e.account_name
         LEFT JOIN word actor ON actor.key = e.actor_name LEFT JOIN word object ON object.key = e.object_kind
         LEFT JOIN handle h ON h.key = e.session LEFT JOIN address p ON p.key = e.address
         LEFT JOIN device d ON d.key = e.device`,
    )
    .all(JSON.stringify(keys));

const SESSION = `SELECT 'session' AS record, c.id AS connection, h.id, a.id AS account, a.name AS accountName,
    via.id AS via, s.opened_at AS openedAt, s.last_seen_at AS lastSeenAt, s.ended_at AS endedAt,
    s.ended_after AS endedAfter, cause.text AS cause, o.ip AS openedIp, l.ip AS lastIp,
    od.user_agent AS openedUserAgent, ld.user_agent AS lastUserAgent, marks.text AS marks, s.attributes,
    (SELECT json_group_array(json_object('at', b.at, 'ip', p.ip, 'userAgent', d.user_agent))
     FROM observation b LEFT JOIN address p ON p.key = b.address LEFT JOIN device d ON d.key = b.device
     WHERE b.session = s.key) AS observations
  FROM json_each(?) k JOIN session s ON s.key = k.value JOIN handle h ON h.key = s.key
    JOIN connection c ON c.key = s.connection LEFT JOIN account a ON a.key = s.account
    LEFT JOIN account via ON via.key = s.via LEFT JOIN word cause ON cause.key = s.cause
    LEFT JOIN address o ON o.key = s.opened_address LEFT JOIN address l ON l.key = s.last_address
    LEFT JOIN device od ON od.key = s.opened_device LEFT JOIN device ld ON ld.key = s.last_device
    LEFT JOIN word marks ON marks.key = s.marks`;

/** Sessions with every observed change, by key. */
export const sessionRecords = (db: ReadableDb, keys: readonly number[]): readonly unknown[] =>
  db.prepare(SESSION).all(JSON.stringify(keys));

/** Detections with what was done about them, by key. */
export const detectionRecords = (db: ReadableDb, keys: readonly number[]): readonly unknown[] =>
  db
    .prepare(
      `SELECT 'detection' AS record, c.id AS connection, d.id, d.name, d.severity, a.id AS account, a.name AS accountName,
         h.id AS session, d.ip, d.raised_at AS raisedAt, d.last_at AS lastAt, d.withdrawn_at AS withdrawnAt, d.filtered,
         d.state, d.verdict, d.assignee, d.summary, d.users, d.record AS finding,
         (SELECT json_group_array(json_object('at', t.at, 'operator', t.operator, 'note', t.note, 'after', i.after))
          FROM triage_item i JOIN triage t ON t.key = i.triage WHERE i.detection = d.key) AS triage
       FROM json_each(?) k JOIN detection d ON d.key = k.value JOIN connection c ON c.key = d.connection
         LEFT JOIN account a ON a.key = d.account LEFT JOIN handle h ON h.key = d.session`,
    )
    .all(JSON.stringify(keys));

export const accountRecords = (db: ReadableDb, keys: readonly number[]): readonly unknown[] =>
  db
    .prepare(
      `SELECT 'account' AS record, c.id AS connection, a.id, a.name, a.email, a.roles, a.status, a.privileged, a.service,
         a.created_at AS createdAt, a.last_login_at AS lastLoginAt, a.removed_at AS removedAt,
         (SELECT json_group_array(json_object('at', x.at, 'name', x.name, 'roles', x.roles, 'status', x.status))
          FROM account_change x WHERE x.account = a.key) AS changes
       FROM json_each(?) k JOIN account a ON a.key = k.value JOIN connection c ON c.key = a.connection`,
    )
    .all(JSON.stringify(keys));
