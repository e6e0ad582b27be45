import { expect, test } from 'vitest';
import { AccountId } from '#shared/domain/ids.ts';
import { accountNames } from '#engine/people/account-names.ts';
import { addNote, notes, removeNote, restoreNote } from '#engine/people/notes.ts';
import { fakeSession, opened } from '#test/support/fake-agent/fake-records.ts';
import { ingestWorld, type IngestWorld } from '../ingest/world.ts';

async function withAnna(): Promise<IngestWorld> {
  const world = ingestWorld();
  await world.write([opened(1, fakeSession('s/1', { account: { id: 'a/1', name: 'anna' } }))]);
  return world;
}
const all = ({ db }: IngestWorld) => notes(db, { limit: 100 });

test('a note says whose person or session it is about, also where ids hold slashes', async () => {
  const world = await withAnna();
  const { id } = world.who;
  for (const subject of [`person/${id}/a/1`, `session/${id}/s/1`, `person/${id}/nobody`, 'address/192.0.2.1'])
    addNote(world.db, { subject, text: 'seen' }, 5, 'Op');
  expect(all(world).map(({ about }) => about)).toEqual([null, null, 'anna', 'anna']);
});

test('an operator bookmarks a thing once; taking it away can be taken back', async () => {
  const world = await withAnna();
  const subject = 'address/192.0.2.1';
  const first = addNote(world.db, { subject, text: '' }, 5, 'Op');
  expect(addNote(world.db, { subject, text: '' }, 6, 'Op').key).toBe(first.key);
  expect(addNote(world.db, { subject, text: '' }, 6, 'Another').key).not.toBe(first.key);
  addNote(world.db, { subject, text: 'ours' }, 7, 'Op');
  expect(all(world).map(({ text, by }) => [text, by])).toEqual([
    ['ours', 'Op'],
    ['', 'Another'],
    ['', 'Op'],
  ]);
  removeNote(world.db, first.key, 8);
  expect(all(world)).toHaveLength(2);
  // What was taken away is no bookmark: a new one may be made.
  expect(addNote(world.db, { subject, text: '' }, 9, 'Op').key).not.toBe(first.key);
  restoreNote(world.db, first.key);
  expect(all(world)).toHaveLength(4);
});

test('accounts are called by their names in the environments that have them', async () => {
  const world = await withAnna();
  const ids = ['nobody', 'a/1'].map((id) => AccountId.parse(id));
  const anna = [{ connection: world.who.id, id: 'a/1', name: 'anna' }];
  expect(accountNames(world.db, { connection: null, ids })).toEqual(anna);
  expect(accountNames(world.db, { connection: world.who.id, ids })).toEqual(anna);
  expect(accountNames(world.db, { connection: 'other' as never, ids })).toEqual([]);
});
