import { afterEach, expect, test, vi } from 'vitest';
import { DAY, HOUR } from '#shared/domain/units.ts';
import { risk } from '#cli/risk.ts';
import { audited, fakeEvent } from '#test/support/fake-agent/fake-records.ts';
import { NOW, WiredWorld } from '../../unit/engine/detections/wired-world.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const signIn = (id: string, user: string, at: number, ip: string) => (position: number) =>
  audited(position, fakeEvent(id, { at, recordedAt: at, ip, account: { id: user, name: user } }));

test('a number of questions a week becomes a threshold on the own history, is saved, and asks from then on', async () => {
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const said = async (options: Partial<Parameters<typeof risk>[0]>): Promise<string> => {
    out = '';
    const all = { profile: world.profile, env: 'one', questions: '2', json: false, save: false, off: false };
    expect(await risk({ ...all, ...options }, 'test')).toBe(0);
    return out;
  };
  const world = new WiredWorld();
  // Four weeks: every day at home, once a week from somewhere new.
  await world.stream(
    Array.from({ length: 28 }, (_, day) =>
      ['anna', 'ben'].flatMap((user) => [
        signIn(
          `${user}${String(day)}`,
          user,
          NOW - (28 - day) * DAY,
          user === 'anna' ? '8.8.8.8' : '8.8.4.4',
        ),
        ...(day % 7 === 6
          ? [signIn(`${user}${String(day)}x`, user, NOW - (28 - day) * DAY + HOUR, `91.0.${String(day)}.1`)]
          : []),
      ]),
    ).flat(),
  );
  const answer = JSON.parse(await said({ json: true })) as {
    signIns: number;
    learning: number;
    unscored: number;
    weeks: number;
    chosen: { askAbove: number; questionsPerWeek: number; risk: number };
    curve: { questionsPerWeek: number; askAbove: number }[];
  };
  expect([answer.unscored, answer.signIns + answer.learning]).toEqual([2, 62]);
  expect(answer.chosen.questionsPerWeek).toBeGreaterThan(1);
  expect(answer.chosen.questionsPerWeek).toBeLessThanOrEqual(2);
  // The curve rises: a lower threshold never asks less often.
  const thresholds = answer.curve.map(({ askAbove }) => askAbove);
  expect(thresholds).toEqual(thresholds.toSorted((a, b) => b - a));
  const questions = answer.curve.map(({ questionsPerWeek }) => questionsPerWeek);
  expect(questions).toEqual(questions.toSorted((a, b) => a - b));
  // The threshold gives what it says, counted on the mirror itself.
  const above = world.db
    .prepare('SELECT count(*) FROM login_risk WHERE score > ? AND learning = 0')
    .pluck()
    .get(answer.chosen.askAbove);
  expect(Number(above) / answer.weeks).toBeCloseTo(answer.chosen.questionsPerWeek, 9);

  await expect(said({ env: 'two' })).rejects.toThrow('No environment is called “two”. There is: “one”.');
  await expect(said({ questions: 'many' })).rejects.toThrow('--questions takes a number');
  await expect(said({ save: true })).rejects.toThrow('--note');
  expect(await said({ save: true, note: 'two a week' })).toContain('questions a week.');
  expect(
    world.db
      .prepare("SELECT settings ->> '$.riskySignIn.questionsPerWeek' FROM detect_settings")
      .pluck()
      .all(),
  ).toEqual([2]);
  expect(await said({})).toContain('Saved: above');

  world.detecting.reconfigured();
  await world.stream([
    signIn('usual', 'anna', NOW, '8.8.8.8'),
    signIn('odd', 'anna', NOW + HOUR, '77.0.0.1'),
    signIn('odd2', 'anna', NOW + 2 * HOUR, '78.0.0.1'),
  ]);
  const asked = world.db
    .prepare("SELECT record FROM detection WHERE name = 'risky_sign_in' AND filtered IS NULL")
    .pluck()
    .all()
    .map(
      (record) => JSON.parse(String(record)) as { at: string; events: string[]; evidence: { score: number } },
    );
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ at: 'odd', events: ['odd', 'odd2'] });
  expect(asked[0]?.evidence.score).toBeGreaterThan(answer.chosen.askAbove);
  // After a crash it is the same finding that goes on.
  world.crash();
  await world.stream([signIn('odd3', 'anna', NOW + 3 * HOUR, '79.0.0.1')]);
  expect(
    world.db
      .prepare(
        "SELECT count(*), max(events) FROM detection WHERE name = 'risky_sign_in' AND filtered IS NULL",
      )
      .raw()
      .get(),
  ).toEqual([1, 3]);
}, 60_000);
