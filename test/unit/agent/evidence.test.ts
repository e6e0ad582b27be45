import { expect, test } from 'vitest';
import { createEvidence } from '#agent/poll/evidence.ts';
import type { CommandId, RuleId, SessionId } from '#shared/domain/ids.ts';
import { epochMs, MINUTE } from '#shared/domain/units.ts';

const ids = (...names: readonly string[]) => names as readonly SessionId[];
const [first, second] = ['first', 'second'] as unknown as readonly [CommandId, CommandId];
const [a, b, c] = ids('a', 'b', 'c') as readonly [SessionId, SessionId, SessionId];

test('what is told of many at once holds in the order in which it was told', () => {
  let now = 1_000;
  const evidence = createEvidence(() => epochMs(now));
  evidence.ending(ids('a', 'b', 'c'), first);
  now = 2_000;
  evidence.allEnded(ids('a', 'b'));
  evidence.ending(ids('b'), second);
  evidence.notEnded(c);
  expect([a, b, c].map((id) => evidence.commandFor(id)?.id ?? null)).toEqual([first, second, null]);
  // Ended when it was told, not when it is asked for; a second attempt has ended nothing yet.
  now = 3_000;
  const since = (id: SessionId, ms: number) => evidence.endedSince(id, epochMs(ms));
  expect([since(a, 2_000), since(a, 2_001), since(b, 0), since(c, 0)]).toEqual([true, false, false, false]);
});

test('a list that changes after it was told of changes nothing, and what a rule does later counts', () => {
  const evidence = createEvidence(() => epochMs(1_000));
  const list = [a, b];
  evidence.ending(list, first);
  list.push(c);
  evidence.endingByRule(b, 'rule' as RuleId);
  expect([a, b, c].map((id) => evidence.commandFor(id)?.id ?? null)).toEqual([first, null, null]);
  expect([a, b].map((id) => evidence.ruleFor(id))).toEqual([null, 'rule']);
});

test('what was told and never asked for is forgotten like the rest', () => {
  let now = 1_000;
  const evidence = createEvidence(() => epochMs(now));
  evidence.ending([a], first);
  now += 3 * MINUTE;
  evidence.ending([b], second);
  evidence.forgetOld();
  expect([a, b].map((id) => evidence.commandFor(id)?.id ?? null)).toEqual([null, second]);
});
