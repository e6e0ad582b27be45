import { expect, test } from 'vitest';
import { ConnectionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { viewOf, wantOf } from '#engine/connections/view.ts';
import { insertConnection } from '#engine/mirror/connections.ts';
import { openMirror } from '#engine/mirror/open.ts';
import { beginSnapshot, completeSnapshot, stagePart } from '#engine/mirror/staging.ts';
import { fakeAccount, fakeHello, fakeSession } from '#test/support/fake-agent/fake-records.ts';
import { closing } from './cleanups.ts';

const open = closing();

/** A profile as a crash leaves it: a snapshot staged, all of it or not. */
function crashed(profile: string, url: string, complete: boolean): ConnectionId {
  const mirror = openMirror(profile, epochMs(1));
  if (mirror.is !== 'open') throw new Error(mirror.is);
  const id = ConnectionId.parse('c1');
  const key = insertConnection(mirror.db, {
    id,
    name: 'Fake',
    nameGiven: true,
    url,
    ca: null,
    colour: 0,
    demoKey: null,
    createdAt: 0,
  });
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
  if (complete) completeSnapshot(mirror.db, generation);
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
