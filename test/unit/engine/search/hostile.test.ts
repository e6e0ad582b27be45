import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FIELDS } from '#shared/query/catalogue.ts';
import { parseQuery } from '#shared/query/parse.ts';
import { openReadable } from '#engine/mirror/database.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { countAudit, countSessions } from '#engine/mirror/search/count.ts';
import { scopeOf } from '#engine/mirror/search/scope.ts';
import { ask } from '#test/support/ask.ts';
import { NOW, randomWorld } from './random-world.ts';

const PIECES = [
  ...FIELDS.map(({ name }) => `${name}:`),
  ...['(', ')', '-', ' OR ', '|', '"', '..', '<', '>=', '=', '*', '?', ',', '\\', 'NOT '],
  ...["'", '%', '_', '[', ']', ';--', 'none', 'any', '2026-02-30', '10.0.0.0/8', '::1', '1e99', '-1', '30m'],
  ...['999999999999999999999', '\u0000', '\ud800', '🙂', 'ä'],
];

test('whatever is typed is either refused with its place or answered', async () => {
  const made = await randomWorld(3, { sessions: 20, events: 20 });
  const db = openReadable(mirrorFile(made.world.profile));
  const piece = fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 5 }));
  const search = fc.array(piece, { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(search, fc.constantFrom('sessions', 'audit'), fc.boolean(), (text, table, then) => {
      const parsed = parseQuery(text, table);
      if (!parsed.ok) {
        const { offset, length, message } = parsed.error;
        expect(message).not.toBe('');
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset + length).toBeLessThanOrEqual(text.length + 1);
        return;
      }
      const compiled = scopeOf(db, table, { search: text, zone: 'utc' }, NOW, then ? NOW - 1e8 : undefined);
      const counted = ask(
        table === 'sessions'
          ? countSessions(db, compiled, { at: null, most: null })
          : countAudit(db, compiled, null),
      );
      expect(counted.value).toBeLessThanOrEqual(20);
    }),
    { numRuns: 1_500, seed: 20_261_122 },
  );
  db.close();
  made.world.close();
});
