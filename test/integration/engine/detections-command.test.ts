import { afterEach, expect, test, vi } from 'vitest';
import { MINUTE } from '#shared/domain/units.ts';
import { detectionsList, detectionsShow, detectionsTriage } from '#cli/detections.ts';
import { audited, fakeEvent } from '#test/support/fake-agent/fake-records.ts';
import { NOW, WiredWorld } from '../../unit/engine/detections/wired-world.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const LIST = { state: 'open', severity: 'low', all: false, limit: '50', format: 'table' };

test('detections are listed, shown and triaged on the command line with no engine running', async () => {
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const said = async (work: Promise<number>): Promise<string> => {
    out = '';
    expect(await work).toBe(0);
    return out;
  };
  const world = new WiredWorld();
  await world.stream(
    ['8.8.8.8', '91.0.0.1'].map(
      (ip, n) => (position: number) =>
        audited(
          position,
          fakeEvent(`e${String(n)}`, {
            at: NOW + n * 20 * MINUTE,
            recordedAt: NOW + n * 20 * MINUTE,
            ip,
            account: { id: 'anna', name: 'an\u001b[31mna' },
          }),
        ),
    ),
  );
  const { profile } = world;
  const listed = await said(detectionsList({ ...LIST, profile }, 'test'));
  expect(listed).toContain('impossible_travel');
  expect(listed).not.toContain('\u001b');
  const line = listed.split('\n').find((one) => one.includes('impossible_travel')) ?? '';
  const id = line.slice(0, 12);
  const card = await said(detectionsShow({ profile, json: false }, id, 'test'));
  expect(card).toContain('Impossible travel (high, open)');
  expect(card).toContain('Speed: 27,500 km/h (against more than 900 km/h)');
  expect(card).toContain('not silenced (Company VPN or office egress): not a trusted egress');
  expect(card).toContain('ATT&CK: T1078');
  await expect(detectionsTriage({ profile, state: 'closed' }, [id], 'test')).rejects.toThrow(/--verdict/);
  await expect(detectionsTriage({ profile, note: 'x' }, ['nothing'], 'test')).rejects.toThrow(/No detection/);
  const done = await said(
    detectionsTriage({ profile, state: 'closed', verdict: 'benign', note: 'by train' }, [id], 'test'),
  );
  expect(done).toBe('1 changed\n');
  expect(await said(detectionsList({ ...LIST, profile }, 'test'))).not.toContain('impossible_travel');
  expect(await said(detectionsShow({ profile, json: false }, id, 'test'))).toContain('“by train”');
  expect(
    world.db.prepare("SELECT count(*) FROM journal WHERE action = 'detection-closed'").pluck().get(),
  ).toBe(1);
}, 30_000);
