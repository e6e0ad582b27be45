import { create } from 'zustand';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { DAY, HOUR, MINUTE } from '#shared/domain/lengths.ts';

/** A stretch of time: the last while, or between two instants. */
export type Period =
  | { readonly is: 'last'; readonly ms: number }
  | { readonly is: 'between'; readonly from: number; readonly to: number };

export interface AuditSearch {
  /** In the search language. */
  readonly text: string;
  readonly connection: ConnectionId | null;
  readonly period: Period;
}
/** What Audit shows, and what it showed before, for going back. */
export const useAuditSearch = create<AuditSearch & { readonly before: readonly AuditSearch[] }>(() => ({
  text: '',
  connection: null,
  period: { is: 'last', ms: DAY },
  before: [],
}));

const MOST_BEFORE = 50;

/** Changes what is shown; `backAuditSearch` takes it back. */
export function changeAuditSearch(change: Partial<AuditSearch>): void {
  useAuditSearch.setState(({ text, connection, period, before }) => ({
    ...change,
    before: [...before, { text, connection, period }].slice(-MOST_BEFORE),
  }));
}
export function backAuditSearch(): void {
  useAuditSearch.setState(({ before }) => {
    const last = before.at(-1);
    return last === undefined ? {} : { ...last, before: before.slice(0, -1) };
  });
}

/** Two dots would be a range, a sign in front of it something else than itself. */
const PLAIN = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_@+-]|\.(?!\.))*$/u;
/** `field:value` of the search language, quoted where the value needs it. */
export const term = (field: string, value: string | null): string =>
  `${field}:${value === null ? 'none' : `=${PLAIN.test(value) ? value : `"${value.replaceAll(/["\\]/g, (one) => `\\${one}`)}"`}`}`;

/** Whether a search has this term. */
export const hasTerm = (text: string, one: string): boolean => ` ${text} `.includes(` ${one} `);

/** Adds a term to a search, or takes it out where it is there already. */
export const toggledTerm = (text: string, one: string): string =>
  hasTerm(text, one) ? ` ${text} `.replace(` ${one} `, ' ').trim() : withTerm(text, one);

/** Adds a term to a search that does not have it yet. */
export function withTerm(text: string, added: string): string {
  if (hasTerm(text, added)) return text;
  const held = text.trim();
  // What is joined by OR would otherwise take only its last part.
  const whole = /\bOR\b/.test(held) && !held.startsWith('(') ? `(${held})` : held;
  return [whole, added].filter((part) => part !== '').join(' ');
}

const STEPS = [
  1_000,
  5_000,
  15_000,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  7 * DAY,
] as const;
const MOST_BARS = 120;

/** Bars of a round width that cover a period. */
export function barsOver(
  period: Period,
  now: number,
): { readonly from: number; readonly stepMs: number; readonly steps: number } {
  const to = period.is === 'last' ? now : period.to;
  const from = period.is === 'last' ? now - period.ms : period.from;
  const stepMs = STEPS.find((step) => (to - from) / step <= MOST_BARS) ?? 30 * DAY;
  const first = Math.floor(from / stepMs) * stepMs;
  return { from: first, stepMs, steps: Math.max(1, Math.ceil((to - first) / stepMs)) };
}

/** The search with its period, as the engine is asked. */
export function wholeSearch(text: string, period: Period, now: number): string {
  const held = text.trim();
  const from = new Date(period.is === 'last' ? now - period.ms : period.from).toISOString();
  const at = period.is === 'last' ? `at:>=${from}` : `at:>=${from} at:<${new Date(period.to).toISOString()}`;
  return held === '' ? at : `(${held}) ${at}`;
}
