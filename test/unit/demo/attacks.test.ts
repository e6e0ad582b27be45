import { expect, test } from 'vitest';
import { planRound } from '#agent/stores/demo/attacks.ts';
import { devicesAt } from '#agent/stores/demo/device-life.ts';
import { dayOf } from '#agent/stores/demo/local-time.ts';
import { PRESETS } from '#agent/stores/demo/presets.ts';
import { distanceKm } from '#agent/stores/demo/places.ts';
import { readUserAgent } from '#geo/user-agent.ts';
import { DAY, HOUR, MINUTE } from '#shared/domain/units.ts';
import { START, begin, live } from './recorded-life.ts';

test.each(PRESETS)(
  '%s: history holds a cookie theft, a spray with a hit, and an impossible journey',
  (preset) => {
    const { simulation, recording, truth, world } = live(preset, { days: 20 });
    const kinds = simulation.attacks.map((attack) => attack.kind);
    expect([...kinds].sort()).toEqual(['cookie-theft', 'impossible-travel', 'password-spray']);
    for (const attack of simulation.attacks) {
      expect(attack.from).toBeGreaterThan(world.from);
      expect(attack.until).toBeLessThan(START - DAY / 2);
      expect(attack.intruderPlace.country).not.toBe(attack.victim.home.country);
      const rows = recording.log.filter((row) => row.ip === attack.intruderIp && row.at >= attack.from - 1);
      const logins = rows.filter((row) => row.action === 'login' && row.outcome === 'success');
      if (attack.kind === 'cookie-theft') {
        expect(logins).toEqual([]);
        // The thief's traces are in a session that the victim opened elsewhere.
        const stolen = rows.filter((row) => row.sessionId !== undefined);
        for (const row of stolen) {
          const session = truth.sessions().find((each) => each.key === row.sessionId);
          expect(session?.userId).toBe(attack.victim.id);
          expect(row.userAgent).not.toBe(session?.userAgent);
        }
      } else {
        expect(logins.map((row) => row.userId)).toEqual([attack.victim.id]);
      }
      if (attack.kind === 'password-spray') {
        const failures = rows.filter((row) => row.outcome === 'failure');
        expect(new Set(failures.map((row) => row.userName)).size).toBeGreaterThan(8);
        expect(failures.some((row) => row.userId === attack.victim.id)).toBe(true);
        expect(failures.some((row) => row.reason === 'unknown-account')).toBe(true);
      }
      if (attack.kind === 'impossible-travel') {
        const away = logins[0];
        const home = recording.log.find(
          (row) => row.at === attack.from && row.action === 'login' && row.userId === attack.victim.id,
        );
        expect(home?.ip).toBeDefined();
        const hours = ((away?.at ?? Infinity) - (home?.at ?? 0)) / 3_600_000;
        // Faster than anything that flies.
        expect(distanceKm(attack.victim.home, attack.intruderPlace) / hours).toBeGreaterThan(10_000);
      }
    }
  },
);

test.each(PRESETS)('%s: a live round shows all three within the first quarter of an hour', (preset) => {
  const life = begin(preset, { days: 2 });
  const { simulation, recording, state } = life;
  simulation.advance(START);
  simulation.addRound({ at: START + MINUTE, when: 'live' });
  const theft = simulation.attacks.find((attack) => attack.kind === 'cookie-theft');
  expect(theft).toBeDefined();
  const seen = new Set<string>();
  for (let at = START; at <= START + 15 * MINUTE; at += 5_000) {
    simulation.advance(at);
    for (const session of state.sessions.values())
      if (
        session.userId === theft?.victim.id &&
        session.openedUserAgent === devicesAt(life.world, theft.victim, dayOf(theft.from))[0]?.userAgent
      )
        seen.add(`${session.lastIp} ${session.lastUserAgent}`);
  }
  expect(seen.size).toBeGreaterThanOrEqual(2);
  expect([...seen].some((place) => place.startsWith(`${theft?.intruderIp ?? '?'} `))).toBe(true);
  for (const attack of simulation.attacks.filter((each) => each.kind !== 'cookie-theft')) {
    const hit = recording.log.find(
      (row) => row.ip === attack.intruderIp && row.action === 'login' && row.outcome === 'success',
    );
    expect(hit?.userId, attack.kind).toBe(attack.victim.id);
    expect(hit?.at).toBeLessThan(START + 15 * MINUTE);
  }
});

test.each(PRESETS)('%s: whoever copies a cookie has another browser or system, whenever it is', (preset) => {
  const { world } = begin(preset, { days: 3 });
  const clientOf = (userAgent: string) => {
    const { browser, system } = readUserAgent(userAgent);
    return `${String(browser?.name)} on ${String(system?.name)}`;
  };
  for (let at = START; at < START + 2 * DAY; at += HOUR) {
    const theft = planRound(world, { at, when: 'live' }).find(({ kind }) => kind === 'cookie-theft');
    const own = theft === undefined ? [] : devicesAt(world, theft.victim, dayOf(theft.from));
    const agents = theft?.steps.flatMap((step) => (step.kind === 'hijack' ? [step.userAgent] : [])) ?? [];
    expect(agents.length).toBeGreaterThan(0);
    for (const { userAgent } of own) expect(agents.map(clientOf)).not.toContain(clientOf(userAgent));
  }
});

test('a round is the same whenever it is planned, and its victims are three people who are at home', () => {
  const { world } = begin('shop', { days: 20 });
  const round = { at: START, when: 'live' } as const;
  expect(planRound(world, round)).toEqual(planRound(world, round));
  expect(new Set(planRound(world, round).map((attack) => attack.victim.id)).size).toBe(3);
  expect(planRound(world, { at: START + DAY, when: 'live' })).not.toEqual(planRound(world, round));
});
