import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PRESETS } from '#agent/stores/demo/presets.ts';
import type { TrueSession } from '#agent/stores/demo/truth.ts';
import { byTime } from '#agent/stores/demo/steps.ts';
import { planDay } from '#agent/stores/demo/day-plan.ts';
import { whereabouts } from '#agent/stores/demo/world.ts';
import { DAY, HOUR } from '#shared/domain/units.ts';
import { START, begin, live } from './recorded-life.ts';

const lives = new Map(PRESETS.map((preset) => [preset, live(preset)]));
const lifeOf = (preset: (typeof PRESETS)[number]) => {
  const life = lives.get(preset);
  if (life === undefined) throw new Error(`no life of ${preset}`);
  return life;
};

test.each(PRESETS)(
  '%s: the log is in order of time, within the history, and nothing is of the future',
  (preset) => {
    const { recording, state, world } = lifeOf(preset);
    expect(recording.log.length).toBeGreaterThan(300);
    let before = world.from;
    for (const row of recording.log) {
      expect(row.at).toBeGreaterThanOrEqual(before);
      expect(row.at).toBeLessThanOrEqual(START);
      before = row.at;
    }
    for (const session of state.sessions.values()) {
      expect(session.createdAt).toBeLessThanOrEqual(session.lastSeenAt);
      expect(session.lastSeenAt).toBeLessThanOrEqual(START);
      expect(session.expiresAt).toBeGreaterThan(START);
    }
  },
);

const begins = (row: { action: string; outcome: string; verb?: string }): boolean =>
  (row.action === 'login' && row.outcome === 'success') ||
  row.verb === 'session-renewed' ||
  row.verb === 'masquerade-start';
const ends = (row: { action: string; verb?: string }): boolean =>
  row.action === 'logout' || row.verb === 'session-ended' || row.verb === 'masquerade-end';

test.each(PRESETS)(
  '%s: every session begins once, ends at most once and after it began, and is live if it did not',
  (preset) => {
    const { recording, state } = lifeOf(preset);
    const open = new Set<string>();
    const known = new Set<string>();
    for (const row of recording.log) {
      const id = row.sessionId;
      if (id === undefined) continue;
      expect(id).toMatch(/^[0-9a-f]{32}$/);
      if (begins(row)) {
        expect(known.has(id)).toBe(false);
        known.add(id);
        open.add(id);
      } else if (ends(row)) {
        expect(open.delete(id)).toBe(true);
      } else if (row.action !== 'password-reset') {
        expect(open.has(id)).toBe(true);
      }
    }
    expect(open).toEqual(new Set(state.sessions.keys()));
  },
);

test.each(PRESETS)('%s: one browser of one person holds one session at a time', (preset) => {
  const { truth } = lifeOf(preset);
  const bySlot = new Map<string, TrueSession[]>();
  for (const session of truth.sessions()) {
    const slot = `${String(session.userId)}/${String(session.masqueradeBy)}/${session.userAgent}`;
    bySlot.set(slot, [...(bySlot.get(slot) ?? []), session]);
  }
  expect([...bySlot.values()].some((sessions) => sessions.length > 3)).toBe(true);
  for (const sessions of bySlot.values()) {
    const ordered = [...sessions].sort((a, b) => a.from - b.from);
    for (const [index, session] of ordered.entries()) {
      const next = ordered[index + 1];
      if (next !== undefined) expect(session.to ?? Infinity).toBeLessThanOrEqual(next.from);
    }
  }
});

test.each(PRESETS)('%s: all that people do is in it', (preset) => {
  const { recording } = lifeOf(preset);
  const kinds = new Set(
    recording.log.map((row) => `${row.action}/${row.outcome}/${row.reason ?? row.verb ?? ''}`),
  );
  for (const kind of [
    'login/success/password',
    'login/failure/bad-password',
    'logout/success/',
    'password-changed/success/',
    'other/success/expired',
  ])
    expect(kinds).toContain(kind);
  expect(recording.log.some((row) => row.action === 'activity')).toBe(true);
});

test('shop and intranet have support, administrators, one-time links and newcomers at work', () => {
  const rows = [...lifeOf('shop').recording.log, ...lifeOf('intranet').recording.log];
  const count = (found: (row: (typeof rows)[number]) => boolean): number => rows.filter(found).length;
  expect(count((row) => row.verb === 'masquerade-start' && row.actorName !== undefined)).toBeGreaterThan(0);
  expect(count((row) => row.action === 'role-changed' && row.actorName !== undefined)).toBeGreaterThan(0);
  expect(count((row) => row.action === 'password-reset')).toBeGreaterThan(0);
  expect(count((row) => row.action === 'account-created')).toBeGreaterThan(0);
  expect(count((row) => row.action === 'account-blocked')).toBeGreaterThan(0);
  expect(count((row) => row.reason === 'mfa-failed')).toBeGreaterThan(0);
  expect(count((row) => row.reason === 'unknown-account' && row.userId === undefined)).toBeGreaterThan(0);
});

