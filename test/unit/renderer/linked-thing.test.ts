import { expect, test } from 'vitest';
import { parseQuery } from '#shared/query/parse.ts';
import { hrefOf } from '#renderer/store/route-store.ts';
import { linkedThing, searchFor, subjectFor } from '#renderer/shell/linked-thing.ts';

test.each([
  ['a person', hrefOf('people', 'c 1', 'a/1'), 'ann', 'person/c 1/a/1', 'account:="a/1"'],
  [
    'an IPv6 address',
    hrefOf('investigate', 'address', '2001:db8::1'),
    undefined,
    'address/2001:db8::1',
    'ip:2001:db8::1',
  ],
  ['a numbered network', hrefOf('investigate', 'network', 'AS3320'), undefined, 'network/AS3320', 'asn:3320'],
  [
    'a named network',
    hrefOf('investigate', 'network', 'Home Line'),
    undefined,
    'network/Home Line',
    'network:="Home Line"',
  ],
  [
    'a kind of device',
    hrefOf('investigate', 'device', 'Windows|Chrome|desktop'),
    undefined,
    'device/Windows|Chrome|desktop',
    null,
  ],
])(
  'a link to %s has a menu, a bookmark and a search that both lists understand',
  (_, href, name, subject, search) => {
    const thing = linkedThing(href, name);
    if (thing === null || thing.kind === 'environment') throw new Error('no thing that has a menu');
    expect([subjectFor(thing), searchFor(thing)]).toEqual([subject, search]);
    if (search === null) return;
    for (const table of ['sessions', 'audit'] as const)
      expect(parseQuery(search, table).ok, table).toBe(true);
  },
);

test('an environment is told of, and has its actions on its page', () => {
  expect(linkedThing(hrefOf('environments', 'c 1'), undefined)).toEqual({
    kind: 'environment',
    connection: 'c 1',
  });
});

test.each([
  hrefOf('environments'),
  hrefOf('environments', 'c', 'edit'),
  hrefOf('people'),
  hrefOf('people', 'c'),
  hrefOf('people', 'c', 'a'),
  hrefOf('investigate', 'at', '5'),
  hrefOf('investigate', 'address'),
  hrefOf('detections', 'c', 'd'),
  'https://example.org/people/c/a',
])('%s is no link to a thing, or names nobody', (href) => {
  expect(linkedThing(href, undefined)).toBeNull();
});
