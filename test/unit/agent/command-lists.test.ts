import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCommandLists, type NewTarget } from '#agent/state/command-lists.ts';
import { hasContent } from '#agent/state/journal.ts';
import type { AgentState } from '#agent/state/state.ts';
import { databaseIn, openState } from '#agent/state/state.ts';
import { storeKey } from '#agent/stores/store-adapter.ts';
import type { SessionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { systemClock, temporaryFolder } from '#test/support/agent-in-process.ts';

let folder: ReturnType<typeof temporaryFolder>;
let state: AgentState | null = null;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => {
  state?.close();
  state = null;
  folder.remove();
});

const COMMAND = {
  id: '0b0f8f7c-2f3d-4a1e-9a5e-6a1a4a5c0001',
  kind: 'revoke',
  selector: { all: true },
  reason: 'left the company',
  claim: { name: 'Ann' },
  issuedAt: 1_760_000_000_000,
};
const NOBODY = { sessions: 0, accounts: 0, privileged: 0, service: 0, own: 0, byRole: {}, clientSide: 0 };

/** A database as the version before lists left it. */
function olderDatabase(): Database.Database {
  const db = new Database(databaseIn(folder.path));
  const migrations = join(import.meta.dirname, '../../../src/agent/state/migrations');
  const older = readdirSync(migrations).sort().slice(0, 12);
  for (const name of older) db.exec(readFileSync(join(migrations, name), 'utf8'));
  db.pragma('user_version = 12');
  return db;
}

test('a journal of the version before keeps its commands, targets, outcomes and keys', () => {
  // The keys come with the folder.
  const first = openState(folder.path, systemClock);
  const seal = (n: number) => first.keys.seal(storeKey(`key of "session" ${String(n)} – ü`));
  const sealed = Array.from({ length: 1_201 }, (_, n) => seal(n));
  first.close();
  for (const name of readdirSync(folder.path))
    if (name.startsWith('agent.db')) rmSync(join(folder.path, name));
  const db = olderDatabase();
  db.prepare(
    `INSERT INTO commands (id, operator, operator_name, token, kind, content, request, state, matched, reach, owners, received_at, started_at)
     VALUES (?, 'op', 'Op', 't', 'revoke', 'the content', ?, 'running', 1201, ?, '[]', 1, 1)`,
  ).run(COMMAND.id, JSON.stringify(COMMAND), JSON.stringify(NOBODY));
  const insert = db.prepare(
    `INSERT INTO command_targets (command, ordinal, session, account, sealed, status, attempted_at, code, message)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const model = sealed.map((key, n) => {
    const status = n >= 1_100 ? 'pending' : n % 7 === 3 ? 'failed' : n % 50 === 9 ? 'gone' : 'ended';
    const named = status === 'gone' && n % 100 === 9;
    return {
      ordinal: n + 1,
      session: `s"${String(n)}`,
      account: n % 3 === 0 ? null : `a'\\${String(n % 5)}`,
      sealed: named ? null : key,
      status,
    };
  });
  db.transaction(() => {
    for (const { ordinal, session, account, sealed: key, status } of model) {
      const why = status === 'failed' ? ['BUSY', `row ${String(ordinal)}`] : [null, null];
      const attempted = ordinal === 500 || ordinal === 1_150 ? 5 : null;
      insert.run(COMMAND.id, ordinal, session, account, key, status, attempted, ...why);
    }
  })();
  db.close();

  state = openState(folder.path, systemClock);
  const { journal, keys } = state;
  const row = journal.find(COMMAND.id);
  expect(row).toMatchObject({ command: COMMAND, content: 'the content', matched: 1_201, state: 'running' });
  expect(row !== null && hasContent(row, 'the content') && !hasContent(row, 'another')).toBe(true);
  const every = ['pending', 'ended', 'gone', 'failed'] as const;
  const found = journal.targets(COMMAND.id, every, 0, 5_000);
  expect(
    found.map(({ ordinal, session, account, sealed: key, status }) => ({
      ordinal,
      session,
      account,
      sealed: key,
      status,
    })),
  ).toEqual(model);
  expect(keys.unseal(found[700]?.sealed ?? Buffer.alloc(0))).toBe('key of "session" 700 – ü');
  expect(journal.attempted(COMMAND.id)).toBe(1_150);
  const of = (status: string) => model.filter((target) => target.status === status).length;
  expect(journal.counts(COMMAND.id)).toEqual({
    pending: of('pending'),
    ended: of('ended'),
    gone: of('gone'),
    failed: of('failed'),
  });
  const failures = journal.failures(COMMAND.id, 10, 3);
  expect(failures.map(({ ordinal, code, message }) => [ordinal, code, message])).toEqual([
    [11, 'BUSY', 'row 11'],
    [18, 'BUSY', 'row 18'],
    [25, 'BUSY', 'row 25'],
  ]);
  journal.proven(COMMAND.id);
  expect(journal.targets(COMMAND.id, every, 0, 5_000).every((target) => target.sealed === null)).toBe(true);
});

test('targets and outcomes are read as they were written, from any place', () => {
  state = openState(folder.path, systemClock);
  const lists = createCommandLists(state.db);
  const kinds = ['ended', 'gone', 'failed', 'pending'] as const;
  let number = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 700 }), fc.constantFrom(...kinds), fc.boolean()), {
        maxLength: 8,
      }),
      fc.nat({ max: 3_000 }),
      (runs, after) => {
        number += 1;
        const command = `c${String(number)}`;
        const model = runs.flatMap(([length, status, missing]) =>
          Array.from({ length }, () => ({ status: missing ? ('gone' as const) : status, missing })),
        );
        const targets = model.map(({ missing }, at): NewTarget => ({
          session: `s${String(at)}` as SessionId,
          account: at % 2 === 0 ? 'ann' : null,
          sealed: missing ? null : Buffer.alloc((at % 4) + 1, at),
        }));
        const written = lists.write(command, targets);
        expect(written.count).toBe(model.length);
        expect(written.pending).toHaveLength(model.filter(({ missing }) => !missing).length);
        for (const kind of ['ended', 'gone', 'failed'] as const) {
          const ordinals = model.flatMap(({ status, missing }, at) =>
            status === kind && !missing ? [at + 1] : [],
          );
          lists.settle(command, kind, ordinals, kind === 'failed' ? { code: 'C', message: 'M' } : undefined);
        }
        const expected = model
          .map(({ status }, at) => ({
            ...targets[at],
            ordinal: at + 1,
            status,
            code: status === 'failed' ? 'C' : null,
          }))
          .slice(after);
        const found = [...lists.read(command, after)];
        expect(found.map(({ message: _message, ...rest }) => rest)).toEqual(expected);
        expect([...lists.failed(command, after)].map(({ ordinal }) => ordinal)).toEqual(
          expected.filter(({ status }) => status === 'failed').map(({ ordinal }) => ordinal),
        );
        const counts = lists.counts(command, model.length);
        for (const kind of kinds)
          expect(counts[kind]).toBe(model.filter(({ status }) => status === kind).length);
      },
    ),
    { numRuns: 40 },
  );
});

test('an outcome is written once', () => {
  state = openState(folder.path, () => epochMs(1));
  const lists = createCommandLists(state.db);
  lists.write('c', [{ session: 's' as SessionId, account: null, sealed: Buffer.alloc(1) }]);
  lists.settle('c', 'ended', [1]);
  expect(() => lists.settle('c', 'gone', [1])).toThrow(/UNIQUE/);
});