test('a password change ends the other sessions of that person and renews the own', () => {
  const { recording, truth } = lifeOf('shop');
  const changes = recording.log.filter((row) => row.action === 'password-changed');
  expect(changes.length).toBeGreaterThan(5);
  for (const change of changes) {
    const after = truth
      .whoWasSignedInAt(change.at)
      .filter((session) => session.userId === change.userId && session.masqueradeBy === null);
    expect(after.map((session) => session.from)).toEqual([change.at]);
  }
});

test('who was signed in at a time agrees with the rows that the application kept', () => {
  const half = begin('intranet', { days: 4 });
  for (let at = half.world.from; at <= START; at += 7 * HOUR) {
    half.simulation.advance(at);
    const usable = [...half.state.sessions.values()].filter((session) => session.expiresAt > at);
    expect(new Set(half.truth.whoWasSignedInAt(at).map((session) => session.key))).toEqual(
      new Set(usable.map((session) => session.id)),
    );
  }
  const whole = begin('intranet', { days: 4 });
  whole.simulation.advance(START);
  const noon = START - 2 * DAY;
  expect(whole.truth.whoWasSignedInAt(noon).length).toBeGreaterThan(50);
  expect(whole.truth.whoWasSignedInAt(whole.world.from - 1)).toEqual([]);
});

test('equal seeds give equal lives, other seeds others', () => {
  const again = live('blog');
  expect(again.recording.log).toEqual(lifeOf('blog').recording.log);
  expect([...again.state.sessions.values()]).toEqual([...lifeOf('blog').state.sessions.values()]);
  expect(live('blog', { seed: 8 }).recording.log).not.toEqual(again.recording.log);
});

test('however the time is cut into steps, the same happens', () => {
  const whole = live('blog', { days: 3, people: 40 });
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), (cuts) => {
      const life = begin('blog', { days: 3, people: 40 });
      life.simulation.addRound({ at: START, when: 'history' });
      for (const cut of [...cuts].sort((a, b) => a - b))
        life.simulation.advance(life.world.from + cut * 3 * DAY);
      life.simulation.advance(START);
      expect(life.recording.log).toEqual(whole.recording.log);
    }),
    { numRuns: 8 },
  );
});

test('plans are in order, and nobody is at a device while under way', () => {
  const { world } = lifeOf('intranet');
  const travellers = world.people.filter((person) => person.travels);
  let underWay = 0;
  let away = 0;
  for (const person of travellers)
    for (let day = Math.floor(world.from / DAY); day < START / DAY; day += 1) {
      const where = whereabouts(world, person, day);
      const steps = planDay(world, person, day);
      if (where.is === 'under-way') {
        underWay += 1;
        expect(steps.filter((step) => step.kind === 'act')).toEqual([]);
      }
      if (where.is === 'away') away += 1;
      expect([...steps].sort(byTime).every((step) => Number.isInteger(step.at))).toBe(true);
    }
  expect(underWay).toBeGreaterThan(0);
  expect(away).toBeGreaterThan(0);
});

test('people work by day where they live', () => {
  const { truth, world } = lifeOf('intranet');
  const hours = truth.sessions().flatMap((session) => {
    const person = world.people[session.userId - 1];
    if (person?.group.id !== 'employee' || person.travels) return [];
    const shown = new Intl.DateTimeFormat('en-GB', {
      timeZone: person.home.timeZone,
      hour: '2-digit',
      hourCycle: 'h23',
    });
    return [Number(shown.format(session.from))];
  });
  const share = (from: number, to: number): number =>
    hours.filter((hour) => hour >= from && hour < to).length / hours.length;
  expect(share(6, 12)).toBeGreaterThan(0.5);
  expect(share(0, 5)).toBeLessThan(0.03);
});

test('a time that is skipped leaves no trace', () => {
  const life = begin('blog', { days: 6 });
  life.simulation.advance(START - 4 * DAY);
  const rows = life.recording.log.length;
  life.simulation.skip(START - 2 * DAY);
  expect(life.recording.log.length).toBe(rows);
  life.simulation.advance(START);
  const after = life.recording.log.slice(rows);
  expect(after.length).toBeGreaterThan(0);
  expect(after.every((row) => row.at > START - 2 * DAY)).toBe(true);
});

test('the simulator knows nothing of what looks for its attacks', () => {
  const folder = join(import.meta.dirname, '../../../src/agent/stores/demo');
  for (const file of readdirSync(folder))
    for (const [, source] of readFileSync(join(folder, file), 'utf8').matchAll(/from '([^']+)'/g))
      expect(source, file).not.toMatch(/detect|#engine|#geo|rules/);
});
