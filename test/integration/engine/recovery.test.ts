import { expect, test } from 'vitest';
import { ConnectionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { viewOf, wantOf } from '#engine/connections/view.ts';
import { openMirror } from '#engine/mirror/open.ts';
import { beginSnapshot, completeSnapshot, stagePart } from '#engine/mirror/staging.ts';
import { createWriter } from '#engine/ingest/writer.ts';
import type { WritableDb } from '#engine/mirror/database.ts';
import { fakeAccount, fakeEvent, fakeHello, fakeSession } from '#test/support/fake-agent/fake-records.ts';
import { testGeo } from '#test/support/test-engine.ts';
import { addEnvironment } from '#test/support/environment.ts';
import { closing } from './cleanups.ts';

const open = closing();

const openWriter = (db: WritableDb) => createWriter(db, testGeo.enricher);

/** A profile as a crash leaves it: a snapshot staged, all of it or not. */
function crashed(profile: string, url: string, complete: boolean): ConnectionId {
  const mirror = openMirror(profile, epochMs(1));
  if (mirror.is !== 'open') throw new Error(mirror.is);
  const id = ConnectionId.parse('c1');
  const key = addEnvironment(mirror.db, id, { name: 'Fake', url });
  const hello = fakeHello();
  const generation = beginSnapshot(mirror.db, {
    connection: key,
    epoch: 'e1',
    asOf: 7,
    view: viewOf(hello, wantOf(hello)),
  });
  const account = fakeAccount('account-one', { roles: ['editor'] });
  stagePart(
    mirror.db,
    generation,
    [{ id: 'one', body: JSON.stringify(fakeSession('one')) }],
    [{ id: account.id, body: JSON.stringify(account) }],
  );
  if (complete) completeSnapshot(mirror.db, generation, { at: 1, after: null });
  mirror.db.close();
  return id;
}

test('a snapshot that had come whole is applied after a crash, and the stream goes on behind it', async () => {
  const agent = await open.agent({}, { hello: { log: { head: 7 } } });
  const profile = open.folder();
  const id = crashed(profile, agent.url, true);
  const engine = open.engine(profile, { tokens: { [id]: 't' } });
  await engine.live();
  const console = await agent.console();
  expect(console.subscriptions.map((one) => one.resume)).toEqual([{ epoch: 'e1', seq: 7 }]);
  expect(await engine.sessions()).toMatchObject([{ id: 'one', roles: ['editor'] }]);
  await engine.until('nothing is left over', () =>
    Promise.resolve(
      engine.rows('SELECT (SELECT count(*) FROM staged_session) + (SELECT count(*) FROM snapshot) AS n')[0]?.[
        'n'
      ] === 0,
    ),
  );
});

test('a snapshot that was interrupted by a crash leaves no trace', async () => {
  const agent = await open.agent({}, { hello: { log: { head: 7 } } });
  const profile = open.folder();
  const id = crashed(profile, agent.url, false);
  const engine = open.engine(profile, { tokens: { [id]: 't' } });
  const console = await agent.console();
  await agent.until('subscribed', () => console.subscriptions.length > 0);
  expect(console.subscriptions[0]?.resume).toBeNull();
  expect(await engine.sessions()).toEqual([]);
  await engine.until('nothing is left over', () =>
    Promise.resolve(engine.rows('SELECT count(*) AS n FROM staged_session')[0]?.['n'] === 0),
  );
});

test('a crash between a snapshot and its position leaves no gap: what no stream tells of is read from the history', async () => {
  const now = Date.now();
  const HOUR = 3_600_000;
  const account = { id: 'cy', name: 'cy' };
  const asked: { since?: number }[] = [];
  const agent = await open.agent(
    {
      answer: (event, payload) => {
        if (event !== 'history') return { ok: false, error: { code: 'UNSUPPORTED', message: '' } };
        asked.push(payload);
        return {
          ok: true,
          items: [
            fakeEvent('in', { at: now - HOUR, sessionId: 'short', account }),
            fakeEvent('out', { at: now - HOUR / 2, sessionId: 'short', action: 'logout', account }),
          ].reverse(),
        };
      },
    },
    { hello: { log: { epoch: 'e2', head: 7 } } },
  );
  const profile = open.folder();
  const id = crashed(profile, agent.url, false);
  const mirror = openMirror(profile, epochMs(1));
  if (mirror.is !== 'open') throw new Error(mirror.is);
  const { db } = mirror;
  const hello = fakeHello({ log: { epoch: 'e2', head: 7 } });
  const view = viewOf(hello, wantOf(hello));
  // It was read whole long ago, was true until two hours ago, and knew a session that the new snapshot does not name.
  const past = openWriter(db);
  past.sessions.upsert(1, fakeSession('gone'), now - 3 * HOUR, view);
  past.flush();
  db.prepare('UPDATE connection SET hello = ?').run(JSON.stringify(hello));
  db.prepare('INSERT INTO fresh (connection, as_of) VALUES (1, ?)').run(now - 2 * HOUR);
  db.prepare('INSERT INTO history (connection, snapshot_at, done) VALUES (1, 1, 1)').run();
  const generation = beginSnapshot(db, { connection: 1, epoch: 'e2', asOf: 7, view });
  stagePart(db, generation, [{ id: 'one', body: JSON.stringify(fakeSession('one')) }], []);
  completeSnapshot(db, generation, { at: now, after: now - 2 * HOUR });
  db.close();

  const engine = open.engine(profile, { tokens: { [id]: 't' } });
  await engine.until('what happened in the gap', () =>
    Promise.resolve(engine.rows("SELECT 1 FROM audit WHERE id IN ('in', 'out')").length === 2),
  );
  expect(asked.map(({ since }) => since)).toEqual([now - 3 * HOUR]);
  expect((await engine.sessions()).map((row) => row.id)).toEqual(['one']);
  expect(
    engine.rows(
      `SELECT h.id, s.ended_after, s.ended_at FROM session s JOIN handle h ON h.key = s.key
       WHERE s.ended_at IS NOT NULL ORDER BY h.id`,
    ),
  ).toEqual([
    { id: 'gone', ended_after: now - 2 * HOUR, ended_at: now },
    { id: 'short', ended_after: null, ended_at: now - HOUR / 2 },
  ]);
});
