import type { SessionRow } from '#shared/ipc/views.ts';
import { exactTime, type Zone } from '../format/time.ts';
import { deviceDetail, networkText, placeText } from '../format/words.ts';

/** How values are shown; an address, and a raw agent, may be masked. */
export interface CompareWords {
  readonly environment: (connection: SessionRow['connection']) => string;
  readonly address: (ip: string) => string;
  readonly masked: boolean;
  readonly zone: Zone;
}
export interface ComparedFact {
  readonly what: string;
  readonly pinned: string | null;
  readonly open: string | null;
  /** Both are known and are not the same; times always differ, and say nothing by that. */
  readonly differs: boolean;
}

type Fact = readonly [what: string, value: (row: SessionRow) => string | null, isTime?: true];

const facts = ({ environment, address, masked, zone }: CompareWords): readonly Fact[] => {
  const time = (at: number | null): string | null => (at === null ? null : exactTime(at, zone));
  return [
    ['Environment', (row) => environment(row.connection)],
    ['Person', (row) => row.account?.name ?? null],
    ['Roles', (row) => row.roles.join(', ')],
    ['Status', (row) => row.status],
    ['Signed in', (row) => time(row.openedAt), true],
    ['Last seen', (row) => time(row.lastSeenAt), true],
    ['Ended', (row) => time(row.endedAt), true],
    ['Address', (row) => (row.ip === null ? null : address(row.ip))],
    ['Place', (row) => (row.place === null ? null : placeText(row.place))],
    ['Network', (row) => (row.network === null ? null : networkText(row.network))],
    ['Browser, system', (row) => (row.device === null ? null : deviceDetail(row.device))],
    ['User agent', (row) => (masked ? null : row.userAgent)],
    ['Marks', (row) => row.marks.join(', ')],
    ['Used by', (row) => row.via?.name ?? null],
    ['Risk', (row) => (row.risk === null ? null : String(Math.round(row.risk)))],
  ];
};

/** Two sessions, fact by fact; what is known of neither is left out. */
export const compareSessions = (
  pinned: SessionRow,
  open: SessionRow,
  words: CompareWords,
): readonly ComparedFact[] =>
  facts(words).flatMap(([what, value, isTime]) => {
    const [a, b] = [value(pinned) || null, value(open) || null];
    if (a === null && b === null) return [];
    return [{ what, pinned: a, open: b, differs: isTime !== true && a !== null && b !== null && a !== b }];
  });
