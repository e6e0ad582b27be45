import { expect, test } from 'vitest';
import { mirrorPages } from '#engine/detections/mirror-rows.ts';
import { createWriter } from '#engine/ingest/writer.ts';
import { fakeEvent } from '#test/support/fake-agent/fake-records.ts';
import { addEnvironment } from '#test/support/environment.ts';
import { testMirror } from '#test/support/test-mirror.ts';

const NOW = Date.UTC(2026, 4, 1);

test('events of one instant come in the order in which they were written, however many they are', () => {
  const { db } = testMirror(NOW);
  const connection = addEnvironment(db, 'one', { createdAt: NOW });
  const writer = createWriter(db, {
    enrich: () => ({ address: null, place: null, network: null, device: null }),
  });
  // More than a page at one instant, of accounts that an index by time would put in another order.
  const many = 5_000;
  for (let n = 0; n < many; n += 1) {
    const at = n < 100 ? NOW : n < 4_900 ? NOW + 1 : NOW + n;
    const account = { id: String((n * 7_919) % many), name: `name${String((n * 7_919) % many)}` };
    writer.audit.write(
      connection,
      fakeEvent(`e${String(n)}`, { at, recordedAt: at, action: 'login', outcome: 'success', account }),
      'stream',
    );
  }
  writer.flush();
  const wanted = { actions: ['login'], failures: false, more: false };
  const rows = [...mirrorPages(db, connection, wanted)].flat();
  expect(rows.map(([, , id]) => id)).toEqual(Array.from({ length: many }, (_, n) => `e${String(n)}`));
  const before = [...mirrorPages(db, connection, { ...wanted, until: NOW + 1 })].flat();
  expect(before).toHaveLength(100);
});
