import { expect, test } from 'vitest';
import type { DetectionRecord } from '#shared/domain/detection.ts';
import { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import { DAY, epochMs, HOUR } from '#shared/domain/units.ts';
import { DetectionFilter } from '#shared/ipc/detections-contract.ts';
import { detectionDetail } from '#engine/detections/ask-detail.ts';
import { withLists } from '#engine/detections/handlers.ts';
import { detectionGroups, detectionList } from '#engine/detections/ask-list.ts';
import { openCounts } from '#engine/detections/rows.ts';
import {
  rollBackSettings,
  saveSettings,
  settingsOf,
  settingsView,
} from '#engine/detections/settings-store.ts';
import {
  addSuppression,
  removeSuppression,
  standingSuppressions,
  suppressionReach,
} from '#engine/detections/suppressions.ts';
import { triage, undoTriage } from '#engine/detections/triage.ts';
import { createDetectionWriter } from '#engine/detections/write.ts';
import { transaction } from '#engine/mirror/database.ts';
import { knownKeys } from '#engine/mirror/known-keys.ts';
import { addEnvironment } from '#test/support/environment.ts';
import { testMirror } from '#test/support/test-mirror.ts';
import { ask } from '#test/support/ask.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const connection = ConnectionId.parse('c1');

function world() {
  const { db } = testMirror(NOW);
  const key = addEnvironment(db, connection, { name: 'Shop' });
  db.prepare(
    `INSERT INTO account (connection, id, name, known, roles, status, privileged, service)
     VALUES (?, '7', 'anna', 1, '[]', 'active', 0, 0)`,
  ).run(key);
  const acts: string[] = [];
  const parts = {
    db,
    clock: () => epochMs(NOW),
    operatorName: () => 'Tess',
    journal: {
      recordOperatorAction: ({ action }: { readonly action: string }) => {
        acts.push(action);
        return { seq: acts.length, hash: '' };
      },
    },
  };
  const write = (...records: DetectionRecord[]): readonly unknown[] =>
    transaction(
      db,
      () =>
        createDetectionWriter(db, () => standingSuppressions(db), knownKeys(db)).write(
          { key, id: connection },
          records.map((record) => ({ kind: 'upsert', record })),
          NOW,
        ).fresh,
    );
  const list = (filter: Partial<DetectionFilter> = {}, limit = 100, cursor: string | null = null) =>
    ask(
      detectionList(db, {
        filter: DetectionFilter.parse(filter),
        sort: 'severity',
        cursor,
        limit,
      }),
    );
  return { db, key, parts, acts, write, list };
}

let made = 0;
const found = (
  over: Partial<DetectionRecord> & { figures?: Record<string, unknown> } = {},
): DetectionRecord => {
  made += 1;
  const { figures, ...rest } = over;
  return {
    id: `d${made}`,
    detection: 'new_country',
    at: `e${made}`,
    raisedAt: NOW - HOUR,
    lastAt: NOW - HOUR + made,
    events: [`e${made}`],
    entity: { kind: 'user', id: '7' },
    users: ['7'],
    severity: 'medium',
    retrospective: false,
    evidence: {
      title: 'Sign-in from a new country',
      summary: `finding ${made}`,
      techniques: ['T1078'],
      nextStep: 'Ask.',
      filtersConsidered: [],
      ip: '203.0.113.9',
      country: 'BR',
      asn: 64_500,
      ...figures,
    },
    ...rest,
  };
};

test('the queue is worst first, pages by cursor, and leaves out what is silenced unless asked for', () => {
  const { write, list } = world();
  const records = [
    found({ severity: 'low' }),
    found({ severity: 'critical' }),
    found({ severity: 'medium', filtered: 'trusted_egress' }),
    found({ severity: 'medium', retrospective: true }),
    found({ severity: 'medium' }),
  ];
  expect(write(...records)).toHaveLength(3);
  const first = list({}, 2);
  expect(first.total).toBe(3);
  expect(first.rows.map(({ severity }) => severity)).toEqual(['critical', 'medium']);
  const second = list({}, 2, first.next);
  expect(second.rows.map(({ severity }) => severity)).toEqual(['low']);
  expect(second.next).toBeNull();
  expect(list({ include: ['filtered', 'retrospective'] }).total).toBe(5);
  expect(first.rows[0]?.people).toEqual([{ id: '7', name: 'anna' }]);
  expect(first.rows[0]?.entity.name).toBe('anna');
});

test('findings about a person are those about any of the accounts named, each in its own environment', () => {
  const { db, key, write, list } = world();
  const elsewhere = ConnectionId.parse('c2');
  addEnvironment(db, elsewhere, { name: 'Blog' });
  db.prepare(
    `INSERT INTO account (connection, id, name, known, roles, status, privileged, service)
     VALUES (?, '8', 'ben', 1, '[]', 'active', 0, 0)`,
  ).run(key);
  write(found({}), found({ entity: { kind: 'user', id: '8' }, users: ['8'] }));
  const about = (...accounts: readonly (readonly [ConnectionId, string])[]): readonly (string | null)[] =>
    list({
      accounts: accounts.map(([of, id]) => ({ connection: of, id: AccountId.parse(id) })),
    }).rows.map(({ entity }) => entity.name);
  expect(about([connection, '7'])).toEqual(['anna']);
  expect(about([connection, '8'], [elsewhere, '7'])).toEqual(['ben']);
  expect(about([connection, '7'], [connection, '8']).toSorted()).toEqual(['anna', 'ben']);
  expect(about([elsewhere, '7'])).toEqual([]);
  expect(about()).toEqual([]);
});

test('writing the same finding again is one row, keeps its triage, and is news only when it got worse', () => {
  const { db, write, list, parts } = world();
  const one = found({ severity: 'medium' });
  expect(write(one)).toHaveLength(1);
  triage(parts, {
    detections: [{ connection, id: one.id }],
    change: { state: 'acknowledged', assignee: 'Tess' },
  });
  expect(write(one)).toHaveLength(0);
  expect(write({ ...one, severity: 'high' })).toHaveLength(1);
  expect(list().rows).toMatchObject([{ state: 'acknowledged', assignee: 'Tess', severity: 'high' }]);
  expect(openCounts(db)).toMatchObject({ high: 1, medium: 0 });
});

test('triage closes with a verdict, is journalled, changes the marks of account rows, and is undone where nobody came in between', () => {
  const { db, write, list, parts, acts } = world();
  const [a, b] = [found(), found()];
  write(a, b);
  const worst = (): unknown => db.prepare('SELECT worst, open FROM account_risk').get();
  expect(worst()).toEqual({ worst: 2, open: 2 });
  const keys = [a, b].map(({ id }) => ({ connection, id }));
  const done = triage(parts, {
    detections: [...keys, { connection, id: 'gone' }],
    change: { state: 'closed', verdict: 'benign', note: 'on holiday' },
  });
  expect(done).toMatchObject({ changed: 2, skipped: 1 });
  expect(worst()).toEqual({ worst: null, open: 0 });
  triage(parts, { detections: keys.slice(1), change: { state: 'open' } });
  const undone = undoTriage(parts, done.undo ?? 0);
  expect(undone).toMatchObject({ changed: 1, skipped: 1 });
  expect(list().rows.map(({ state, verdict }) => [state, verdict])).toEqual([
    ['open', null],
    ['open', null],
  ]);
  expect(undoTriage(parts, done.undo ?? 0).changed).toBe(0);
  expect(acts).toEqual(['detection-closed', 'detection-open', 'detection-triage-undone']);
  const detail = ask(detectionDetail(db, { connection, id: a.id }));
  expect(detail?.actions).toMatchObject([
    { by: 'Tess', note: 'on holiday', undone: true, to: { state: 'closed', verdict: 'benign' } },
    { to: { state: 'open' } },
  ]);
});

test('a card says which addresses it is about, the one that raised it last, also when no event is mirrored', () => {
  const { db, write } = world();
  const one = found({
    figures: { from: { ip: '198.51.100.1' }, to: { ip: '203.0.113.9' }, ip: '203.0.113.9' },
  });
  write(one);
  db.prepare(
    `INSERT INTO address (ip, country, disagrees, readable, asn, organisation, kind, trusted)
     VALUES ('203.0.113.9', 'BR', 0, 1, 26599, 'Example Telecom', 'mobile', 0)`,
  ).run();
  const detail = ask(detectionDetail(db, { connection, id: one.id }));
  expect(detail?.moreOrigins).toBe(0);
  expect(detail?.origins).toMatchObject([
    { ip: '198.51.100.1', network: null, devices: [] },
    { ip: '203.0.113.9', network: { kind: 'mobile', organisation: 'Example Telecom' } },
  ]);
  if (detail === null) throw new Error('the card is gone');
  const listed = (kind: 'mobile' | 'vpn') => {
    const network = {
      asn: 1,
      organisation: null,
      kind,
      trusted: false,
      kindList: 'carriers',
      kindListDate: '2026-10-01',
    };
    return withLists(detail, { enrich: () => ({ address: null, place: null, device: null, network }) })
      .origins;
  };
  const carriers = { name: 'carriers', date: '2026-10-01' };
  expect(listed('mobile').map(({ list }) => list)).toEqual([undefined, carriers]);
  // What a list that was loaded since says of it did not make the finding.
  expect(listed('vpn').map(({ list }) => list)).toEqual([undefined, undefined]);
});

test('an act whose journal entry cannot be written does not happen', () => {
  const { write, list, parts } = world();
  const one = found();
  write(one);
  const journal = {
    recordOperatorAction: (): never => {
      throw new Error('disk');
    },
  };
  expect(() =>
    triage(
      { ...parts, journal },
      { detections: [{ connection, id: one.id }], change: { state: 'acknowledged' } },
    ),
  ).toThrow('disk');
  expect(list().rows[0]?.state).toBe('open');
});

test('a suppression shows what it would silence, silences by block until its end, and gives it back', () => {
  const { write, list, parts, db } = world();
  const inside = found();
  const outside = found({ figures: { ip: '198.51.100.1' } });
  write(inside, outside);
  const scope = { connection: null, ip: '203.0.113.0/24' };
  expect(suppressionReach(db, scope)).toMatchObject({ matching: 1, open: 1 });
  const made = addSuppression(parts, { scope, reason: 'office', expiresAt: NOW + DAY, existing: true });
  expect(list().rows.map(({ id }) => id)).toEqual([outside.id]);
  const [later, after] = [found(), found({ raisedAt: NOW + DAY })];
  expect(write(later, after)).toHaveLength(1);
  expect(list({ include: ['suppressed'] }).rows).toHaveLength(4);
  expect(removeSuppression(parts, made.id)).toEqual({ shown: 2 });
  expect(list().total).toBe(4);
  expect(() =>
    addSuppression(parts, {
      scope: { connection: null, ip: 'x' },
      reason: 'r',
      expiresAt: NOW + DAY,
      existing: true,
    }),
  ).toThrow(/neither an address/);
});

test('one attack is one campaign, whatever order its findings are written in', () => {
  const spray = found({
    detection: 'password_spray',
    entity: { kind: 'ip', id: '203.0.113.9' },
    users: [],
    raisedAt: NOW - 3 * HOUR,
  });
  const hit = found({ detection: 'password_spray_success', raisedAt: NOW - 2 * HOUR });
  const travel = found({ detection: 'impossible_travel', figures: { ip: '91.0.0.1' }, raisedAt: NOW - HOUR });
  const far = found({ detection: 'off_hours', raisedAt: NOW - 9 * DAY, lastAt: NOW - 9 * DAY });
  for (const order of [
    [spray, hit, travel, far],
    [far, travel, spray, hit],
    [travel, hit, far, spray],
  ]) {
    const { write, db, list } = world();
    for (const record of order) write(record);
    const groups = ask(
      detectionGroups(db, { filter: DetectionFilter.parse({}), by: 'campaign', offset: 0, limit: 50 }),
    ).groups;
    expect(groups.map(({ key, count }) => [key, count])).toEqual([
      [spray.id, 3],
      [far.id, 1],
    ]);
    expect(list().rows.filter(({ campaign }) => campaign === spray.id)).toHaveLength(3);
  }
});

test('settings are checked, versioned per environment over the common ones, and rolled back', () => {
  const { parts, db, key } = world();
  expect(() => saveSettings(parts, null, { impossibleTravel: { maxSpeedKmh: -1 } }, '')).toThrow(
    /impossibleTravel.maxSpeedKmh/,
  );
  saveSettings(
    parts,
    null,
    { bruteForce: { failures: 20 }, filters: { trustedCidrs: ['10.0.0.0/8'] } },
    'all',
  );
  saveSettings(parts, connection, { newDevice: null, filters: { serviceAccounts: ['cron'] } }, 'shop');
  const { settings, version } = settingsOf(db, key);
  expect(settings.bruteForce).toMatchObject({ failures: 20 });
  expect(settings.newDevice).toBeNull();
  expect(settings.filters).toMatchObject({ trustedCidrs: ['10.0.0.0/8'], serviceAccounts: ['cron'] });
  expect(version).toBe('1.1');
  expect(rollBackSettings(parts, connection, 0, '').version).toBe(2);
  expect(settingsOf(db, key).settings.newDevice).toEqual({});
  expect(settingsView(db, null).effective['bruteForce']).toMatchObject({ failures: 20, windowMin: 10 });
});
