import { toggledTerm } from './audit-search.ts';

/** A stretch of time in which sessions began; `to` is not part of it. Milliseconds since 1970. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** As `narrowedTo` writes it, behind everything else of a search. */
const BEGAN = /(?:^| )opened:>=(\S+Z) opened:<(\S+Z)$/;

/** A search taken apart: what it asks, and the stretch that was chosen on the bars above its list. */
export function partsOf(search: string): { readonly rest: string; readonly began: Stretch | null } {
  const found = BEGAN.exec(search.trim());
  const [from, to] = [Date.parse(found?.[1] ?? ''), Date.parse(found?.[2] ?? '')];
  if (found === null || Number.isNaN(from) || Number.isNaN(to)) return { rest: search, began: null };
  return { rest: search.trim().slice(0, found.index), began: { from, to } };
}

/** As short as it is exact: a person reads it in the search line. */
const written = (at: number): string => new Date(at).toISOString().replace(/(?::00)?\.000Z$/, 'Z');

/** The same search for sessions that began in this stretch instead of the one chosen before. */
export function narrowedTo(search: string, { from, to }: Stretch): string {
  const words = `opened:>=${written(from)} opened:<${written(to)}`;
  return toggledTerm(partsOf(search).rest, words);
}
