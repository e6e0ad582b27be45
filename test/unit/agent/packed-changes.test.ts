import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readBatch } from '#agent/server/batch-reader.ts';
import type { NewChange } from '#agent/state/change-log.ts';
import type { AgentState } from '#agent/state/state.ts';
import { openState } from '#agent/state/state.ts';
import { EVERYTHING, viewerOf } from '#agent/state/viewer.ts';
import type { CommandId, SessionId } from '#shared/domain/ids.ts';
import { seq } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { temporaryFolder } from '#test/support/agent-in-process.ts';

let folder: ReturnType<typeof temporaryFolder>;
let state: AgentState;
beforeEach(() => {
  folder = temporaryFolder();
  state = openState(folder.path, () => epochMs(1_000));
});
afterEach(() => {
  state.close();
  folder.remove();
});

const closed = (
  n: number,
  command: string,
  account: string | null,
  via: string | null = null,
): NewChange => ({
  change: {
    at: epochMs(1_000),
    kind: 'session.closed',
    id: `session-${String(n)}` as SessionId,
    reason: 'revoked',
    commandId: command as CommandId,
  },
  account,
  via,
});
const other = (n: number): NewChange => ({
  change: { at: epochMs(1_000), kind: 'account.removed', id: `account-${String(n)}` as never },
  account: 'ann',
  via: null,
});
const rows = () => Number(state.db.prepare('SELECT count(*) FROM changes').pluck().get());

test('changes are read as they were written, from any place, however they are kept', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 1_100 }), fc.constantFrom('x', 'y', 'z')), {
        maxLength: 6,
      }),
      fc.nat({ max: 4_000 }),
      fc.integer({ min: 1, max: 700 }),
      (runs, after, limit) => {
        state.transaction(() => state.log.clear());
        let n = 0;
        const written = runs.flatMap(([length, command]) =>
          Array.from({ length }, () => {
            n += 1;
            return command === 'z'
              ? other(n)
              : closed(n, command, n % 3 === 0 ? null : 'ann', n % 5 === 0 ? 'ben' : null);
          }),
        );
        state.transaction(() => state.log.append(written));
        expect(state.log.head()).toBe(written.length);
        expect(state.log.tail()).toBe(1);
        const expected = written
          .map(({ change, account, via }, at) => ({ seq: at + 1, account, via, kind: change.kind, change }))
          .slice(after, after + limit);
        const found = state.log.read(seq(after), limit);
        expect(found.map(({ body, ...rest }) => ({ ...rest, change: JSON.parse(body) as unknown }))).toEqual(
          expected,
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('many ends of one cause are few rows, and are forgotten as whole rows', () => {
  state.transaction(() => {
    state.log.append(Array.from({ length: 1_200 }, (_, n) => closed(n, 'x', 'ann')));
    state.log.append([other(1)]);
  });
  expect(rows()).toBe(4);
  const trim = (maxRows: number, keepAfter: number) =>
    state.log.trim({ before: epochMs(0), maxRows, keepAfter: seq(keepAfter) });
  trim(800, 5_000);
  // The first 401 would go; the row that they are part of stays whole.
  expect(state.log.tail()).toBe(1);
  trim(701, 499);
  expect(state.log.tail()).toBe(1);
  trim(701, 5_000);
  expect(state.log.tail()).toBe(501);
  expect(state.log.read(seq(500), 1)[0]?.seq).toBe(501);
  trim(0, 5_000);
  expect([state.log.tail(), state.log.head()]).toEqual([1_202, 1_201]);
});

test('a console that does not follow sessions is led past their ends, and misses nothing of what it follows', () => {
  const ends = (from: number) => Array.from({ length: 700 }, (_, n) => closed(from + n, 'x', 'ann'));
  state.transaction(() => state.log.append([...ends(0), other(1), ...ends(700), other(2)]));
  const reader = viewerOf(['sessions:read'], []);
  const batch = (after: number, size: number) =>
    readBatch(state.log, seq(after), reader, new Set(['accounts'] as const), size);
  expect(batch(0, 500)).toMatchObject({ to: 1_402, items: [{ seq: 701 }, { seq: 1_402 }] });
  expect(batch(0, 1)).toMatchObject({ to: 701, items: [{ seq: 701 }] });
  expect(batch(650, 1)).toMatchObject({ to: 701, items: [{ seq: 701 }] });
  expect(batch(701, 1)).toMatchObject({ to: 1_402, items: [{ seq: 1_402 }] });
  expect(batch(1_402, 500)).toBeNull();
});

test('an own-sessions console is sent and told of its own ends only', () => {
  const own = viewerOf(['sessions:own'], ['an"n']);
  const want = new Set(['sessions'] as const);
  state.transaction(() =>
    state.log.append([
      ...Array.from({ length: 600 }, (_, n) =>
        closed(n, 'x', n === 550 ? 'an"n' : 'ben', n === 20 ? 'an"n' : null),
      ),
      closed(600, 'y', 'an"n'),
    ]),
  );
  const items = readBatch(state.log, seq(0), own, want, 500)?.items ?? [];
  expect(items.map((item) => item.seq)).toEqual([21, 551, 601]);
  expect(readBatch(state.log, seq(0), EVERYTHING, want, 500)).toMatchObject({ to: 601, items: [] });
  const asked = [20, 21, 550, 551, 600, 700].map((n) => `session-${String(n)}` as SessionId);
  expect([...state.log.closedFor(asked, own)].sort()).toEqual(['session-20', 'session-550', 'session-600']);
  expect(state.log.closedFor(asked, viewerOf(['sessions:own'], [])).size).toBe(0);
});
