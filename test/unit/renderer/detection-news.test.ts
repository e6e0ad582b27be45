import { beforeEach, expect, test } from 'vitest';
import type { DetectionNews, DetectionRow } from '#shared/ipc/detections-views.ts';
import { useApp } from '#renderer/store/app-store.ts';
import { receiveDetections } from '#renderer/store/detection-news.ts';
import { useNotices } from '#renderer/store/notice-store.ts';
import { settingsNow, useSettings } from '#renderer/store/settings-store.ts';

const detection = (severity: DetectionRow['severity'], title: string): DetectionRow =>
  ({
    severity,
    title,
    people: [{ id: 'a', name: 'n.okafor' }],
    entity: { name: 'n.okafor' },
  }) as unknown as DetectionRow;
const news = (...newest: readonly DetectionRow[]): DetectionNews => ({
  revision: 1,
  open: { info: 0, low: 1, medium: 0, high: 2, critical: 0 },
  newest,
});
const want = (announceDetections: 'all' | 'high' | 'none'): void => {
  useSettings.setState({ settings: { ...settingsNow(), announceDetections } });
};
const said = (): string => useNotices.getState().announcement;

beforeEach(() => {
  useNotices.setState({ announcement: '' });
});

test('a screen reader hears the worst new detection by name and the others by number', () => {
  want('all');
  receiveDetections(news(detection('low', 'New device'), detection('high', 'Impossible travel')));
  expect(said()).toMatch(/^New detection, high: Impossible travel, n\.okafor, and 1 more detection\.$/);
  expect(useApp.getState().detections?.open).toBe(3);
});

test('only what was asked for is read out, and nothing at all when that was asked for', () => {
  want('high');
  receiveDetections(news(detection('medium', 'New country')));
  expect(said()).toBe('');
  receiveDetections(news(detection('medium', 'New country'), detection('critical', 'Stolen session')));
  expect(said()).toMatch(/^New detection, critical: Stolen session, n\.okafor\.$/);
  useNotices.setState({ announcement: '' });
  want('none');
  receiveDetections(news(detection('critical', 'Stolen session')));
  expect(said()).toBe('');
});

test('the voice masks an address where the eye may not see it', () => {
  want('all');
  const about = {
    ...detection('high', 'Many failed sign-ins'),
    people: [],
    entity: { name: '45.84.122.48' },
  };
  receiveDetections(news(about as unknown as DetectionRow));
  expect(said()).toContain('45.84.122.48');
  useSettings.setState({ settings: { ...settingsNow(), maskAddresses: true } });
  receiveDetections(news(about as unknown as DetectionRow));
  expect(said()).toMatch(/Many failed sign-ins, 45\.84\.•••\.•••\.$/);
  useSettings.setState({ settings: { ...settingsNow(), maskAddresses: false } });
});
