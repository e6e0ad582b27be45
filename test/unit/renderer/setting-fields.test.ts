import { expect, test } from 'vitest';
import { DetectSettings, parseSettings } from '#engine/detect/settings.ts';
import { bySetting, COMMON_SETTINGS, startOf } from '#renderer/views/detections/common-settings.ts';
import { draftOf, fieldsOf, settingOf } from '#renderer/views/detections/setting-fields.ts';
import type { SettingsJson } from '#renderer/store/detect-settings.ts';
import { CATALOGUE } from '#engine/detect/catalogue.ts';

const defaults = JSON.parse(JSON.stringify(parseSettings({}))) as SettingsJson;
const typed = (setting: string, values: Readonly<Record<string, string>>) => {
  const standard = defaults[setting] ?? startOf(setting, 'Europe/Berlin');
  const fields = fieldsOf(standard, undefined);
  const draft = draftOf(standard, fields);
  if (draft.off) throw new Error(`${setting} is off`);
  return settingOf({ off: false, values: { ...draft.values, ...values } }, fields);
};

test('what is off until it is set begins with something that can be saved, with every field of it', () => {
  for (const setting of ['offHours', 'geofence']) {
    const meant = typed(setting, {});
    expect(meant.ok && DetectSettings.safeParse({ [setting]: meant.value }).success, setting).toBe(true);
  }
  expect(typed('offHours', { days: '1, 2; 6', holidays: '2026-12-25\n2026-12-26', start: '08:00' })).toEqual({
    ok: true,
    value: {
      timeZone: 'Europe/Berlin',
      days: [1, 2, 6],
      start: '08:00',
      end: '19:00',
      holidays: ['2026-12-25', '2026-12-26'],
    },
  });
  expect(typed('offHours', { days: 'Monday' })).toMatchObject({ ok: false, field: 'days' });
});

test('lists are typed with commas; accounts are ids that may hold commas, networks are numbers, pairs of countries one entry', () => {
  const meant = typed('filters', {
    serviceAccounts: '["62","backup, nightly"]',
    ignoredAsns: '64500 64501',
    trustedCidrs: '203.0.113.0/24',
    travelPairs: 'DE-FR',
  });
  if (!meant.ok) throw new Error(meant.problem);
  const parsed = parseSettings({ filters: meant.value }).filters;
  expect(parsed).toMatchObject({
    serviceAccounts: ['62', 'backup, nightly'],
    ignoredAsns: [64_500, 64_501],
    trustedCidrs: ['203.0.113.0/24'],
    travelPairs: [['DE', 'FR']],
    ignoredUsers: [],
  });
  // What was saved is shown as it is typed.
  const fields = fieldsOf(defaults['filters'], undefined);
  const again = draftOf(JSON.parse(JSON.stringify(parsed)) as SettingsJson[string], fields);
  expect(again).toMatchObject({
    values: { travelPairs: 'DE-FR', serviceAccounts: '["62","backup, nightly"]' },
  });
  expect(settingOf(again, fields)).toMatchObject({ ok: true, value: { travelPairs: ['DE-FR'] } });
});

test('a setting of several detections is called after the first, and the common ones follow', () => {
  const all = bySetting(CATALOGUE);
  expect(all.find(({ setting }) => setting === 'passwordSpray')?.title).toBe(
    'Password spray from one address',
  );
  expect(new Set(all.map(({ setting }) => setting)).size).toBe(all.length);
  for (const { setting } of COMMON_SETTINGS) expect(Object.keys(defaults)).toContain(setting);
});
