import { expect, test } from 'vitest';
import {
  dueText,
  keptFor,
  keptForOptions,
  samePolicy,
  withKeptFor,
} from '#renderer/store/retention-draft.ts';
import { ConnectionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { RetentionPolicy } from '#shared/ipc/mirror-contract.ts';

const shop = ConnectionId.parse('shop');
const none: RetentionPolicy = { rules: [], mostMegabytes: null, archiveFolder: null };

test('a choice becomes a rule, and the default takes it away again', () => {
  expect(keptFor(none, null, 'events')).toBe('forever');
  expect(keptFor(none, shop, 'events')).toBe('as-all');
  const all = withKeptFor(none, null, 'events', '90');
  const own = withKeptFor(all, shop, 'events', 'forever');
  expect(own.rules).toEqual([
    { connection: null, kind: 'events', days: 90 },
    { connection: shop, kind: 'events', days: null },
  ]);
  expect(keptFor(own, shop, 'events')).toBe('forever');
  expect(keptFor(own, shop, 'sessions')).toBe('as-all');
  expect(withKeptFor(withKeptFor(own, shop, 'events', 'as-all'), null, 'events', 'forever')).toEqual(none);
  expect(samePolicy(own, { ...own, rules: own.rules.toReversed() })).toBe(true);
  expect(samePolicy(own, all)).toBe(false);
});

test('a number that was set elsewhere can still be chosen', () => {
  expect(
    keptForOptions('45', true)
      .map(([value]) => value)
      .slice(0, 3),
  ).toEqual(['30', '45', '90']);
  expect(keptForOptions('as-all', false)[0]).toEqual(['as-all', 'As every environment']);
  expect(keptForOptions('forever', true)).toContainEqual(['365', '1 year']);
});

test('what is due is said in words', () => {
  const item = (kind: 'events' | 'sessions', rows: number) => ({
    connection: shop,
    name: 's',
    kind,
    before: epochMs(0),
    rows,
  });
  expect(dueText({ items: [], forSize: 0 })).toBeNull();
  expect(dueText({ items: [item('events', 1), item('sessions', 1_200)], forSize: 0 })).toBe(
    '1 event and 1,200 ended sessions',
  );
  expect(dueText({ items: [], forSize: 5 })).toBe('about 5 events');
});
