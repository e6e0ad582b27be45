import { expect, test } from 'vitest';
import type { ConnectionId, SessionId, AccountId } from '#shared/domain/ids.ts';
import type { MapPoints } from '#shared/ipc/views.ts';
import { NO_FILTER, placeKey, placeRequest, requestOf } from '#renderer/store/session-filter.ts';
import { MOST_CHOSEN, toggled } from '#renderer/store/selection-store.ts';

const C = 'c' as ConnectionId;

function pointsOf(list: readonly (readonly [string, number, number])[]): MapPoints {
  return {
    connections: [C],
    connection: new Uint16Array(list.length),
    ids: list.map(([id]) => id as SessionId),
    latitude: Float32Array.from(list.map(([, latitude]) => latitude)),
    longitude: Float32Array.from(list.map(([, , longitude]) => longitude)),
    place: list.map(() => ''),
    unplaced: 0,
  };
}
const choice = (...keys: string[]) => ({ keys: new Set(keys), label: '' });

test('a chosen cluster stands for the sessions that are at its places now', () => {
  const points = pointsOf([
    ['s1', 52.52, 13.405],
    ['s2', 48.85, 2.35],
    ['s3', 52.52, 13.405],
  ]);
  expect(placeRequest(points, choice(placeKey(52.52, 13.405)))).toEqual({
    ids: [
      { connection: C, id: 's1' },
      { connection: C, id: 's3' },
    ],
  });
});

test('a cluster from which everyone has gone asks for nobody, not for everybody', () => {
  expect(placeRequest(pointsOf([]), choice(placeKey(1, 1)))).toEqual({ ids: [] });
  expect(placeRequest(null, choice(placeKey(1, 1)))).toEqual({ ids: [] });
  expect(placeRequest(pointsOf([]), null)).toEqual({});
});

test('more sessions than a question may name are asked for by the box around them', () => {
  const list = Array.from({ length: 5_001 }, (_, index) => [`s${String(index)}`, index % 2, 10] as const);
  expect(placeRequest(pointsOf(list), choice(placeKey(0, 10), placeKey(1, 10)))).toEqual({
    box: { south: 0, west: 10, north: 1, east: 10 },
  });
});

test('only what was narrowed is asked for', () => {
  expect(requestOf(NO_FILTER)).toEqual({ state: 'live' });
  expect(
    requestOf({
      ...NO_FILTER,
      text: '  berlin ',
      connections: [C],
      account: { connection: C, id: 'a' as AccountId, name: 'n' },
    }),
  ).toEqual({
    state: 'live',
    text: 'berlin',
    connections: [C],
    account: { connection: C, id: 'a' },
  });
});

test('a selection toggles and never holds more than one command may name', () => {
  const session = (id: number) => ({ connection: C, id: `s${String(id)}` as SessionId });
  const one = toggled(new Map(), session(1));
  expect([...one.values()]).toEqual([session(1)]);
  expect(toggled(one, session(1)).size).toBe(0);
  const full = new Map(
    Array.from({ length: MOST_CHOSEN }, (_, index) => [`c s${String(index)}`, session(index)] as const),
  );
  expect(toggled(full, session(MOST_CHOSEN + 1)).size).toBe(MOST_CHOSEN);
});
