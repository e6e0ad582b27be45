import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backTest } from '#engine/detections/back-test.ts';
import { openReadable } from '#engine/mirror/database.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { openGeo, resolveGeoData } from '#geo/open.ts';
import { ConnectionId } from '#shared/domain/ids.ts';
import { DAY } from '#shared/domain/units.ts';
import { fillMirror } from '#test/support/big-mirror.ts';
import { median, note, quick, row } from './report.ts';

/** Mirrored events a second that a back-test of one changed detection must manage. */
const GOAL = 200_000;
const events = quick ? 60_000 : 400_000;
const rounds = quick ? 1 : 3;

const CHANGES = [
  ['travel', 'impossible travel', { impossibleTravel: { maxSpeedKmh: 600 } }],
  ['brute-force', 'brute force', { bruteForce: { failures: 5 } }],
  ['country', 'new country', { newCountry: null }],
] as const;

/** What one changed detection costs over a mirror: read, decoded, prepared and worked out with both settings. */
export async function measureBackTest(): Promise<void> {
  const { enricher } = await openGeo({ files: resolveGeoData(process.cwd()) });
  const profile = mkdtempSync(join(tmpdir(), 'watchfloor-back-test-'));
  try {
    fillMirror(profile, {
      events,
      sessions: 20_000,
      connections: 1,
      settled: true,
      since: Date.UTC(2026, 0, 1),
      until: Date.UTC(2026, 0, 1) + 60 * DAY,
      enricher,
    });
    const run = (settings: (typeof CHANGES)[number][2]): { readonly rate: number; readonly read: number } => {
      const db = openReadable(mirrorFile(profile));
      try {
        const question = backTest(db, { connection: ConnectionId.parse('big-0'), settings: { ...settings } });
        const before = process.cpuUsage().user;
        for (;;) {
          const step = question.next();
          if (step.done !== true) continue;
          return { rate: (1e6 * events) / (process.cpuUsage().user - before), read: step.value.events };
        }
      } finally {
        db.close();
      }
    };
    run(CHANGES[0][2]);
    for (const [name, words, settings] of CHANGES) {
      const runs = Array.from({ length: rounds }, () => run(settings));
      console.log(`  ${name}: ${String(runs[0]?.read)} of ${String(events)} events concern it`);
      row({
        name: `back-test-${name}`,
        what: `back-test, ${words} changed: mirrored events a second`,
        product: median(runs.map(({ rate }) => rate)),
        ceiling: GOAL,
        unit: 'events/s',
        goal: 1,
        better: 'higher',
      });
    }
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
  note(
    'Back-test: every kind of event is mirrored, sign-ins are what these detections read; worked out with the settings that apply and with the changed ones.',
  );
}
