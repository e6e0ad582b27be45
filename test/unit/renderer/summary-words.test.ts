import { expect, test } from 'vitest';
import { AccountId, ConnectionId } from '#shared/domain/ids.ts';
import { epochMs } from '#shared/domain/units.ts';
import type { EntityKind, EntityView, PersonView, Seen } from '#shared/ipc/people-views.ts';
import { entityFacts, personFacts, SUMMARY_LINES, type SummaryFact } from '#renderer/format/summary-words.ts';
import { NOW, session, SHOP } from '../../gallery/fixtures.ts';

const seen = <T>(what: T): Seen<T> => ({
  what,
  first: epochMs(NOW - 9),
  last: epochMs(NOW),
  sessions: 1,
  signIns: 1,
  failures: 0,
});
const nameOf = (connection: ConnectionId): string => (connection === SHOP ? 'shop' : 'elsewhere');
const SHARED = {
  first: epochMs(NOW - 9),
  last: epochMs(NOW),
  since: epochMs(NOW - 99),
  until: epochMs(NOW),
  sessions: 3,
  signIns: 1,
  failures: 0,
  live: [],
  days: [],
  events: [],
  networks: [],
  devices: [],
  addresses: [],
  capped: false,
};
const PERSON: PersonView = {
  ...SHARED,
  at: { connection: SHOP, id: AccountId.parse('7') },
  name: 'Amara Okafor',
  accounts: [],
  places: [],
  hours: [],
  lanes: [],
};
const entity = (kind: EntityKind, over: Partial<EntityView> = {}): EntityView => ({
  ...SHARED,
  kind,
  value: '203.0.113.77',
  title: '203.0.113.77',
  place: null,
  network: null,
  device: null,
  accounts: [],
  unknownNames: [],
  ...over,
});
const said = (facts: readonly SummaryFact[]): Record<string, string | number | null> =>
  Object.fromEntries(facts.map((fact) => [fact.name, 'at' in fact ? fact.at : fact.text]));

test('as many lines are kept free as there will be', () => {
  expect(personFacts(PERSON, nameOf)).toHaveLength(SUMMARY_LINES.person);
  for (const kind of ['address', 'network', 'device'] as const) {
    expect(entityFacts(entity(kind), nameOf)).toHaveLength(SUMMARY_LINES[kind]);
  }
});

test('a person: where they are signed in, the worst of their risks, and the first two of what there is more of', () => {
  const place = (city: string) => seen({ country: 'DE', city, latitude: null, longitude: null });
  const facts = said(
    personFacts(
      {
        ...PERSON,
        live: [
          session({ risk: 40 }),
          session({ risk: 91, connection: ConnectionId.parse('other') }),
          session({ risk: null }),
        ],
        places: ['Berlin', 'Bonn', 'Ulm', 'Jena'].map(place),
        capped: true,
      },
      nameOf,
    ),
  );
  expect(facts['Signed in now']).toBe('3 sessions in shop, elsewhere');
  expect(facts['Risk now']).toMatch(/^91 of 100, /);
  expect(facts['Places']).toBe('Berlin, DE; Bonn, DE +2');
  expect(facts['Devices']).toBe('none in 7 days');
  expect(facts['Last 7 days']).toBe('at least 3 sessions, 1 sign-in, 0 failures');
});

test('what is not known is said, and what was counted to an end only in part is no exact number', () => {
  expect(said(personFacts(PERSON, nameOf))).toMatchObject({
    'Signed in now': 'no',
    'Risk now': 'not signed in',
  });
  expect(said(entityFacts(entity('address'), nameOf))).toMatchObject({
    Place: 'not known',
    Network: 'not known',
  });
  const many = Array.from({ length: 50 }, (_, index) => seen(`203.0.113.${String(index)}`));
  const network = said(
    entityFacts(
      entity('network', { addresses: many, live: Array.from({ length: 200 }, () => session()) }),
      nameOf,
    ),
  );
  expect(network['Addresses']).toBe('50 or more in 7 days');
  expect(network['Signed in now']).toBe('200 or more sessions in shop');
});

test('no summary of a network, a person or a device names an address', () => {
  const address = '198.51.100.23';
  const live = [session({ ip: address })];
  const addresses = [seen(address)];
  const all = [
    personFacts({ ...PERSON, live, addresses }, nameOf),
    entityFacts(entity('network', { live, addresses }), nameOf),
    entityFacts(entity('device', { live, addresses }), nameOf),
  ];
  expect(JSON.stringify(all)).not.toContain(address);
});
