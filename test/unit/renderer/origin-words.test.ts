import { expect, test } from 'vitest';
import { NETWORK_KINDS, type Device, type Network } from '#shared/domain/place.ts';
import { originSentence, phoneAnswer, vpnAnswer } from '#renderer/format/origin-words.ts';

const network = (over: Partial<Network> = {}): Network => ({
  asn: 3320,
  organisation: 'Example Telecom',
  kind: null,
  trusted: false,
  ...over,
});
const device = (deviceClass: Device['deviceClass']): Device => ({
  browser: { name: 'Chrome', version: '130' },
  system: { name: 'Windows', version: '11' },
  deviceClass,
  key: `k-${String(deviceClass)}`,
});

test.each([
  ['vpn', 'yes'],
  ['tor', 'yes'],
  ['proxy', 'yes'],
  ['relay', 'yes'],
  ['hosting', 'perhaps'],
  ['private', 'perhaps'],
  ['residential', 'no'],
  ['business', 'no'],
  ['mobile', 'no'],
  ['satellite', 'no'],
] as const)('a network of the kind %s can be a VPN: %s', (kind, is) => {
  expect(vpnAnswer(network({ kind })).is).toBe(is);
});

test('every kind of network has words of its own', () => {
  const words = NETWORK_KINDS.map((kind) => vpnAnswer(network({ kind })).why);
  expect(new Set(words).size).toBe(NETWORK_KINDS.length);
});

test('what is not known is never said to be harmless or not', () => {
  expect(vpnAnswer(null).is).toBe('perhaps');
  expect(vpnAnswer(network({ asn: null, organisation: null })).is).toBe('perhaps');
  expect(phoneAnswer(network(), []).is).toBe('perhaps');
  expect(phoneAnswer(network(), [device(null)]).is).toBe('perhaps');
});

test('a network that no list names is said to be on none; one’s own is no VPN of a stranger', () => {
  expect(vpnAnswer(network()).why).toContain('on no list');
  expect(vpnAnswer(network({ kind: 'vpn', trusted: true }))).toMatchObject({ is: 'no' });
});

test('a phone is told by its client, and a carrier leaves a desktop open', () => {
  expect(phoneAnswer(network(), [device('desktop'), device('mobile')]).is).toBe('yes');
  expect(phoneAnswer(network(), [device('desktop')])).toEqual({
    is: 'no',
    why: 'Chrome · Windows · desktop',
  });
  expect(phoneAnswer(network({ kind: 'mobile' }), [device('desktop')]).is).toBe('perhaps');
  expect(phoneAnswer(network(), [device('bot')]).why).toContain('a program');
});

test('a client that names no kind of device may run on a phone', () => {
  expect(phoneAnswer(network(), [device('other')])).toMatchObject({ is: 'perhaps' });
});

test('the sentence is about the address that raised it, and says what speaks against a harmless cause', () => {
  expect(originSentence([], 'impossible_travel')).toBeNull();
  const origin = (kind: Network['kind'], devices: readonly Device[]) => ({
    ip: '192.0.2.1',
    place: null,
    network: network({ kind }),
    devices,
  });
  const desktop = origin('residential', [device('desktop')]);
  expect(originSentence([origin('vpn', [device('mobile')]), desktop], 'impossible_travel')).toBe(
    'Not a VPN (a home line), not a phone (Chrome · Windows · desktop).',
  );
  const phone = [origin('residential', [device('mobile')])];
  expect(originSentence(phone, 'new_device')).toMatch(/, but a phone \(.*\)\.$/);
  expect(originSentence(phone, 'impossible_travel')).toContain('stays where it is');
  expect(originSentence([desktop], 'password_spray')).not.toContain('their own passwords');
  expect(originSentence([origin('hosting', [device('desktop')])], 'password_spray')).toContain(
    'their own passwords',
  );
  // A clock is wrong wherever it is.
  expect(originSentence([desktop], 'clock_skew')).toBeNull();
});

test('the list that says so is named with its date', () => {
  const list = { name: 'X4BNet VPN', date: '2026-10-01' };
  expect(vpnAnswer(network({ kind: 'vpn' }), list).why).toBe(
    'on a list of VPN networks (list “X4BNet VPN” of 2026-10-01)',
  );
  expect(vpnAnswer(network({ kind: 'hosting' }), { name: 'own', date: null }).why).toMatch(/\(list “own”\)$/);
});
