// needs: data
import { isMainThread, Worker } from 'node:worker_threads';
import { createDetector } from '#engine/detect/detector.ts';
import type { DetectEvent } from '#engine/detect/event.ts';
import { EVALUATOR_THREAD } from '#engine/detections/evaluation/evaluator-thread.ts';
import { measureBackTest } from './parts/back-test.ts';
import { measureKnownPlaces } from './parts/known-places.ts';
import { note, quick, row, seeded } from './parts/report.ts';

// Cost of the whole catalogue per event.
const people = 5_000;
const total = quick ? 40_000 : 150_000;
/** Processor time an event may cost: 25 µs are 40,000 events a second on one core. */
const LIMIT_MICROS = 25;
const START = Date.parse('2026-03-01T00:00:00Z');
/** Four sign-ins a person and day. */
const SIGN_IN_GAP_MS = 86_400_000 / (people * 4);
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

const random = seeded(7);

const sessionOf = new Map<number, string>();
/** One attempt to sign in; a success ends the session that the person had. */
const signIn = (i: number): DetectEvent[] => {
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

/** Events with what arrives late: one in `everyLate` is delivered up to ten minutes after its turn. */
const arrange = (events: DetectEvent[], everyLate: number): DetectEvent[] =>
  everyLate === 0
    ? events
    : events
        .map((one, i) => ({
          one,
          at: i + (i % everyLate === 0 ? Math.floor(random() * Math.max(1, 600_000 / SIGN_IN_GAP_MS)) : 0),
        }))
        .sort((a, b) => a.at - b.at)
        .map(({ one }) => one);

const measure = (name: string, what: string, events: readonly DetectEvent[]): void => {
  const detector = createDetector();
  const half = Math.floor(events.length / 2);
  // The first half warms up the program and fills the memory of people and addresses.
  for (const one of events.slice(0, half)) detector.ingest(one);
  // Processor time, not wall clock: other work on the machine does not count.
  const before = process.cpuUsage().user;
  let changes = 0;
  for (const one of events.slice(half)) changes += detector.ingest(one).length;
  const micros = process.cpuUsage().user - before;
  console.log(`  ${name}: ${changes} changes`);
  row({
    name,
    what,
    product: micros / (events.length - half),
    ceiling: LIMIT_MICROS,
    unit: 'µs/event',
    goal: 1,
    better: 'lower',
  });
};

/** The catalogue alone, over what it remembers of a few thousand people. */
function measureCatalogue(): void {
  const events = Array.from({ length: total }, (_, i) => signIn(i)).flat();
  // Nearly every other event is the end of a session.
  measure('detect-in-order', 'all detections: sign-ins, in order', events);
  measure('detect-late', 'all detections: sign-ins, 1 in 20 late', arrange(events, 20));
  measure(
    'detect-activity',
    'all detections: session activity',
    Array.from({ length: total }, (_, i): DetectEvent => {
      const person = Math.floor(random() * people);
      return {
        id: `u${i}`,
        ts: new Date(START + i * SIGN_IN_GAP_MS).toISOString(),
        type: 'session-updated',
        user: `person${person}`,
        session: `s${person}-${Math.floor(i / people)}`,
        ip: `192.0.2.${person % 250}`,
        enrich: { ...cities[person % cities.length], ...clients[person % 2] },
      };
    }),
  );
  note('Processor time of one thread, not wall clock. The limit is the goal of 25 µs an event.');
}

/** In a thread with the memory that the product's has, and before anything else takes room. */
const inThread = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), {
      execArgv: [],
      resourceLimits: EVALUATOR_THREAD.resourceLimits,
    });
    thread.once('error', reject);
    thread.once('exit', () => {
      resolve();
    });
  });

if (isMainThread) {
  await inThread();
  measureCatalogue();
  await measureBackTest();
} else measureKnownPlaces();
