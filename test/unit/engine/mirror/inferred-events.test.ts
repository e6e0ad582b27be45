import { expect, test } from 'vitest';
import { SessionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { sessionDetail } from '#engine/mirror/ask-sessions.ts';
import { audited, closed, fakeEvent, fakeSession, opened } from '#test/support/fake-agent/fake-records.ts';
import { ingestWorld } from '../ingest/world.ts';

const OWN = '91.1.1.1';
const activity = (id: string, at: number, over: object = {}) =>
  fakeEvent(id, { at, action: 'activity', account: { id: 'ann', name: 'ann' }, ip: OWN, ...over });

test('events that name no session are told with the one that their account had open at their address, and with no other', async () => {
  const world = ingestWorld();
  const sight = { at: 1_000, ip: OWN, userAgent: null };
  const session = fakeSession('s1', { account: { id: 'ann', name: 'ann' }, opened: sight, last: sight });
  const events = [
    activity('before', 999),
    activity('first', 1_000),
    activity('named', 2_000, { sessionId: 's1' }),
    activity('elsewhere', 2_500, { ip: '8.8.8.8' }),
    activity('of-another', 2_600, { account: { id: 'bob', name: 'bob' } }),
    activity('of-another-session', 2_700, { sessionId: 's2' }),
    activity('last', 4_000),
    activity('after', 4_001),
  ];
  await world.write([
    opened(1, session),
    ...events.map((event, index) => audited(index + 2, event)),
    closed(events.length + 2, 's1', 'logout', 4_000),
  ]);
  const question = sessionDetail(
    world.db,
    { connection: world.who.id, id: SessionId.parse('s1') },
    epochMs(9_000),
  );
  let step = question.next();
  while (step.done !== true) step = question.next();
  expect(step.value?.audit.map(({ id }) => id)).toEqual(['named']);
  expect(step.value?.inferred.map(({ id }) => id)).toEqual(['last', 'first']);
});
