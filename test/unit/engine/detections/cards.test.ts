import { expect, test } from 'vitest';
import { DETECTION_NAMES, type DetectionName } from '#shared/domain/detection.ts';
import type { DetectionDetail } from '#shared/ipc/detections-views.ts';
import { detectionDetail } from '#engine/detections/ask-detail.ts';
import { cardAnswers, type CardAnswers } from '#renderer/format/card-answers.ts';
import { hitAccounts } from '#renderer/format/hit-accounts.ts';
import { everyKind } from './every-kind.ts';
import type { WiredWorld } from './wired-world.ts';

function detailOf(world: WiredWorld, id: string): DetectionDetail {
  const question = detectionDetail(world.db, { connection: world.who().id, id });
  for (;;) {
    const step = question.next();
    if (step.done !== true) continue;
    if (step.value === null) throw new Error(`${id} is not in the mirror`);
    return step.value;
  }
}

/** Of every kind the first that nothing silenced. */
interface Card extends CardAnswers {
  readonly nextStep: string;
  readonly gotInto: readonly string[];
}
async function cards(): Promise<ReadonlyMap<DetectionName, Card>> {
  const world = await everyKind();
  const rows = world.db
    .prepare(
      `SELECT name, id FROM detection WHERE withdrawn_at IS NULL AND filtered IS NULL
       ORDER BY raised_at DESC, id DESC`,
    )
    .raw()
    .all() as [DetectionName, string][];
  return new Map(
    [...new Map(rows)].map(([name, id]) => {
      const detail = detailOf(world, id);
      return [
        name,
        { ...cardAnswers(detail), nextStep: detail.nextStep, gotInto: hitAccounts(detail.evidence) },
      ];
    }),
  );
}

test('a wrong clock joins nobody into a story with whoever was at the same address', async () => {
  const { db } = await everyKind();
  const stories = db
    .prepare("SELECT campaign FROM detection WHERE name = 'clock_skew' AND withdrawn_at IS NULL")
    .pluck()
    .all();
  expect(stories).toEqual([null]);
});

/** Ids of accounts, names of fields and of machines. */
const RAW = /id-|[a-z]_[a-z]|undefined|NaN|null|\[object|\d{5,}/;

test('the card of every kind says what happened, why it is unusual, why it is no VPN or phone, and what to do', async () => {
  const all = await cards();
  expect([...all.keys()].sort()).toEqual([...DETECTION_NAMES].sort());
  for (const [name, { happened, unusual, harmless, nextStep }] of all) {
    for (const text of [happened, unusual ?? '', harmless, nextStep]) {
      expect(text, name).toMatch(/^[\p{Lu}\p{Ll}\d].*[.!]$/u);
      expect(text, name).not.toMatch(RAW);
    }
    // A clock is wrong wherever it is.
    if (name !== 'clock_skew') expect(harmless, name).toMatch(/VPN .*phone/);
  }

  const unusual = (name: DetectionName): string => all.get(name)?.unusual ?? '';
  const harmless = (name: DetectionName): string => all.get(name)?.harmless ?? '';
  expect(unusual('session_hijack')).toBe(
    'In the 21 days before, fay signed in 20 times from Germany (20), always with Chrome on Windows, desktop; never from this network, nor with this kind of device.',
  );
  expect(unusual('brute_force')).toContain('Until that day cid had never failed to sign in.');
  expect(unusual('dormant_account')).toBe('In the 90 days before, joe did not sign in.');
  expect(unusual('concurrent_sessions')).toContain('hal had at most 2 sessions open at once');
  expect(unusual('off_hours')).toMatch(/remembered, (none|\d+) fell into this hour/);
  // What a change of roles rests on is no part of what was usual before.
  expect(unusual('privileged_role_after_risky_login')).toContain('never from this network');
  expect(unusual('password_spray')).toContain('0 of 8 accounts signed in from here before');
  expect(unusual('password_spray_distributed')).toMatch(/^Not an outage/);
  expect(harmless('session_hijack')).toContain('not its browser and system');
  expect(harmless('brute_force')).toContain('A phone that keeps an old password');
  expect(harmless('sigma_rule')).toContain('an imported rule has no filters');
  // A client that does not say what it runs on may well be a phone.
  expect(harmless('password_spray')).toContain('perhaps a phone (python-requests, which does not say');
  expect(all.get('password_spray')?.gotInto).toEqual(['id-user.3']);
  expect(all.get('password_spray_distributed')?.gotInto).toEqual([]);
  expect(all.get('sigma_rule')?.happened).toBe(
    'kim has 1 event that matches “Password changed at a weekend”.',
  );
});
