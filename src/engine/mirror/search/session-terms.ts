import { canonicalBlock } from '#shared/query/address.ts';
import type { FieldName } from '#shared/query/catalogue.ts';
import { timeSpan } from '#shared/query/resolve-time.ts';
import type { Match, TextMatch } from '#shared/query/tree.ts';
import { changeAt } from '../accounts-at.ts';
import { STATUS } from '../session-filter.ts';
import { either, FALSE, inSet, never, type CompileContext, type Term } from './compiled.ts';
import { dictionaryOf, entryCondition, type Dictionary } from './dictionary-terms.ts';
import { keySet, type KeySet } from './key-sets.ts';
import { nameCondition, textCondition } from './like.ts';
import { createParams } from './params.ts';
import { numberCondition, timeCondition } from './spans.ts';

/** The address and device that a session is shown with. */
const SHOWN = {
  account: 's.account',
  address: 'coalesce(s.last_address, s.opened_address)',
  device: 'coalesce(s.last_device, s.opened_device)',
} as const;

/** One field of a session; its values are alternatives. */
export function sessionField(field: FieldName, matches: readonly Match[], context: CompileContext): Term {
  return either(matches.map((match) => oneMatch(field, match, context)));
}

function oneMatch(field: FieldName, match: Match, context: CompileContext): Term {
  const dictionary = dictionaryOf(field);
  if (dictionary !== null) return dictionaryTerm(dictionary.table, dictionary.column, match, context);
  switch (field) {
    case 'via':
      return match.is === 'none' || match.is === 'any'
        ? known('s.via', match)
        : inSet(
            's.via',
            'via',
            keySet(context.db, 'account', entryCondition('account', 'name', match, context), context.params),
          );
    case 'env':
      return environmentTerm('s', match, context);
    case 'state':
      return match.is === 'equals' ? stateTerm(match.text, context) : match.is === 'any' ? TRUE : never;
    case 'cause':
      return match.is === 'none' || match.is === 'any'
        ? known('s.cause', match)
        : wordTerm('s.cause', match, context);
    case 'opened':
      return timeTerm('s.opened_at', match, context, true);
    case 'last':
      return timeTerm('s.last_seen_at', match, context, false);
    case 'ended':
      return timeTerm('s.ended_at', match, context, false);
    case 'expires':
      return timeTerm('s.expires_at', match, context, false);
    case 'duration': {
      const length = `(coalesce(s.ended_at, ${context.params.add(context.now)}) - s.opened_at)`;
      if (match.is === 'none' || match.is === 'any') return known('s.opened_at', match);
      return term(numberCondition(length, match, context.params) ?? FALSE);
    }
    case 'marks':
      return marksTerm(match, context);
    case 'risk':
      return riskTerm(match, context);
    case 'id':
      return idTerm(match, context);
    default:
      throw new Error(`sessions have no field ${field}`);
  }
}

const term = (sql: string): Term => ({ sql, branches: null });
const TRUE = term('1');
const known = (column: string, match: Match): Term =>
  term(`${column} IS ${match.is === 'none' ? '' : 'NOT '}NULL`);

export function timeTerm(column: string, match: Match, context: CompileContext, own: boolean): Term {
  if (match.is === 'none' || match.is === 'any') return known(column, match);
  const sql = timeCondition(column, match, context, context.params) ?? FALSE;
  if (!own || (match.is !== 'time' && match.is !== 'times')) return term(sql);
  return { sql, branches: null, span: timeSpan(match, context) };
}

export function environmentTerm(alias: string, match: Match, context: CompileContext): Term {
  if (match.is === 'none') return never;
  if (match.is === 'any') return TRUE;
  const where = entryConditionOfName(match, context);
  const set = keySet(context.db, 'connection', where, context.params);
  return set.keys?.length === 0 ? never : term(`${alias}.connection IN ${set.sql}`);
}
const entryConditionOfName = (match: Match, { params }: CompileContext): string =>
  match.is === 'equals' || match.is === 'pattern' || match.is === 'contains'
    ? textCondition(match, ['name', 'id'], null, params)
    : FALSE;

