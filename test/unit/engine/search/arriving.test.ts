import { expect, test } from 'vitest';
import { epochMs } from '#shared/domain/units.ts';
import { SESSION_SORTS } from '#shared/ipc/session-sorts.ts';
import { transaction } from '#engine/mirror/database.ts';
import { sealStep } from '#engine/mirror/seal.ts';
import { scopeOf } from '#engine/mirror/search/scope.ts';
import { searchAudit, type FoundEvents } from '#engine/mirror/search/search-audit.ts';
import { searchSessions } from '#engine/mirror/search/search-sessions.ts';
import { fakeEvent, fakeSession } from '#test/support/fake-agent/fake-records.ts';
import { ask } from '#test/support/ask.ts';
import { ingestWorld, type IngestWorld } from '../ingest/world.ts';

const NOW = 100_000;
const FIRST = 60;

let state = 11;
const random = (most: number): number =>
  ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32) * most;

/** Rows at random times: in front of whoever pages, behind them, and at the very instant where they stand. */
function arrive(world: IngestWorld, prefix: string, count: number): void {
  const { db, writer, who } = world;
  transaction(db, () => {
    for (let n = 0; n < count; n += 1) {
      const id = `${prefix}-${String(n)}`;
      const at = Math.round(random(40)) * 1_000;
      const name = `n${String(Math.round(random(9)))}`;
      const ip = `8.8.${String(Math.round(random(5)))}.1`;
      writer.audit.write(
        who.key,
        fakeEvent(id, { at, account: { id: name, name } }),
        n % 3 === 0 ? 'history' : 'stream',
      );
      const seen = { at, ip, userAgent: `curl/${String(Math.round(random(4)))}` };
      const last = n % 7 === 0 ? { at: null, ip: null, userAgent: null } : seen;
      writer.sessions.upsert(
        who.key,
        fakeSession(id, { account: { id: name, name }, opened: seen, last }),
        at,
        'v',
      );
      if (n % 4 === 0) writer.sessions.close(who.key, id, { at: at + 500, reason: 'logout' });
    }
    writer.flush();
  });
  transaction(db, () => sealStep(db));
}

/** Every page, with rows arriving after each of them. */
function paged(
  world: IngestWorld,
  page: (cursor: string | null) => { ids: readonly string[]; next: string | null },
) {
  const ids: string[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const got = page(cursor);
    ids.push(...got.ids);
    cursor = got.next;
    pages += 1;
    if (pages <= 6) arrive(world, `late-${String(pages)}`, 5);
  } while (cursor !== null);
  expect(new Set(ids).size, 'nothing twice').toBe(ids.length);
  expect(ids.filter((id) => id.startsWith('first-')).sort(), 'nothing left out').toEqual(
    Array.from({ length: FIRST }, (_, n) => `first-${String(n)}`).sort(),
  );
}

test.each([true, false])(
  'events are paged without a gap and without a repeat while others arrive (newest first: %s)',
  (descending) => {
    const world = ingestWorld({ leastRows: 10 });
    arrive(world, 'first', FIRST);
    paged(world, (cursor) => {
      const search = scopeOf(world.db, 'audit', { search: '', zone: 'utc' }, NOW);
      const found: FoundEvents = ask(searchAudit(world.db, search, { descending, cursor, limit: 7 }));
      const id = world.db.prepare('SELECT id FROM audit WHERE key = ?').pluck();
      return { ids: found.keys.map((key) => String(id.get(key))), next: found.next };
    });
  },
);

test.each(SESSION_SORTS.flatMap((by) => [[by, true] as const, [by, false] as const]))(
  'so are sessions in the order of %s (descending: %s)',
  (by, descending) => {
    const world = ingestWorld();
    arrive(world, 'first', FIRST);
    paged(world, (cursor) => {
      const search = scopeOf(world.db, 'sessions', { search: '', zone: 'utc' }, NOW);
      const found = ask(
        searchSessions(world.db, search, { by, descending }, { cursor, limit: 7, now: epochMs(NOW) }),
      );
      const id = world.db.prepare('SELECT id FROM handle WHERE key = ?').pluck();
      return { ids: found.keys.map((key) => String(id.get(key))), next: found.next };
    });
  },
);
