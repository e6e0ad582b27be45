import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventInserter } from '#engine/mirror/event-inserter.ts';
import { EVENT_COLUMNS } from '#engine/mirror/segment-tables.ts';
import { testMirror } from '#test/support/test-mirror.ts';

const names = EVENT_COLUMNS.split(',').map((name) => name.trim());
/** What has a value in a row, a bit a column; the first is its number. */
const shapes = fc.array(fc.integer({ min: 0, max: 2 ** names.length - 1 }), { maxLength: 300 });

test('rows of any shape, of however many shapes, lie in the table as they were handed over', () => {
  const { db } = testMirror();
  db.exec(`CREATE TABLE events (${names.join(', ')})`);
  // One for all runs: there are soon more shapes than statements are kept of.
  const inserter = eventInserter(db, 'events');
  const written = db.prepare(`SELECT ${EVENT_COLUMNS} FROM events ORDER BY key`).raw();
  fc.assert(
    fc.property(shapes, fc.integer({ min: 1, max: 20 }), (given, every) => {
      db.exec('DELETE FROM events');
      const rows = given.map((shape, number) =>
        names.map((_, at) => (at === 0 ? number : (shape & (1 << at)) === 0 ? null : number * 100 + at)),
      );
      for (const [number, row] of rows.entries()) {
        inserter.add(row);
        if (number % every === 0) inserter.flush();
      }
      inserter.flush();
      expect(written.all()).toEqual(rows);
    }),
    { numRuns: 40 },
  );
});
