import { seq } from '#shared/domain/ids.ts';
import type { Change } from '#shared/protocol/changes.ts';
import type { LoggedChange, NewChange } from './change-log.ts';

type Ended = Extract<Change, { kind: 'session.closed' }>;

/** Fewer are written one by one. */
const FEWEST = 8;
/** As many as a console is sent at once: whoever reads some reads the row again for the next. */
const MOST = 500;

/** What is kept of many ends that differ in nothing but the session. */
interface Pack {
  readonly change: Omit<Ended, 'seq' | 'id'>;
  /** Handle, account and who was behind it, one session after the other. */
  readonly of: readonly (string | null)[];
}

const endOf = ({ change }: NewChange): Omit<Ended, 'seq'> | null =>
  change.kind === 'session.closed' ? change : null;

const alike = (a: Omit<Ended, 'seq'>, b: Omit<Ended, 'seq'>): boolean =>
  a.at === b.at && a.reason === b.reason && a.commandId === b.commandId && a.ruleId === b.ruleId;

/** How many changes from this place on are ends of one cause at one moment, and can be one row; 1: none. */
export function packable(changes: readonly NewChange[], from: number): number {
  const start = changes[from];
  const first = start === undefined ? null : endOf(start);
  if (first === null) return 1;
  let to = from + 1;
  for (; to < changes.length && to - from < MOST; to += 1) {
    const next = changes[to];
    const end = next === undefined ? null : endOf(next);
    if (end === null || !alike(first, end)) break;
  }
  return to - from < FEWEST ? 1 : to - from;
}

/** The body of a row for ends that are alike. */
export function pack(ends: readonly NewChange[]): string {
  const of: (string | null)[] = [];
  let first: Omit<Ended, 'seq'> | null = null;
  for (const entry of ends) {
    const end = endOf(entry);
    if (end === null) throw new Error('only ends are packed');
    first ??= end;
    of.push(end.id, entry.account, entry.via);
  }
  const { id: _, ...change } = first ?? {};
  return JSON.stringify({ change, of });
}

/**
 * The changes of a packed row whose last one has this number.
 * @param after only those after this one, at most `limit`
 */
export function unpack(
  row: { readonly seq: number; readonly count: number; readonly body: string },
  after: number,
  limit: number,
): readonly LoggedChange[] {
  const { change, of } = JSON.parse(row.body) as Pack;
  const rest = JSON.stringify(change).slice(1);
  const found: LoggedChange[] = [];
  const first = row.seq - row.count + 1;
  for (let at = Math.max(0, after + 1 - first); at < row.count && found.length < limit; at += 1) {
    found.push({
      seq: seq(first + at),
      account: of[3 * at + 1] ?? null,
      via: of[3 * at + 2] ?? null,
      kind: change.kind,
      body: `{"id":${JSON.stringify(of[3 * at])},${rest}`,
    });
  }
  return found;
}

/** The sessions of a packed row, and whose they were. */
export function* packedSessions(
  body: string,
): Generator<{ readonly id: string; readonly account: string | null; readonly via: string | null }> {
  const { of } = JSON.parse(body) as Pack;
  for (let at = 0; at < of.length; at += 3)
    yield { id: of[at] ?? '', account: of[at + 1] ?? null, via: of[at + 2] ?? null };
}
