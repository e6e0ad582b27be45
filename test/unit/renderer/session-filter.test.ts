import { expect, test } from 'vitest';
import type { ConnectionId, SessionId, AccountId } from '#shared/domain/ids.ts';
import { placeCell } from '#shared/domain/place-cell.ts';
import { NO_FILTER, requestOf } from '#renderer/store/session-filter.ts';
import { MOST_CHOSEN, toggled } from '#renderer/store/selection-store.ts';

const C = 'c' as ConnectionId;

const BOX = { south: 0, west: 10, north: 1, east: 11 };

test('chosen places are asked for by name, and beyond what a question may name by the box around them', () => {
  const places = (count: number) => ({
    keys: new Set(Array.from({ length: count }, (_, index) => placeCell(0, index / 1_000))),
    label: '',
    box: BOX,
  });
  expect(requestOf({ ...NO_FILTER, places: places(1) })).toEqual({
    state: 'live',
    places: [placeCell(0, 0)],
  });
  expect(requestOf({ ...NO_FILTER, places: places(20_001) })).toEqual({ state: 'live', box: BOX });
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