export function wordTerm(column: string, match: Match, context: CompileContext): Term {
  if (match.is !== 'equals' && match.is !== 'pattern' && match.is !== 'contains') return never;
  const set = keySet(
    context.db,
    'word',
    nameCondition(match, 'text', 'word_text', context.params),
    context.params,
  );
  return set.keys?.length === 0 ? never : term(`${column} IN ${set.sql}`);
}

/** Accounts as they are now; addresses and devices that the session was ever seen with. */
function dictionaryTerm(table: Dictionary, column: string, match: Match, context: CompileContext): Term {
  const { db, params, at } = context;
  if (column === 'roles' && at !== undefined) return rolesThen(match, at, context);
  if (match.is === 'none' || match.is === 'any') {
    const has = `EXISTS (SELECT 1 FROM ${table} x WHERE x.key = ${SHOWN[table]} AND x.${entryCondition(table, column, { is: 'any' }, context)})`;
    return term(match.is === 'any' ? has : `NOT ${has}`);
  }
  const set = keySet(db, table, entryCondition(table, column, match, context), params);
  if (table === 'account') return inSet('s.account', 'account', set);
  if (set.keys?.length === 0) return never;
  return {
    sql: seenWith(table, set),
    branches: set.keys === null ? null : [{ column: table, keys: set.keys }],
  };
}

/** Roles that the account had at an instant. */
function rolesThen(match: Match, at: number, context: CompileContext): Term {
  const { db, params } = context;
  const then = params.add(at);
  if (match.is === 'none' || match.is === 'any') {
    const has = `EXISTS (SELECT 1 FROM account_change c WHERE c.roles <> '[]' AND ${changeAt('s.account', then)})`;
    return term(match.is === 'any' ? has : `NOT ${has}`);
  }
  const roles = entryCondition('account', 'roles', match, context).replaceAll(
    'FROM account)',
    'FROM account_change)',
  );
  const set = keySet(
    db,
    'account',
    `key IN (SELECT c.account FROM account_change c WHERE c.${roles} AND ${changeAt('c.account', then)})`,
    params,
  );
  return inSet('s.account', 'account', set);
}

export const STATES = { live: 's.ended_at IS NULL', ended: 's.ended_at IS NOT NULL' } as const;
/** Asked of the few observations of the session: an index of addresses or devices would be asked once for each key. */
const seenWith = (table: Dictionary, set: KeySet): string =>
  `EXISTS (SELECT 1 FROM observation o WHERE o.session = s.key AND +o.${table} IN ${set.sql})`;

const RANKS = ['active', 'idle', 'stale', 'unseen'];

function stateTerm(state: string, { params, now }: CompileContext): Term {
  if (state === 'live' || state === 'ended') return { sql: STATES[state], branches: null, state };
  const rank = `(SELECT ${STATUS.replaceAll('@now', params.add(now))} FROM connection c WHERE c.key = s.connection)`;
  return {
    sql: `(s.ended_at IS NULL AND ${rank} = ${String(RANKS.indexOf(state))})`,
    branches: null,
    state: 'live',
  };
}

