import { DAY } from '#shared/domain/units.ts';
import type { Severity } from '#shared/domain/detection.ts';
import { counted, networkKindText } from '#shared/domain/said.ts';
import type { AddressState } from '../address-state.ts';
import type { DetectContext } from '../context.ts';
import { STANDARD_FILTERS, type Descriptor } from '../descriptor.ts';
import { episodeOf, fromEpisode } from '../episode.ts';
import { decide, filter, standardFilters } from '../filters.ts';
import type { PreparedEvent } from '../prepare.ts';

export const anonymousIp: Descriptor = {
  name: 'anonymous_ip',
  setting: 'anonymousIp',
  title: 'Sign-in through an anonymiser',
  logic:
    'A success from Tor, an open proxy or a public VPN. A relay (Apple’s) and a VPN that nobody names are info only.',
  sources:
    'BuffaLogs anonymiser flag; Sigma Anonymous IP (high); Elastic first session via proxy; Panther for the exceptions',
  techniques: ['T1090.003', 'T1078'],
  severity: 'high; info for a relay or an unnamed VPN',
  entity: 'ip',
  filters: [...STANDARD_FILTERS, 'habitual_network'],
  nextStep: 'Ask the person whether they use it. If not, end the session and reset the password.',
  countsForRisk: true,
};
export const hostingIp: Descriptor = {
  name: 'hosting_ip',
  setting: 'hostingIp',
  title: 'Sign-in from a hosting network',
  logic: 'A success from an address of a hosting provider: people seldom sign in from servers.',
  sources: 'as for anonymous_ip',
  techniques: ['T1090.003', 'T1078'],
  severity: 'medium',
  entity: 'ip',
  filters: [...STANDARD_FILTERS, 'habitual_network'],
  nextStep: 'Find out whether it is a corporate proxy or a script of the person; list it as trusted if so.',
  countsForRisk: true,
};

const verdictFor = (event: PreparedEvent): { descriptor: Descriptor; severity: Severity } | null => {
  switch (event.network) {
    case 'tor':
    case 'proxy':
      return { descriptor: anonymousIp, severity: 'high' };
    case 'vpn':
      return { descriptor: anonymousIp, severity: event.asOrg === null ? 'info' : 'high' };
    case 'relay':
      return { descriptor: anonymousIp, severity: 'info' };
    case 'hosting':
      return { descriptor: hostingIp, severity: 'medium' };
    default:
      return null;
  }
};

const countEvaluated = (
  name: 'anonymous_ip' | 'hosting_ip',
  event: PreparedEvent,
  context: DetectContext,
): void => {
  if (event.network === null) context.notEvaluable(name, 'kind of network unknown');
  else context.evaluated(name);
};

/** One finding for each address and day, with everybody who signed in through it. */
export const evaluateNetworkKind = (
  state: AddressState,
  event: PreparedEvent,
  context: DetectContext,
): void => {
  if (event.type !== 'login') return;
  if (context.settings.anonymousIp !== null) countEvaluated('anonymous_ip', event, context);
  if (context.settings.hostingIp !== null) countEvaluated('hosting_ip', event, context);
  const found = verdictFor(event);
  if (
    found === null ||
    context.settings[found.descriptor.name === 'hosting_ip' ? 'hostingIp' : 'anonymousIp'] === null
  )
    return;
  const { descriptor, severity } = found;
  const verdict = decide([
    ...standardFilters(context, descriptor.name, event),
    filter('habitual_network', event.habit !== null, event.habit ?? '', 'not a habit of the person'),
  ]);
  const key = `${descriptor.name}:${severity}|${verdict.filtered ?? ''}`;
  const episode = episodeOf(state.episodes, key, event, DAY);
  const users =
    (state.visitors.get(key)?.at === episode.at ? state.visitors.get(key)?.users : undefined) ?? [];
  if (event.user !== null && !users.includes(event.user) && users.length < 200) users.push(event.user);
  state.visitors.set(key, { at: episode.at, users });
  context.raise(descriptor, {
    entity: { kind: 'ip', id: event.ipKey ?? '' },
    users: users.slice(),
    severity,
    verdict,
    summary: `${event.user ?? 'Somebody'} signed in ${event.network === 'hosting' ? 'from' : 'through'} ${networkKindText(event.network)}${event.asOrg === null ? '' : ` (${event.asOrg})`}${users.length > 1 ? `, as did ${counted(users.length - 1, 'other account')} within a day` : ''}`,
    figures: {
      ip: event.ip,
      network: event.network,
      asn: event.asn,
      asOrg: event.asOrg,
      country: event.country,
      users: users.slice(),
      signIns: episode.count,
      list: event.attributes?.['networkList'] ?? null,
      listDate: event.attributes?.['networkListDate'] ?? null,
    },
    ...fromEpisode(episode, key),
  });
};
