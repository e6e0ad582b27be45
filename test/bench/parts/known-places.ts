import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EnrichedEvent } from '#engine/detect/event.ts';
import { openKeeper, type Keeper } from '#engine/detections/keeper.ts';
import { createMemoryWriter } from '#engine/detections/memory-writer.ts';
import { storedSessions } from '#engine/detections/stored-keys.ts';
import { openReadable, transaction } from '#engine/mirror/database.ts';
import { mirrorFile } from '#engine/mirror/mirror-file.ts';
import { openMirror } from '#engine/mirror/open.ts';
import { ConnectionId } from '#shared/domain/ids.ts';
import { DAY, epochMs, SECOND } from '#shared/domain/units.ts';
import { addEnvironment } from '#test/support/environment.ts';
import { asTheThreadReads } from './read-events.ts';
import { note, quick, row, seeded } from './report.ts';

// The detections as the engine runs them, over their memory in the mirror: a quarter of a million accounts with four
// places each, on networks of their own, one of them abroad. Learning them is most of the time that this takes.

const PLACES = 4;
/** A trip, once; the other places are at home. */
const ABROAD = 1;
const HOME = [0, 2, 3];
const ACCOUNTS = quick ? 4_000 : 250_000;
/** Those who are at work on the day that is measured. */
const AT_WORK = ACCOUNTS / 10;
const MEASURED = quick ? 4_000 : 30_000;
/** Who signs in again and again: everything about them is at hand. */
const FEW = ACCOUNTS / 100;
const BATCH = 500;
const START = Date.parse('2026-03-01T00:00:00Z');
const LIMIT_MICROS = 25;
const MB = 1_048_576;
const COUNTRIES = [
  { country: 'FR', city: 'Paris', lat: 48.86, lon: 2.35 },
  { country: 'DE', city: 'Berlin', lat: 52.52, lon: 13.4 },
] as const;
const CLIENTS = [
  { os: { name: 'Windows', version: '11' }, browser: { name: 'Firefox', version: '140' }, device: 'desktop' },
  { os: { name: 'iOS', version: '19' }, browser: { name: 'Safari', version: '19' }, device: 'mobile' },
] as const;

let number = 0;
function signIn(person: number, place: number, ts: number): EnrichedEvent {
  number += 1;
  return {
    id: `k${String(number)}`,
    ts,
    receivedAt: ts,
    type: 'login',
    user: `person${String(person)}`,
    ip: `${String(20 + place)}.${String((person >> 16) & 255)}.${String((person >> 8) & 255)}.${String(person & 255)}`,
    session: null,
    userAgent: null,
    reason: null,
    enrich: {
      ...COUNTRIES[place === ABROAD ? 1 : 0],
      asn: 64_600 + place,
      asOrg: null,
      network: 'residential',
      trusted: false,
      ...CLIENTS[place % 2],
    },
  };
}

