import { expect, test } from 'vitest';
import { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { DetectionGroup, DetectionRow } from '#shared/ipc/detections-views.ts';
import { storyLines } from '#renderer/views/detections/queue-lines.ts';

const connection = ConnectionId.parse('connection-1');
const row = (id: string): DetectionRow => ({
  connection,
  id,
  detection: 'new_country',
  title: 'Sign-in from a new country',
  severity: 'medium',
  entity: { kind: 'user', id: '7', name: 'anna' },
  people: [{ id: AccountId.parse('7'), name: 'anna' }],
  session: null,
  ip: null,
  country: null,
  raisedAt: epochMs(1),
  lastAt: epochMs(2),
  foundAt: epochMs(2),
  summary: 's',
  events: 1,
  campaign: 'a',
  filtered: null,
  suppressed: null,
  retrospective: false,
  withdrawnAt: null,
  state: 'open',
  verdict: null,
  assignee: null,
  notes: 0,
  triagedAt: null,
});
const group = (key: string, ids: readonly string[], count = ids.length): DetectionGroup => ({
  key,
  connection,
  label: 'Story',
  worst: 'medium',
  count,
  open: count,
  firstAt: epochMs(1),
  lastAt: epochMs(2),
  rows: ids.map(row),
});
const all = (): boolean => true;

test('a story that is called after its first detection shares no key with it', () => {
  const lines = [...storyLines(group('a', ['a', 'b']), all), ...storyLines(group('c', ['c']), all)];
  expect(lines.map(({ is }) => is)).toEqual(['story', 'detection', 'detection', 'detection']);
  expect(new Set(lines.map(({ key }) => key)).size).toBe(lines.length);
});

test('a detection alone has no head, one of several of which the others are hidden has', () => {
  expect(storyLines(group('a', ['a']), all)).toMatchObject([{ is: 'detection', inStory: false }]);
  expect(storyLines(group('a', ['a'], 2), all)).toMatchObject([{ is: 'story', count: 2 }, { inStory: true }]);
  expect(storyLines(group('a', ['a', 'b']), () => false)).toEqual([]);
});

test('a story is called by what is worst in it', () => {
  const story = group('a', ['a', 'b']);
  const theft: DetectionRow = { ...row('c'), title: 'Session used by another client', severity: 'critical' };
  expect(storyLines({ ...story, worst: 'critical', rows: [...story.rows, theft] }, all)[0]).toMatchObject({
    label: 'anna: Session used by another client',
  });
});

test('the head of a story opens the worst that is shown of it, the first where several are', () => {
  const severities = { a: 'low', b: 'high', c: 'critical', d: 'high' } as const;
  const story: DetectionGroup = {
    ...group('a', ['a', 'b', 'c', 'd']),
    worst: 'critical',
    rows: (['a', 'b', 'c', 'd'] as const).map((id) => ({ ...row(id), severity: severities[id] })),
  };
  expect(storyLines(story, all)[0]).toMatchObject({ is: 'story', opens: { id: 'c' } });
  const others = ({ severity }: DetectionRow) => severity !== 'critical';
  expect(storyLines(story, others)[0]).toMatchObject({
    is: 'story',
    opens: { id: 'b' },
    label: expect.stringContaining('Story') as string,
  });
});
