import { create } from 'zustand';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { DAY } from '#shared/domain/lengths.ts';
import { connectionIn } from '#shared/domain/plain-ids.ts';
import { hrefOf } from './route-store.ts';

interface Asked {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly search: string;
  readonly connection: ConnectionId | null;
}

/** What Investigate asks about; it stays while other views are open. */
export const useInvestigate = create<Asked>(() => {
  const now = Math.floor(Date.now() / 60_000) * 60_000;
  return { at: now - DAY, from: now - DAY, to: now, search: '', connection: null };
});

const ONLY = 'in=';
const AMONG = 'for=';

/** The address of a question with everything that it asks, as a saved view keeps it. */
export function addressOf(question: string, { at, from, to, search, connection }: Asked): string {
  const instants = question === 'at' ? [at] : question === 'difference' ? [from, to] : [];
  return hrefOf(
    'investigate',
    question,
    ...instants.map(String),
    ...(connection === null ? [] : [`${ONLY}${connection}`]),
    ...(search === '' ? [] : [`${AMONG}${search}`]),
  );
}

const instantIn = (text: string | undefined): number | null => {
  const at = text === undefined || text === '' ? Number.NaN : Number(text);
  return Number.isSafeInteger(at) && at >= 0 ? at : null;
};
const after = (parts: readonly string[], mark: string): string | undefined =>
  parts.find((part) => part.startsWith(mark))?.slice(mark.length);

/** What an address asks; an address that names nothing but the question leaves what was asked before. */
export function askedBy([question, ...parts]: readonly string[]): Partial<Asked> {
  const [first, second] = parts.map(instantIn);
  const instants =
    question === 'at' && typeof first === 'number'
      ? { at: first }
      : question === 'difference' && typeof first === 'number' && typeof second === 'number'
        ? { from: first, to: second }
        : {};
  const connection = connectionIn(after(parts, ONLY));
  const search = after(parts, AMONG);
  // A palette that only names an instant leaves the rest as it is.
  if (connection === null && search === undefined) return instants;
  return { ...instants, connection, search: search ?? '' };
}