/** Few sets of marks exist, each a word that begins with a bracket. An account's own nature counts as a mark. */
function marksTerm(match: Match, context: CompileContext): Term {
  const { db, params, at } = context;
  const none = `s.marks IN (SELECT key FROM word WHERE text = '[]')`;
  const then = at === undefined ? null : params.add(at);
  const flagged = (column: string) =>
    then === null
      ? `s.account IN (SELECT key FROM account WHERE ${column} = 1)`
      : `s.account IN (SELECT c.account FROM account_change c WHERE c.${column} = 1 AND ${changeAt('c.account', then)})`;
  if (match.is === 'none' || match.is === 'any') {
    const empty = `(${none} AND NOT coalesce(${flagged('privileged')} OR ${flagged('service')}, 0))`;
    return term(match.is === 'none' ? empty : `NOT ${empty}`);
  }
  if (match.is !== 'equals' && match.is !== 'pattern' && match.is !== 'contains') return never;
  const set = keySet(
    db,
    'word',
    `text >= '[' AND text < '\\' AND json_valid(text)
     AND EXISTS (SELECT 1 FROM json_each(text) m WHERE ${textCondition(match, ['m.value'], null, params)})`,
    params,
  );
  const fits = (name: string): boolean => {
    const own = createParams();
    const sql = `SELECT ${textCondition(match, [own.add(name)], null, own)}`;
    return Number(db.prepare(sql).pluck().get(own.bound)) === 1;
  };
  return either([
    set.keys?.length === 0 ? never : term(`s.marks IN ${set.sql}`),
    ...(fits('privileged') ? [term(flagged('privileged'))] : []),
    ...(fits('service') ? [term(flagged('service'))] : []),
  ]);
}

/** Risk of the sign-in that opened it; kept beside the session, by an index of its own. */
function riskTerm(match: Match, { params }: CompileContext): Term {
  const scored = (condition: string): string =>
    `s.key IN (SELECT r.session FROM session_risk r WHERE ${condition})`;
  if (match.is === 'none') return term(`NOT ${scored('r.risk IS NOT NULL')}`);
  return term(
    scored(match.is === 'any' ? 'r.risk IS NOT NULL' : (numberCondition('r.risk', match, params) ?? FALSE)),
  );
}

function idTerm(match: Match, context: CompileContext): Term {
  if (match.is === 'any') return TRUE;
  if (match.is !== 'equals' && match.is !== 'pattern' && match.is !== 'contains') return never;
  return inSet('s.key', 'key', handleSet(match, context));
}

/** Sessions by the id that agents use; letters count as they are. */
export function handleSet(
  match: Extract<Match, { is: 'contains' | 'equals' | 'pattern' }>,
  { db, params }: CompileContext,
): KeySet {
  const where =
    match.is === 'pattern'
      ? `id GLOB ${params.add(match.pattern.replaceAll('[', '[[]'))}`
      : `id = ${params.add(match.text)}`;
  return keySet(db, 'handle', `connection IN (SELECT key FROM connection) AND ${where}`, params);
}

/** Free text: in names, addresses and devices, or the id of the session. */
export function sessionText(match: TextMatch, context: CompileContext): Term {
  const block = match.is === 'contains' ? asBlock(match.text) : null;
  const anywhere = (
    table: Dictionary,
    columns: readonly string[],
    trigrams: 'account_text' | 'address_text' | 'device_text',
  ) => keySet(context.db, table, textCondition(match, columns, trigrams, context.params), context.params);
  const accounts = anywhere('account', ['name', 'email'], 'account_text');
  const seen = (
    table: 'address' | 'device',
    columns: readonly string[],
    trigrams: 'address_text' | 'device_text',
  ): Term => {
    const set = anywhere(table, columns, trigrams);
    if (set.keys?.length === 0) return never;
    return {
      sql: seenWith(table, set),
      branches: set.keys === null ? null : [{ column: table, keys: set.keys }],
    };
  };
  return either([
    inSet('s.account', 'account', accounts),
    inSet('s.via', 'via', accounts),
    seen('address', ['ip', 'region', 'city', 'organisation'], 'address_text'),
    seen('device', ['user_agent', 'browser', 'system'], 'device_text'),
    ...(block === null ? [] : [oneMatch('ip', block, context)]),
    ...(match.is === 'contains' && /^[a-z]{2}$/i.test(match.text)
      ? [oneMatch('country', { is: 'equals', text: match.text }, context)]
      : []),
    match.is === 'contains' ? idTerm({ is: 'equals', text: match.text }, context) : never,
  ]);
}

/** A word of free text that is an address or a block means those addresses. */
export function asBlock(text: string): Match | null {
  const block = canonical(text);
  return block === null ? null : { is: 'block', block };
}
const canonical = (text: string): string | null => (/[.:]/.test(text) ? canonicalBlock(text) : null);
