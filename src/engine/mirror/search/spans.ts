import type { Comparison, Match } from '#shared/query/tree.ts';
import { timeSpan, type TimeContext, type TimeSpan } from '#shared/query/resolve-time.ts';
import type { Params } from './params.ts';

/** A number compared with a column. */
export function numberCondition(column: string, match: Match, params: Params): string | null {
  if (match.is === 'number') return `${column} ${sign(match.comparison)} ${params.add(match.value)}`;
  if (match.is !== 'numbers') return null;
  const parts = [
    ...(match.from === null ? [] : [`${column} >= ${params.add(match.from)}`]),
    ...(match.to === null ? [] : [`${column} <= ${params.add(match.to)}`]),
  ];
  return `(${parts.join(' AND ')})`;
}
const sign = (comparison: Comparison): string => comparison;

/** A stretch of time on a column; null when the match is about no time. */
export function timeCondition(
  column: string,
  match: Match,
  context: TimeContext,
  params: Params,
): string | null {
  if (match.is !== 'time' && match.is !== 'times') return null;
  return spanCondition(column, timeSpan(match, context), params);
}

export function spanCondition(column: string, span: TimeSpan, params: Params): string {
  const parts = [
    ...(span.from === null ? [] : [`${column} >= ${params.add(whole(span.from))}`]),
    ...(span.to === null ? [] : [`${column} < ${params.add(whole(span.to))}`]),
  ];
  return parts.length === 0 ? `${column} IS NOT NULL` : `(${parts.join(' AND ')})`;
}

const whole = (value: number): number => Math.trunc(value);
