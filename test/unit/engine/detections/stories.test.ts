import { expect, test } from 'vitest';
import { HOUR } from '#shared/domain/units.ts';
import type { Finding } from '#engine/detections/finding.ts';
import { createCampaigns, STORY_MS } from '#engine/detections/stories.ts';
import { createDetectionWriter } from '#engine/detections/write.ts';
import { ConnectionId } from '#shared/domain/ids.ts';
import { knownKeys } from '#engine/mirror/known-keys.ts';
import { testMirror } from '#test/support/test-mirror.ts';

interface Found {
  readonly id: string;
  readonly kind: 'user' | 'ip';
  readonly account: number | null;
  readonly session: number | null;
  readonly ip: string;
  readonly raisedAt: number;
  readonly lastAt: number;
}

/** Whole numbers from 0 below a limit, the same at every run. */
const seeded = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

/** Whether two findings are told in one story, by the words of the rule. */
const related = (a: Found, b: Found): boolean =>
  a.raisedAt <= b.lastAt + STORY_MS &&
  b.raisedAt <= a.lastAt + STORY_MS &&
  ((a.account !== null && a.account === b.account) ||
    (a.session !== null && a.session === b.session) ||
    (a.ip === b.ip && (a.kind === 'ip' || b.kind === 'ip')));

/** Stories by the plainest way there is: each finding's, named after the earliest; null: it stands alone. */
function stories(all: readonly Found[]): ReadonlyMap<string, string | null> {
  const left = new Set(all);
  const names = new Map<string, string | null>();
  for (const first of all) {
    if (!left.delete(first)) continue;
    const story = [first];
    for (const one of story)
      for (const other of left)
        if (related(one, other)) {
          left.delete(other);
          story.push(other);
        }
    const [head] = story.toSorted((a, b) => a.raisedAt - b.raisedAt || (a.id < b.id ? -1 : 1));
    for (const { id } of story) names.set(id, story.length === 1 ? null : (head?.id ?? null));
  }
  return names;
}

test('findings are told in the same stories, whatever order they are written in and however many a person has', () => {
  const { db } = testMirror();
  const insert = db
    .prepare(
      `INSERT INTO detection (connection, id, name, severity, entity_kind, entity_id, account, session, ip, raised_at,
         last_at, found_at, changed_at, retrospective, summary, users, events, record)
       VALUES (1, @id, 'off_hours', 1, @kind, 'x', @account, @session, @ip, @raisedAt, @lastAt, 0, 0, 0, '', '[]', 0, '{}')
       RETURNING key`,
    )
    .pluck();
  const assign = createCampaigns(db);
  const random = seeded(7);
  for (let round = 0; round < 40; round += 1) {
    db.exec('DELETE FROM detection');
    // Some rounds have long findings, which reach over those between the first and the last of a person.
    const longest = [1, 8 * HOUR, 6 * STORY_MS][round % 3] ?? 1;
    const all = Array.from({ length: 70 }, (_, n): Found => {
      const raisedAt = 100 * STORY_MS + random(40 * STORY_MS);
      return {
        id: `f${String(n)}`,
        kind: random(12) === 0 ? 'ip' : 'user',
        account: random(8) === 0 ? null : random(4),
        session: random(3) === 0 ? random(9) : null,
        ip: `10.0.0.${String(random(30))}`,
        raisedAt,
        lastAt: raisedAt + random(longest),
      };
    });
    for (const one of all) {
      const { id, raisedAt, lastAt, account, session, ip, kind } = one;
      const key = Number(insert.get(one));
      assign({
        stood: null,
        itself: { key, id, campaign: null, raised_at: raisedAt, last_at: lastAt },
        connection: 1,
        account,
        session,
        ip,
        kind,
        from: raisedAt - STORY_MS,
        until: lastAt + STORY_MS,
      });
    }
    const told = db.prepare('SELECT id, campaign FROM detection').raw().all() as [string, string | null][];
    expect(new Map(told)).toEqual(stories(all));
  }
});

test('findings that last are told in the stories that they have come to reach into', () => {
  const { db } = testMirror();
  const people = ['ann', 'bob', 'cid'].map((id) =>
    Number(
      db
        .prepare(
          `INSERT INTO account (connection, id, name, known, roles, status, privileged, service)
           VALUES (1, ?, ?, 1, '[]', 'active', 0, 0) RETURNING key`,
        )
        .pluck()
        .get(id, id),
    ),
  );
  const where = { key: 1, id: ConnectionId.parse('c') };
  const writer = createDetectionWriter(db, () => () => null, knownKeys(db));
  const random = seeded(11);
  const write = (one: Found): void => {
    const finding: Finding = {
      id: one.id,
      name: 'off_hours',
      severity: 1,
      entityKind: one.kind,
      entityId: 'x',
      user: one.account === null ? null : (['ann', 'bob', 'cid'][people.indexOf(one.account)] ?? null),
      shared: false,
      session: null,
      ip: one.ip,
      country: null,
      asn: null,
      raisedAt: one.raisedAt,
      lastAt: one.lastAt,
      filtered: null,
      retrospective: false,
      summary: '',
      users: '[]',
      events: 0,
      record: '{}',
    };
    writer.writeRows(where, { found: [finding], withdrawn: [] }, 0);
  };
  for (let round = 0; round < 30; round += 1) {
    db.exec('DELETE FROM detection');
    const all: Found[] = [];
    let now = 100 * STORY_MS;
    for (let step = 0; step < 120; step += 1) {
      now += random(HOUR * (round % 2 === 0 ? 3 : 30));
      const at = all.length === 0 || random(2) === 0 ? all.length : random(all.length);
      const before = all[at];
      // Now and then something comes late, or nothing about it is new.
      const late = random(6) === 0 ? random(3 * STORY_MS) : 0;
      const one: Found =
        before === undefined
          ? {
              id: `f${String(at)}`,
              kind: random(12) === 0 ? 'ip' : 'user',
              account: random(8) === 0 ? null : (people[random(3)] ?? null),
              session: null,
              ip: `10.0.0.${String(random(20))}`,
              raisedAt: now - late,
              lastAt: now - late,
            }
          : { ...before, lastAt: Math.max(before.lastAt, now - late) };
      all[at] = one;
      write(one);
    }
    const told = db.prepare('SELECT id, campaign FROM detection').raw().all() as [string, string | null][];
    expect(new Map(told)).toEqual(stories(all));
  }
});
