import { expect, test } from 'vitest';
import { createPreparer } from '#engine/detect/prepare.ts';
import { createRowPreparer, type RowFacts } from '#engine/detect/prepare-rows.ts';
import { parseSettings } from '#engine/detect/settings.ts';

const SETTINGS = parseSettings({
  filters: { ignoredUsers: ['ignored'], serviceAccounts: ['robot'], ignoredIps: ['192.0.2.7'] },
});
const ORIGINS = [
  { ip: '192.0.2.7', userAgent: 'curl/8', enrich: { country: 'FR', asn: 64_500, trusted: false } },
  { ip: null, userAgent: null, enrich: { os: { name: 'Windows', version: '11' }, device: 'desktop' } },
] as const;
const FACTS: RowFacts = {
  id: 'e1',
  ts: 1,
  type: 'login',
  user: 'anna',
  session: '#1',
  reason: null,
  actor: null,
  attributes: null,
  silent: false,
};
const ROWS: readonly RowFacts[] = [
  FACTS,
  { ...FACTS, user: null },
  { ...FACTS, user: 'ignored' },
  { ...FACTS, user: 'robot', silent: true },
  { ...FACTS, type: 'login-failed', session: null, reason: 'password expired' },
  { ...FACTS, type: 'login-failed', session: null, reason: 'bad password' },
  { ...FACTS, type: 'role-changed', actor: 'bert' },
  { ...FACTS, attributes: { expiresAt: 5 } },
  { ...FACTS, attributes: { environment: 'shop' } },
  { ...FACTS, attributes: { environment: 7 } },
  { ...FACTS, attributes: { serviceAccount: true } },
  { ...FACTS, attributes: { service: true } },
  { ...FACTS, user: 'robot', attributes: { service: false } },
  { ...FACTS, user: 'ignored', attributes: { expiresAt: 5 } },
];

test('a row is prepared as its event is by itself, also the second time', () => {
  const one = createPreparer(SETTINGS, 'default');
  const rows = createRowPreparer(SETTINGS, 'default');
  for (const again of [1, 2])
    for (const origin of ORIGINS)
      for (const facts of ROWS) {
        const { silent, ...event } = facts;
        const alone = one({ ...event, ...origin }, silent);
        expect(rows(facts, origin), `round ${String(again)}`).toEqual(alone);
        expect(Object.keys(rows(facts, origin))).toEqual(Object.keys(alone));
      }
});
