// needs: data
import { openLookUp } from '#engine/detect/look-up.ts';
import { measurePrecision, mediumOrAbove } from '#test/support/precision.ts';
import { simulatedLog } from '#test/support/simulated-log.ts';
import { note, quick, row } from './parts/report.ts';

// How often the detections are wrong about innocent people: simulated applications of seeds that no number was
// tuned on, thirty days of history and thirty days live, with attacks among them.
const PRESETS = ['intranet', 'shop', 'blog'] as const;
const SEEDS = quick ? [9001] : [9001, 9002, 9003];
/** At most this many findings of medium severity or above for a thousand days of a person. */
const LIMIT = 1;

const { enricher } = await openLookUp(process.cwd());
const wrong = new Map<string, number>();
const silenced = new Map<string, number>();
let [days, attacks, missed, loud] = [0, 0, 0, 0];
const count = (map: Map<string, number>, key: string): void => {
  map.set(key, (map.get(key) ?? 0) + 1);
};
for (const seed of SEEDS)
  for (const preset of PRESETS) {
    const log = simulatedLog({ preset, seed, history: 30, days: 30, rounds: 4 });
    const result = measurePrecision(log, enricher);
    const medium = result.innocent.filter(mediumOrAbove);
    days += result.personDays;
    attacks += result.attacks;
    missed += result.missed.length;
    loud += medium.length;
    for (const { detection } of medium) count(wrong, detection);
    for (const record of result.filtered)
      if (mediumOrAbove(record)) count(silenced, `${record.detection} (${record.filtered ?? ''})`);
    console.log(
      `  ${preset}, seed ${seed}: ${result.events} events, ${medium.length} findings in ${result.personDays} person-days; missed: ${result.missed.join('; ') || 'nothing'}`,
    );
  }
row({
  name: 'precision-innocent',
  what: 'findings of medium or above about innocent people',
  product: (1_000 * loud) / days,
  ceiling: LIMIT,
  unit: 'per 1,000 person-days',
  goal: 1,
  better: 'lower',
  quote: true,
});
row({
  name: 'precision-attacks',
  what: 'simulated attacks found',
  product: attacks - missed,
  ceiling: attacks,
  unit: 'attacks',
  goal: 1,
  better: 'higher',
});
const list = (map: ReadonlyMap<string, number>): string =>
  [...map]
    .sort((a, b) => b[1] - a[1])
    .map(([name, times]) => `${name} ${times}`)
    .join(', ') || 'none';
note(
  `Seeds ${SEEDS.join(', ')} of the presets ${PRESETS.join(', ')}: ${days} person-days after 30 days of history. Findings by detection: ${list(wrong)}. Silenced: ${list(silenced)}.`,
);