/** Processor time of what is done, µs; all threads of the process, so what is collected meanwhile too. */
function micros(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Processor time of a sign-in when a million places of accounts are known; and what they take. */
export function measureKnownPlaces(): void {
  const profile = mkdtempSync(join(tmpdir(), 'watchfloor-known-'));
  const opened = openMirror(profile, epochMs(START));
  if (opened.is !== 'open') throw new Error(opened.is);
  const { db } = opened;
  const id = ConnectionId.parse('known');
  const key = addEnvironment(db, id, { createdAt: START });
  const reading = openReadable(mirrorFile(profile));
  const writer = createMemoryWriter(db);
  const nothing = (): undefined => undefined;
  const keeper: Keeper = openKeeper(
    reading,
    { key, id },
    { blank: false, uncommitted: [], mirrored: storedSessions(reading, key, nothing), moved: nothing },
  );
  const save = (): void => {
    transaction(db, () => {
      const slices = keeper.save();
      let next = slices.next();
      for (; next.done !== true; next = slices.next()) writer.write(key, next.value);
      const { watermark } = next.value;
      keeper.saved(watermark === null ? [] : writer.forget(key, watermark));
    });
  };
  /** Works out sign-ins in batches and saves as the engine does. */
  const work = (many: number, event: (n: number) => EnrichedEvent, silent: boolean) => {
    const took = { evaluating: 0, saving: 0, found: 0 };
    for (let done = 0; done < many; done += BATCH) {
      const events = asTheThreadReads(
        Array.from({ length: Math.min(BATCH, many - done) }, (_, n) => event(done + n)),
      );
      took.evaluating += micros(() => {
        took.found += keeper.take({ silent, events }).deltas.length;
      });
      if (keeper.isFull(false) || done + BATCH >= many) took.saving += micros(save);
    }
    return took;
  };
  try {
    // Each place four days after the other, as they were always learned here: what was found meanwhile has settled.
    for (let place = 0; place < PLACES; place += 1)
      work(ACCOUNTS, (n) => signIn(n, place, START + (place + n / ACCOUNTS) * 4 * DAY), false);
    let now = START + PLACES * 4 * DAY;
    const random = seeded(5);
    const later = (): number => (now += SECOND);
    const among = (accounts: number) => (): EnrichedEvent =>
      signIn(
        Math.floor(random() * accounts) * (ACCOUNTS / accounts),
        HOME[Math.floor(random() * HOME.length)] ?? 0,
        later(),
      );
    // The morning: whoever is at work is read from the mirror.
    const morning = work(MEASURED, among(AT_WORK), false);
    const day = work(MEASURED, among(AT_WORK), false);
    const anybody = work(MEASURED, among(ACCOUNTS), false);
    const few = work(MEASURED, among(FEW), false);
    console.log(`  ${JSON.stringify({ morning, day, anybody, few })}`);
    const known = `${String(ACCOUNTS)} accounts with ${String(PLACES * ACCOUNTS)} known places`;
    const limited = (name: string, what: string, product: number, quote: boolean): void => {
      const of = { ceiling: LIMIT_MICROS, unit: 'µs/sign-in', goal: 1, better: 'lower', quote } as const;
      row({ name, what, product, ...of });
    };
    limited(
      'detect-known',
      `all detections: a sign-in of one of ${known}, a tenth of them at work`,
      day.evaluating / MEASURED,
      true,
    );
    limited(
      'detect-known-anybody',
      'the same when each of all accounts is as likely as the other',
      anybody.evaluating / MEASURED,
      true,
    );
    limited(
      'detect-known-few',
      'the same when a hundredth of them sign in again and again',
      few.evaluating / MEASURED,
      false,
    );
    const also = (name: string, what: string, product: number, unit: string): void => {
      row({ name, what, product, ceiling: null, unit, goal: null, better: 'lower' });
    };
    also(
      'detect-known-morning',
      'the same while those at work come: most were not seen for days',
      morning.evaluating / MEASURED,
      'µs/sign-in',
    );
    also(
      'detect-known-save',
      'saving what a day of those at work changed, with writing it to the mirror',
      day.saving / MEASURED,
      'µs/sign-in',
    );
    also(
      'detect-known-save-anybody',
      'the same when each of all accounts is as likely as the other',
      anybody.saving / MEASURED,
      'µs/sign-in',
    );
    const { heapUsed, external, rss } = process.memoryUsage();
    also('detect-known-heap', 'heap of the process meanwhile', heapUsed / MB, 'MB');
    also('detect-known-external', 'memory outside the heap: what is remembered, packed', external / MB, 'MB');
    also('detect-known-rss', 'memory of the process meanwhile, resident', rss / MB, 'MB');
    const size = Number(
      db.prepare('SELECT sum(length(body) + ifnull(length(packed), 0)) FROM detector_entity').pluck().get(),
    );
    also('detect-known-size', 'what is remembered of them, in the mirror', size / MB, 'MB');
    note(
      `Known places: ${known} were learned by ${String(ACCOUNTS * PLACES)} sign-ins; what is remembered of them lies in the mirror and, as far as a gigabyte goes, packed outside the heap; only what is at work is held as objects. Saving writes what changed since the last save.`,
    );
  } finally {
    reading.close();
    db.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
