import type { FieldName } from '#shared/query/catalogue.ts';
import type { Match, TextMatch } from '#shared/query/tree.ts';
import { OUTCOMES } from '../audit-rows.ts';
import { either, FALSE, inSet, never, type CompileContext, type Term } from './compiled.ts';
import { dictionaryOf, entryCondition, type Dictionary } from './dictionary-terms.ts';
import { keySet } from './key-sets.ts';
import { nameCondition, textCondition } from './like.ts';
import { messageTerm } from './message-terms.ts';
import { asBlock, environmentTerm, handleSet, timeTerm, wordTerm } from './session-terms.ts';

/** One field of an event; its values are alternatives. */
export function auditField(field: FieldName, matches: readonly Match[], context: CompileContext): Term {
  return either(matches.map((match) => oneMatch(field, match, context)));
}

const term = (sql: string): Term => ({ sql, branches: null });
const known = (column: string, match: Match): Term =>
  term(`${column} IS ${match.is === 'none' ? '' : 'NOT '}NULL`);
const isKnownness = (match: Match): boolean => match.is === 'none' || match.is === 'any';
const isText = (match: Match): match is Extract<Match, { is: 'contains' | 'equals' | 'pattern' }> =>
  match.is === 'contains' || match.is === 'equals' || match.is === 'pattern';

function oneMatch(field: FieldName, match: Match, context: CompileContext): Term {
  if (field === 'user') return isKnownness(match) ? known('e.account_name', match) : nameTerm(match, context);
  const dictionary = dictionaryOf(field);
  if (dictionary !== null) return dictionaryTerm(dictionary.table, dictionary.column, match, context);
  switch (field) {
    case 'env':
      return environmentTerm('e', match, context);
    case 'at':
      return timeTerm('e.at', match, context, true);
    case 'action':
      return isKnownness(match) ? known('e.action', match) : wordTerm('e.action', match, context);
    case 'reason':
      return isKnownness(match) ? known('e.reason', match) : wordTerm('e.reason', match, context);
    case 'outcome':
      if (match.is === 'equals') {
        return term(`e.outcome = ${String(OUTCOMES.findIndex((one) => one === match.text))}`);
      }
      return term(`e.outcome ${match.is === 'any' ? '<>' : '='} 0`);
    case 'actor':
      return isKnownness(match) ? known('e.actor_name', match) : wordTerm('e.actor_name', match, context);
    case 'object':
      return isKnownness(match) ? known('e.object_kind', match) : objectTerm(match, context);
    case 'message':
      return isKnownness(match)
        ? known('e.message', match)
        : isText(match)
          ? messageTerm(match, context)
          : never;
    case 'session':
      if (isKnownness(match)) return known('e.session', match);
      return isText(match) ? inSet('e.session', 'session', handleSet(match, context)) : never;
    case 'id':
      if (isKnownness(match)) return known('e.id', match);
      if (match.is === 'pattern')
        return term(`e.id GLOB ${context.params.add(match.pattern.replaceAll('[', '[[]'))}`);
      return match.is === 'equals' ? term(`e.id = ${context.params.add(match.text)}`) : never;
    default:
      throw new Error(`events have no field ${field}`);
  }
}

/** The account's name as it is or was; where no account is known, the name as it was typed. */
function nameTerm(match: Match, context: CompileContext): Term {
  if (!isText(match)) return never;
  const { db, params } = context;
  const accounts = keySet(
    db,
    'account',
    `key IN (SELECT key FROM account WHERE ${entryCondition('account', 'name', match, context)}
       UNION ALL SELECT account FROM account_change WHERE ${nameCondition(match, 'name', null, params)})`,
    params,
  );
  const typed = inSet(
    'e.account_name',
    'account_name',
    keySet(db, 'word', nameCondition(match, 'text', 'word_text', params), params),
  );
  return either([
    inSet('e.account', 'account', accounts),
    typed.sql === FALSE ? never : { ...typed, sql: `(e.account IS NULL AND ${typed.sql})` },
  ]);
}

function dictionaryTerm(table: Dictionary, column: string, match: Match, context: CompileContext): Term {
  if (match.is === 'none' || match.is === 'any') {
    const has = `EXISTS (SELECT 1 FROM ${table} x WHERE x.key = e.${table} AND x.${entryCondition(table, column, { is: 'any' }, context)})`;
    return term(match.is === 'any' ? has : `NOT ${has}`);
  }
  const where = entryCondition(table, column, match, context);
  return inSet(`e.${table}`, table, keySet(context.db, table, where, context.params));
}

function objectTerm(match: Match, context: CompileContext): Term {
  if (!isText(match)) return never;
  return either([
    wordTerm('e.object_kind', match, context),
    term(textCondition(match, ['e.object_name'], null, context.params)),
  ]);
}

/** Free text: in names, addresses, devices and what was done to, or as words of the message. */
export function auditText(match: TextMatch, context: CompileContext): Term {
  const { db, params } = context;
  const block = match.is === 'contains' ? asBlock(match.text) : null;
  return either([
    nameTerm(match, context),
    inSet(
      'e.address',
      'address',
      keySet(
        db,
        'address',
        textCondition(match, ['ip', 'region', 'city', 'organisation'], 'address_text', params),
        params,
      ),
    ),
    inSet(
      'e.device',
      'device',
      keySet(
        db,
        'device',
        textCondition(match, ['user_agent', 'browser', 'system'], 'device_text', params),
        params,
      ),
    ),
    ...(block === null ? [] : [oneMatch('ip', block, context)]),
    wordTerm('e.actor_name', match, context),
    term(textCondition(match, ['e.object_name'], null, params)),
    messageTerm(match, context),
  ]);
}
