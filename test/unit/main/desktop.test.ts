import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { DetectionAlert } from '#shared/ipc/engine-process.ts';
import { Settings } from '#shared/ipc/main-contract.ts';
import { alertOf, createAlerts, type Alert } from '#main/alerts.ts';
import { openWindowMemories } from '#main/window-memory.ts';

const found = (id: string, severity: DetectionAlert['severity'], connection = 'c1'): DetectionAlert => ({
  connection,
  environment: connection === 'c1' ? 'shop' : 'blog',
  id,
  severity,
  title: `Title of ${id}`,
  about: 'ann',
});
const wants = (notifyDetections: Settings['notifyDetections'], notifyConnections: string[] = []) =>
  Settings.parse({ notifyDetections, notifyConnections });

test('only what was subscribed to is told, and a click leads to it', () => {
  const news = [found('a', 'low'), found('b/1', 'critical', 'c2'), found('c', 'high')];
  expect(alertOf(news, Settings.parse({}))).toBeNull();
  expect(alertOf(news, wants('critical'))).toEqual({
    title: 'Critical: Title of b/1',
    body: 'ann in blog',
    hash: '#/detections/c2/b%2F1',
  });
  expect(alertOf(news, wants('high', ['c1']))).toMatchObject({ title: 'High: Title of c' });
  expect(alertOf(news, wants('critical', ['c1']))).toBeNull();
  expect(alertOf(news, wants('low'))).toEqual({
    title: '3 new detections',
    body: 'The worst, critical: Title of b/1, ann in blog',
    hash: '#/detections',
  });
});

test('a desktop that masks addresses is not told them either', () => {
  const settings = (maskAddresses: boolean) => Settings.parse({ notifyDetections: 'low', maskAddresses });
  const news = [{ ...found('a', 'high'), about: '45.84.122.48' }];
  expect(alertOf(news, settings(false))?.body).toBe('45.84.122.48 in shop');
  expect(alertOf(news, settings(true))?.body).toBe('45.84.•••.••• in shop');
});

test('what arrives together is one message, and a subscription that ended meanwhile tells nothing', () => {
  vi.useFakeTimers();
  try {
    const shown: Alert[] = [];
    let settings = wants('low');
    const alerts = createAlerts({
      settings: () => settings,
      show: (alert) => shown.push(alert),
      gatherMs: 100,
    });
    alerts.add([found('a', 'low')]);
    alerts.add([found('b', 'high')]);
    vi.advanceTimersByTime(100);
    expect(shown.map(({ title }) => title)).toEqual(['2 new detections']);
    alerts.add([found('c', 'low')]);
    settings = wants('none');
    vi.advanceTimersByTime(100);
    expect(shown).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
});

test('each window has a place and a memory of its own; those that were open come back', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'watchfloor-windows-')), 'windows.json');
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const first = openWindowMemories(file, log);
  expect(first.openBefore).toEqual([1]);
  const [one, two, three] = [first.take(), first.take(), first.take()];
  expect([one, two, three]).toEqual([1, 2, 3]);
  first.put(one, { hash: '#/watch', open: true });
  first.put(two, { hash: '#/sessions', open: true });
  first.put(two, { columns: 'person,status' });
  first.put(three, { open: false });
  first.free(two);
  expect(first.take()).toBe(2);
  expect(first.get(2)).toEqual({ hash: '#/sessions', open: true, columns: 'person,status' });

  const again = openWindowMemories(file, log);
  expect(again.openBefore).toEqual([1, 2]);
  expect(again.get(1)).toEqual({ hash: '#/watch', open: true });
  expect(again.get(null)).toEqual({});
  expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveProperty('2.hash', '#/sessions');
});

test('a profile that cannot be written keeps no window from closing', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'watchfloor-windows-')), 'windows.json');
  const warned: string[] = [];
  const log = {
    debug: () => {},
    info: () => {},
    warn: (words: string) => warned.push(words),
    error: () => {},
  };
  const memories = openWindowMemories(file, log);
  const place = memories.take();
  rmSync(dirname(file), { recursive: true });
  memories.put(place, { bounds: '0,0,800,600', open: true });
  expect(warned).toHaveLength(1);
  expect(memories.get(place)).toMatchObject({ bounds: '0,0,800,600' });
});
