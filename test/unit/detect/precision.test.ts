import { beforeAll, expect, test } from 'vitest';
import { openLookUp } from '#engine/detect/look-up.ts';
import type { Enricher } from '#geo/enrich.ts';
import { measurePrecision, mediumOrAbove } from '#test/support/precision.ts';
import { simulatedLog } from '#test/support/simulated-log.ts';

// A smaller version of `npm run bench -- --only precision`.
let enricher: Enricher;
beforeAll(async () => {
  ({ enricher } = await openLookUp(process.cwd()));
});

test.each([
  ['blog', 9101, 60],
  ['shop', 9104, 90],
] as const)(
  '%s, seed %i: the attacks are found, and innocent people are left in peace',
  (preset, seed, people) => {
    const log = simulatedLog({ preset, seed, people, history: 25, days: 25, rounds: 3 });
    const result = measurePrecision(log, enricher);
    expect(result.attacks).toBe(9);
    expect(result.missed).toEqual([]);
    const loud = result.innocent.filter(mediumOrAbove);
    expect(
      (1_000 * loud.length) / result.personDays,
      loud
        .map(
          ({ detection, evidence }) =>
            `${detection}: ${evidence.summary} ${JSON.stringify(evidence['alerts'] ?? '')}`,
        )
        .join('\n'),
    ).toBeLessThan(1);
    // Some of them use a VPN every day: that is silenced, not unseen.
    expect(result.filtered.some(({ filtered }) => filtered === 'habitual_network')).toBe(
      log.world.people.some(({ vpnIp }) => vpnIp !== null),
    );
  },
  60_000,
);
