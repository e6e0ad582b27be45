import { z } from 'zod';
import type { ParsedOf } from '#shared/ipc/contract.ts';
import { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import { EpochMs } from '#shared/domain/units.ts';
import type { PEOPLE_METHODS } from '#shared/ipc/people-contract.ts';
import type { PeoplePage, PersonRow } from '#shared/ipc/people-views.ts';
import type { ReadableDb } from '../mirror/database.ts';
import type { Question } from '../mirror/question.ts';
import { ownAccounts, ownKey, type OwnAccounts } from '../mirror/own-accounts.ts';
import { like, type Bound } from '../mirror/session-filter.ts';

type Request = ParsedOf<(typeof PEOPLE_METHODS)['people.page']>;

const CONNECTIONS = 'SELECT key FROM connection WHERE removed_at IS NULL';
const CHOSEN = 'SELECT key FROM connection WHERE id IN (SELECT value FROM json_each(@connections))';

interface Scope {
  readonly connections: string;
  /** Condition on a person's number; empty when everybody is meant. */
  readonly people: readonly string[];
  readonly bound: Bound;
}

function scopeOf(request: Request): Scope {
  const people: string[] = [];
  const bound: Bound = {};
  if (request.connections !== undefined) bound['connections'] = JSON.stringify(request.connections);
  const text = request.text?.trim() ?? '';
  if (text !== '') {
    people.push(`IN (SELECT i.person FROM account a JOIN identity i ON i.account = a.key
      WHERE a.name LIKE @text ESCAPE '\\' OR a.email LIKE @text ESCAPE '\\')`);
    bound['text'] = like(text);
  }
  if (request.only === 'several-environments') {
    people.push(`IN (SELECT i.person FROM identity i JOIN account a ON a.key = i.account
      GROUP BY i.person HAVING count(DISTINCT a.connection) > 1)`);
  }
  if (request.only === 'privileged') {
    people.push(
      `IN (SELECT i.person FROM account a JOIN identity i ON i.account = a.key WHERE a.privileged = 1)`,
    );
  }
  return { connections: request.connections === undefined ? CONNECTIONS : CHOSEN, people, bound };
}

const Offset = z.strictObject({ offset: z.int().min(0) });
const After = z.strictObject({ name: z.string(), key: z.int() });

/** A cursor comes from a window; anything that is not one of ours starts from the beginning. */
function cursorOf<T>(schema: z.ZodType<T>, text: string | null): T | null {
  if (text === null) return null;
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

const ORDERS: Readonly<Record<Request['sort'], string>> = {
  live: 'live DESC, last DESC, person',
  lastSeenAt: 'last DESC, person',
  name: 'name COLLATE NOCASE, person',
  countries: 'countries DESC, live DESC, person',
  risk: 'risk DESC NULLS LAST, live DESC, person',
};

const Live = z.object({
  person: z.number(),
  live: z.number(),
  last: EpochMs.nullable(),
  addresses: z.number(),
  country_list: z.string().nullable(),
  risk: z.number().nullable(),
  total: z.number(),
});

/** People: those with live sessions in the order asked, or everybody by name. */
export function* peoplePage(db: ReadableDb, request: Request): Question<PeoplePage> {
  const own = ownAccounts(db);
  yield;
  return request.which === 'live' ? yield* livePeople(db, request, own) : yield* allPeople(db, request, own);
}

function* livePeople(db: ReadableDb, request: Request, own: OwnAccounts): Question<PeoplePage> {
  const { connections, people, bound } = scopeOf(request);
  const offset = cursorOf(Offset, request.cursor)?.offset ?? 0;
  const rows = db
    .prepare(
      `SELECT coalesce(i.person, s.account) AS person, count(*) AS live, max(s.last_seen_at) AS last,
         count(DISTINCT p.key) AS addresses, count(DISTINCT p.country) AS countries,
         group_concat(DISTINCT p.country) AS country_list, min(a.name) AS name,
         max(r.risk) AS risk, count(*) OVER () AS total
       FROM session s JOIN account a ON a.key = s.account
         LEFT JOIN identity i ON i.account = s.account
         LEFT JOIN address p ON p.key = coalesce(s.last_address, s.opened_address)
         LEFT JOIN session_risk r ON r.session = s.key
       WHERE s.ended_at IS NULL AND s.connection IN (${connections})
         ${people.map((one) => `AND coalesce(i.person, s.account) ${one}`).join(' ')}
       GROUP BY 1 ${request.only === 'several-countries' ? 'HAVING count(DISTINCT p.country) > 1' : ''}
       ORDER BY ${ORDERS[request.sort]} LIMIT @limit OFFSET @offset`,
    )
    .all({ ...bound, limit: request.limit, offset })
    .map((row) => Live.parse(row));
  yield;
  const total = rows[0]?.total ?? (offset === 0 ? 0 : null);
  const describe = describer(db, own);
  return {
    rows: rows.flatMap((row) => describe(row.person, row) ?? []),
    total,
    next:
      total !== null && offset + rows.length < total
        ? JSON.stringify({ offset: offset + rows.length })
        : null,
  };
}

const Named = z.object({ key: z.number(), name: z.string() });

function* allPeople(db: ReadableDb, request: Request, own: OwnAccounts): Question<PeoplePage> {
  const { connections, people, bound } = scopeOf(request);
  const after = cursorOf(After, request.cursor);
  const rows = db
    .prepare(
      `SELECT a.key, lower(a.name) AS name FROM account a
       WHERE ${after === null ? '' : '(lower(a.name), a.key) > (@name, @key) AND'}
         (SELECT person FROM identity WHERE account = a.key) = a.key
         AND EXISTS (SELECT 1 FROM identity i JOIN account o ON o.key = i.account
           WHERE i.person = a.key AND o.connection IN (${connections}))
         ${people.map((one) => `AND a.key ${one}`).join(' ')}
       ORDER BY lower(a.name), a.key LIMIT @limit`,
    )
    .all({ ...bound, ...after, limit: request.limit + 1 })
    .map((row) => Named.parse(row));
  yield;
  const page = rows.slice(0, request.limit);
  const live = db.prepare(
    `SELECT count(*) AS live, max(s.last_seen_at) AS last, count(DISTINCT p.key) AS addresses,
       group_concat(DISTINCT p.country) AS country_list, max(r.risk) AS risk
     FROM identity i JOIN session s ON s.account = i.account
       LEFT JOIN address p ON p.key = coalesce(s.last_address, s.opened_address)
       LEFT JOIN session_risk r ON r.session = s.key
     WHERE i.person = ? AND s.ended_at IS NULL`,
  );
  const Facts = Live.omit({ person: true, total: true });
  const describe = describer(db, own);
  const last = page.at(-1);
  return {
    rows: page.flatMap(({ key }) => describe(key, Facts.parse(live.get(key))) ?? []),
    total: null,
    next:
      rows.length > page.length && last !== undefined
        ? JSON.stringify({ name: last.name, key: last.key })
        : null,
  };
}

const AccountRow = z.object({
  connection: ConnectionId,
  id: AccountId,
  name: z.string(),
  privileged: z.number(),
  service: z.number(),
});

function describer(
  db: ReadableDb,
  own: OwnAccounts,
): (person: number, live: Omit<z.infer<typeof Live>, 'person' | 'total'>) => PersonRow | null {
  const find = db.prepare(
    `SELECT c.id AS connection, a.id, a.name, a.privileged, a.service FROM account a
       JOIN connection c ON c.key = a.connection
     WHERE a.key IN (SELECT account FROM identity WHERE person = @person UNION SELECT @person)
     ORDER BY a.key LIMIT 200`,
  );
  return (person, live) => {
    const accounts = find.all({ person }).map((row) => AccountRow.parse(row));
    const [first] = accounts;
    if (first === undefined) return null;
    return {
      at: { connection: first.connection, id: first.id },
      name: first.name,
      accounts: accounts.map(({ connection, id, name }) => ({ connection, id, name })),
      privileged: accounts.some((one) => one.privileged === 1),
      service: accounts.some((one) => one.service === 1),
      own: accounts.some((one) => own.has(ownKey(one.connection, one.id))),
      live: live.live,
      lastSeenAt: live.last,
      countries: live.country_list === null ? [] : live.country_list.split(',').sort(),
      addresses: live.addresses,
      risk: live.risk,
    };
  };
}
