import { expect, test } from 'vitest';
import { DAY, MINUTE } from '#shared/domain/units.ts';
import { createPersonRisk, forget, type PersonRisk } from '#engine/detect/person-risk.ts';
import type { PreparedEvent } from '#engine/detect/prepare.ts';

const AT = Date.parse('2026-03-01T10:00:00Z');
const DECAY_DAYS = 45;

/** A person with a risky sign-in, and a change of roles one minute after it. */
function risky(): PersonRisk {
  const risk = createPersonRisk();
  risk.alerts.set('travel', {
    id: 'travel',
    detection: 'impossible_travel',
    at: 'e1',
    raisedAt: AT,
    lastAt: AT,
    severity: 'high',
    retrospective: false,
    filtered: null,
  });
  risk.changes.push({ id: 'r', ts: AT + MINUTE } as PreparedEvent);
  return risk;
}
const held = (risk: PersonRisk) => [risk.alerts.size, risk.changes.length];

test('a change is remembered as long as the finding that rests on it counts', () => {
  const risk = risky();
  for (const days of [1, 3, 30, 2 * DECAY_DAYS]) {
    expect(forget(risk, AT + days * DAY, DECAY_DAYS)).toBe(false);
    expect(held(risk)).toEqual([1, 1]);
  }
});

test('what counts no more is forgotten, and that is told once', () => {
  const risk = risky();
  expect(forget(risk, AT + (2 * DECAY_DAYS + 1) * DAY, DECAY_DAYS)).toBe(true);
  expect(held(risk)).toEqual([0, 0]);
  expect(forget(risk, AT + (2 * DECAY_DAYS + 1) * DAY, DECAY_DAYS)).toBe(false);
});
