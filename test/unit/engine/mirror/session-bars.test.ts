import { afterAll, expect, test } from 'vitest';
import { ENGINE_METHODS, type SessionFilter } from '#shared/ipc/engine-contract.ts';
import { epochMs, HOUR } from '#shared/domain/units.ts';
import { sessionsPage } from '#engine/mirror/ask-sessions.ts';
import type { Question } from '#engine/mirror/question.ts';
import { queryHistogram } from '#engine/mirror/search/ask-figures.ts';
import { scopeOf } from '#engine/mirror/search/scope.ts';
import { sessionBars, sessionsBegan } from '#engine/mirror/search/session-bars.ts';
import { NOW, randomWorld } from '../search/random-world.ts';

function ask<T>(question: Question<T>): T {
  for (;;) {
    const step = question.next();
    if (step.done === true) return step.value;
  }
}
const { world } = await randomWorld(11, { sessions: 150, events: 0 });
afterAll(() => {
  world.close();
});
/** When the sessions of a list began, read off the list itself. */
const beginnings = (filter: SessionFilter): readonly (number | null)[] =>
  ask(
    sessionsPage(
      world.db,
      ENGINE_METHODS['sessions.page'].request.parse({
        filter,
        sort: { by: 'openedAt', descending: false },
        offset: 0,
        limit: 1_000,
      }),
      epochMs(NOW),
    ),
  ).rows.map(({ openedAt }) => openedAt);
const FILTERS: readonly SessionFilter[] = [
  {},
  { state: 'ended' },
  { state: 'all' },
  { state: 'all', text: 'telekom' },
  { state: 'all', search: 'role:editor' },
  { state: 'all', search: `opened:>=${new Date(NOW - 30 * HOUR).toISOString()}` },
  { at: NOW - 5 * HOUR },
  { at: NOW, since: NOW - 5 * HOUR },
  { search: 'user:nobody-is-called-this' },
];

test('the bars of a list hold each of its sessions whose beginning is known, and its ends are those of the axis', () => {
  for (const filter of FILTERS) {
    const known = beginnings(filter).filter((at) => at !== null);
    const began = ask(
      sessionsBegan(world.db, ENGINE_METHODS['sessions.began'].request.parse({ filter }), epochMs(NOW)),
    );
    expect(began).toEqual({
      first: known.length === 0 ? null : Math.min(...known),
      last: known.length === 0 ? null : Math.max(...known),
      unknown: beginnings(filter).length - known.length,
    });
    const from = (began.first ?? NOW) - HOUR;
    const steps = Math.ceil(((began.last ?? NOW) + 1 - from) / HOUR);
    const wanted = Array.from({ length: steps }, () => 0);
    for (const at of known) {
      const bar = Math.floor((at - from) / HOUR);
      wanted[bar] = (wanted[bar] ?? 0) + 1;
    }
    const { counts, resume } = ask(
      queryHistogram(
        world.db,
        ENGINE_METHODS['query.histogram'].request.parse({
          table: 'sessions',
          filter,
          from,
          stepMs: HOUR,
          steps,
        }),
        epochMs(NOW),
      ),
    );
    expect(counts).toEqual(wanted);
    expect(resume).toBeNull();
  }
});

test('many sessions are counted part by part, the newest first, each exactly once', () => {
  const search = scopeOf(world.db, 'sessions', { search: '', zone: 'utc' }, NOW);
  // Without anything to find them by they are walked.
  expect(search.state).toBeNull();
  const known = beginnings({ state: 'all' }).filter((at) => at !== null);
  const period = { from: Math.min(...known), to: Math.max(...known) + 1 };
  const parts: number[] = [];
  let upTo: number | null = period.to;
  while (upTo !== null) {
    let counted = 0;
    const walk: Generator<undefined, number | null, undefined> = sessionBars(
      world.db,
      search,
      'SELECT 0 AS bar, count(*) AS count',
      search.params.bound,
      { from: period.from, to: upTo },
      (rows) => {
        for (const row of rows) counted += (row as { readonly count: number }).count;
      },
      { step: 7, most: 21 },
    );
    const before: number = upTo;
    upTo = ask(walk);
    const wanted = known.filter((at) => at < before && at >= (upTo ?? period.from)).length;
    expect(counted).toBe(wanted);
    parts.push(counted);
  }
  expect(parts.length).toBeGreaterThan(3);
  expect(parts.reduce((sum, one) => sum + one, 0)).toBe(known.length);
});
