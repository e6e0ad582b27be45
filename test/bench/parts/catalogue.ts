import { createDetector } from '#engine/detect/detector.ts';
import type { DetectEvent, EnrichedEvent } from '#engine/detect/event.ts';
import { asTheThreadReads } from './read-events.ts';
import { note, quick, row, seeded } from './report.ts';

// Cost of the whole catalogue per event, over what it remembers of a few thousand people.
const people = 5_000;
const total = quick ? 40_000 : 150_000;
/** Processor time an event may cost: 25 µs are 40,000 events a second on one core. */
const LIMIT_MICROS = 25;
const START = Date.parse('2026-03-01T00:00:00Z');
/** Four sign-ins a person and day. */
const SIGN_IN_GAP_MS = 86_400_000 / (people * 4);
/** Late events are delivered up to so much later; in events. */
const MOST_LATE = Math.floor(600_000 / SIGN_IN_GAP_MS);
/** Events are made in slices, as batches come from an agent: nobody holds a week of them. */
const SLICE = 500;
const cities = [
  { country: 'FR', lat: 48.86, lon: 2.35, asn: 64_501 },
  { country: 'DE', lat: 52.52, lon: 13.4, asn: 64_502 },
  { country: 'US', lat: 40.71, lon: -74.01, asn: 64_503 },
  { country: 'JP', lat: 35.68, lon: 139.65, asn: 64_504 },
] as const;
const clients = [
  { os: { name: 'Windows', version: '11' }, browser: { name: 'Firefox', version: '140' }, device: 'desktop' },
  { os: { name: 'iOS', version: '19' }, browser: { name: 'Safari', version: '19' }, device: 'mobile' },
] as const;

type Turn = (i: number) => readonly DetectEvent[];

/** One attempt to sign in at each turn; a success ends the session that the person had. */
function signIns(random: () => number): Turn {
  const sessionOf = new Map<number, string>();
  return (i) => {
    const person = Math.floor(random() * people);
    const away = random() < 0.005;
    const home = person % cities.length;
    const failed = random() < 0.03;
    const at = START + i * SIGN_IN_GAP_MS;
    const [user, session, previous] = [`person${person}`, `s${i}`, sessionOf.get(person)];
    const attempt: DetectEvent = {
      id: `e${i}`,
      ts: new Date(at).toISOString(),
      type: failed ? 'login-failed' : 'login',
      user,
      ip: `8${home}.${(person >> 8) & 255}.${person & 255}.${away ? 2 : 1}`,
      ...(failed ? { reason: 'bad password' } : { session }),
      enrich: {
        ...cities[away ? (home + 1) % cities.length : home],
        ...clients[person % 2],
        network: 'residential',
      },
    };
    if (failed) return [attempt];
    sessionOf.set(person, session);
    if (previous === undefined) return [attempt];
    const end: DetectEvent = {
      id: `c${i}`,
      ts: new Date(at - 1).toISOString(),
      type: 'session-closed',
      user,
      session: previous,
      reason: 'logout',
    };
    return [end, attempt];
  };
}

/** One use of a session at each turn. */
function activity(random: () => number): Turn {
  return (i) => {
    const person = Math.floor(random() * people);
    return [
      {
        id: `u${i}`,
        ts: new Date(START + i * SIGN_IN_GAP_MS).toISOString(),
        type: 'session-updated',
        user: `person${person}`,
        session: `s${person}-${Math.floor(i / people)}`,
        ip: `192.0.2.${person % 250}`,
        enrich: { ...cities[person % cities.length], ...clients[person % 2] },
      },
    ];
  };
}

/** The events of all turns in order of arrival: one in `everyLate` up to ten minutes after its turn; 0: none. */
function* slices(turn: Turn, everyLate: number, random: () => number): Generator<readonly EnrichedEvent[]> {
  let waiting: { readonly event: DetectEvent; readonly at: number }[] = [];
  let made = 0;
  for (let from = 0; from < total; from += SLICE) {
    for (let i = from; i < Math.min(total, from + SLICE); i += 1)
      for (const event of turn(i)) {
        const late = everyLate > 0 && made % everyLate === 0 ? Math.floor(random() * MOST_LATE) : 0;
        waiting.push({ event, at: made + late });
        made += 1;
      }
    waiting.sort((a, b) => a.at - b.at);
    const arrived = waiting.filter(({ at }) => at < made);
    waiting = waiting.slice(arrived.length);
    yield asTheThreadReads(arrived.map(({ event }) => event));
  }
  yield asTheThreadReads(waiting.map(({ event }) => event));
}

const MEASURES = {
  'in-order': { what: 'sign-ins, in order', turns: signIns, everyLate: 0 },
  late: { what: 'sign-ins, 1 in 20 late', turns: signIns, everyLate: 20 },
  activity: { what: 'session activity', turns: activity, everyLate: 0 },
} as const;
export type CatalogueMeasure = keyof typeof MEASURES;
export const CATALOGUE_MEASURES = Object.keys(MEASURES) as readonly CatalogueMeasure[];

/** Processor time that the whole catalogue takes for an event. */
export function measureCatalogue(name: CatalogueMeasure): void {
  const { what, turns, everyLate } = MEASURES[name];
  const random = seeded(7);
  const detector = createDetector();
  let [slice, changes, measured, micros] = [0, 0, 0, 0];
  for (const events of slices(turns(random), everyLate, random)) {
    // Processor time, not wall clock: other work on the machine does not count.
    const before = process.cpuUsage().user;
    for (const one of events) changes += detector.ingest(one).length;
    const took = process.cpuUsage().user - before;
    slice += 1;
    // The first half warms up the program and fills the memory of people and addresses.
    if (slice * SLICE <= total / 2) continue;
    micros += took;
    measured += events.length;
  }
  console.log(`  detect-${name}: ${changes} changes`);
  row({
    name: `detect-${name}`,
    what: `all detections: ${what}`,
    product: micros / measured,
    ceiling: LIMIT_MICROS,
    unit: 'µs/event',
    goal: 1,
    better: 'lower',
  });
  // Once; nearly every other event of the sign-ins is the end of a session.
  if (name === 'in-order')
    note(
      'Processor time of a process, not wall clock, and of all its threads: what is collected meanwhile counts. The limit is the goal of 25 µs an event. Each kind is measured in a thread of its own, with the memory that the product gives its own; events are made in slices, and read from lines of the log as the product’s thread reads them, while nothing is measured.',
    );
}
