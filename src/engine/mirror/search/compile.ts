import { assertNever } from '#shared/domain/assert-never.ts';
import type { TimeSpan } from '#shared/query/resolve-time.ts';
import type { Query, SearchTable } from '#shared/query/tree.ts';
import { auditField, auditText } from './audit-terms.ts';
import { FALSE, type Branch, type Compiled, type CompileContext, type Term } from './compiled.ts';
import { createParams } from './params.ts';
import { sessionField, sessionText, STATES } from './session-terms.ts';

const NO_SPAN: TimeSpan = { from: null, to: null };

/** Turns a search into a condition over session `s` or audit `e`, with every value as a parameter. */
export function compileSearch(
  table: SearchTable,
  query: Query,
  context: Omit<CompileContext, 'params'>,
): Compiled {
  const params = createParams();
  const inside: CompileContext = { ...context, params };
  const leaf = (node: Extract<Query, { is: 'text' | 'field' }>): Term => {
    if (node.is === 'text') {
      return table === 'sessions' ? sessionText(node.match, inside) : auditText(node.match, inside);
    }
    return table === 'sessions'
      ? sessionField(node.field, node.matches, inside)
      : auditField(node.field, node.matches, inside);
  };

  const drivers: (readonly Branch[])[] = [];
  let span = NO_SPAN;
  let impossible = false;
  let state: Compiled['state'] = null;
  /** What must hold for every row that fits can drive, bound in time, or rule everything out. */
  const must = (term: Term): string => {
    if (term.sql === FALSE) impossible = true;
    if (term.branches !== null) drivers.push(term.branches);
    if (term.state !== undefined) state = term.state;
    if (term.span !== undefined) span = narrower(span, term.span);
    return term.sql;
  };
  const condition = (node: Query, required: boolean): string => {
    switch (node.is) {
      case 'all':
        return '1';
      case 'and':
        return `(${node.parts.map((part) => condition(part, required)).join(' AND ')})`;
      case 'or':
        return `(${node.parts.map((part) => condition(part, false)).join(' OR ')})`;
      case 'not':
        // What is not known does not fit a term, so it fits the opposite.
        return `NOT coalesce(${condition(node.part, false)}, 0)`;
      case 'text':
      case 'field': {
        const term = leaf(node);
        return required ? must(term) : term.sql;
      }
      default:
        return assertNever(node);
    }
  };
  const sql = condition(query, true);
  const dense = query.is === 'all' || sql === STATES.live || sql === STATES.ended;
  return { sql, params, impossible, drivers, span, state, dense };
}

export const narrower = (a: TimeSpan, b: TimeSpan): TimeSpan => ({
  from: a.from === null ? b.from : b.from === null ? a.from : Math.max(a.from, b.from),
  to: a.to === null ? b.to : b.to === null ? a.to : Math.min(a.to, b.to),
});
