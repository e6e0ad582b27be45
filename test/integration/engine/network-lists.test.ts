import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { MINUTE } from '#shared/domain/units.ts';
import { listsAdd, listsRemove, listsShow } from '#cli/lists.ts';
import { refreshAddresses } from '#engine/mirror/refresh-addresses.ts';
import { listsToApply, networkFiles } from '#engine/network-lists.ts';
import { openGeo, resolveGeoData } from '#geo/open.ts';
import { audited, fakeEvent } from '#test/support/fake-agent/fake-records.ts';
import { NOW, WiredWorld } from '../../unit/engine/detections/wired-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'watchfloor-lists-'));
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

test('a list is checked line by line, loaded, used, shown with its date, brought to what is mirrored, and taken away', async () => {
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const world = new WiredWorld();
  const { profile } = world;
  await world.stream(
    ['8.8.8.8', '91.0.0.1'].map(
      (ip, n) => (position: number) =>
        audited(
          position,
          fakeEvent(`e${String(n)}`, { at: NOW + n * MINUTE, recordedAt: NOW + n * MINUTE, ip }),
        ),
    ),
  );
  expect(listsShow(profile)).toBe(0);
  expect(out).toContain('No lists are loaded');
  expect(listsToApply(profile)).toBeNull();

  const file = join(folder, 'carriers.txt');
  writeFileSync(file, '# kind: mobile\n91.0.0.0/16\nnonsense\n300.1.2.3\n');
  expect(() => listsAdd(profile, file)).toThrow(
    /line 3: "nonsense".*line 4: "300\.1\.2\.3".*Nothing was changed/s,
  );
  expect(networkFiles(profile).kindLists).toEqual([]);
  writeFileSync(file, '# name: Carriers\n# kind: mobile\n# date: 2026-11-01\n91.0.0.0/16\nAS64500\n');
  expect(listsAdd(profile, file)).toBe(0);
  const own = join(folder, 'ours.yaml');
  writeFileSync(
    own,
    'name: Ours\ndate: 2026-11-02\nnetworks:\n  - cidr: 8.8.8.0/24\n    kind: business\n    trusted: true\n',
  );
  expect(listsAdd(profile, own)).toBe(0);
  out = '';
  expect(listsShow(profile)).toBe(0);
  expect(out).toContain('carriers.txt  Carriers  2026-11-01  2 networks  mobile');
  expect(out).toContain('own-networks.yaml  Ours  2026-11-02  1 networks');

  const kinds = (): unknown => world.db.prepare('SELECT ip, kind, trusted FROM address ORDER BY ip').all();
  const bring = async (): Promise<void> => {
    const { enricher } = await openGeo({
      files: resolveGeoData(folder, folder),
      ...networkFiles(profile),
    });
    const due = listsToApply(profile);
    expect(due).not.toBeNull();
    const { signal } = new AbortController();
    const { db, committer } = world;
    expect(await refreshAddresses({ db, enricher, signal, submit: (job) => committer.submit(job) })).toBe(
      true,
    );
    due?.done();
    expect(listsToApply(profile)).toBeNull();
  };
  await bring();
  expect(kinds()).toEqual([
    { ip: '8.8.8.8', kind: 'business', trusted: 1 },
    { ip: '91.0.0.1', kind: 'mobile', trusted: 0 },
  ]);
  expect(() => listsRemove(profile, 'other.txt')).toThrow('No list “other.txt” is loaded');
  expect(listsRemove(profile, 'carriers.txt')).toBe(0);
  await bring();
  expect(kinds()).toEqual([
    { ip: '8.8.8.8', kind: 'business', trusted: 1 },
    { ip: '91.0.0.1', kind: null, trusted: 0 },
  ]);
});
