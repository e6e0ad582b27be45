import { expect, test } from 'vitest';
import { ConnectionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import { takenDrafts, type KnownHere } from '#renderer/store/rule-drafts.ts';

const shop = ConnectionId.parse('3a0d3f0e-4c69-4f4e-9a73-0d5b5f1d8a01');
const saved = (savedAt: number, basedOn = 1) => ({
  connection: shop,
  rules: [],
  basedOn,
  savedAt: epochMs(savedAt),
});
const here = (more: Partial<KnownHere>): KnownHere => ({
  drafts: new Map(),
  saving: new Set(),
  savedHere: new Map(),
  over: new Map(),
  ...more,
});
const basedOn = (more: Partial<KnownHere>, ...list: Parameters<typeof saved>[]) =>
  takenDrafts(
    here(more),
    list.map((one) => saved(...one)),
  ).get(shop)?.basedOn;

test('drafts of other windows are taken over, and gone with the list', () => {
  expect(basedOn({}, [10, 4])).toBe(4);
  expect(basedOn({ drafts: new Map([[shop, { rules: [], basedOn: 4 }]]) })).toBeUndefined();
});

test('what is being written here stays, and so does what was saved here after the list was read', () => {
  const drafts = new Map([[shop, { rules: [], basedOn: 7 }]]);
  expect(basedOn({ drafts, saving: new Set([shop]) }, [10, 4])).toBe(7);
  expect(basedOn({ savedHere: new Map([[shop, saved(11, 7)]]) }, [10, 4])).toBe(7);
  expect(basedOn({ savedHere: new Map([[shop, saved(9, 7)]]) }, [10, 4])).toBe(4);
});

test('a list from before it was published here does not bring it back; a later draft is a new one', () => {
  const over = new Map([[shop, 10]]);
  expect(basedOn({ over }, [10, 0])).toBeUndefined();
  expect(basedOn({ over }, [9, 0])).toBeUndefined();
  expect(basedOn({ over }, [11, 1])).toBe(1);
});
