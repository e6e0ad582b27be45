/** What each filter asks, as an analyst would; the machines’ names are in docs/detections.md. */
const FILTERS: Readonly<Record<string, string>> = {
  ignored_user: 'Account on the ignore list',
  ignored_ip: 'Address on the ignore list',
  ignored_asn: 'Network on the ignore list',
  trusted_egress: 'Company VPN or office egress',
  service_account: 'Service account',
  allow_list: 'Allow-list entry',
  same_ip: 'Same address or IPv6 /64',
  mobile_carrier: 'Phone on a mobile carrier',
  same_country: 'Same country',
  satellite: 'Satellite network',
  habitual_network: 'VPN or relay that the person always uses',
  travel_pair: 'Countries people commute between',
  known_ip: 'Address known from before',
  learning: 'Still learning this person',
  trusted_country: 'Trusted country',
  established_users: 'People who work at this address',
  success_ratio: 'Too many successes for an attack',
  exempt_sources: 'Only trusted or ignored addresses',
  outage_guard: 'Outage, not an attack',
  standard_filters: 'Lists, trusted egress, service account',
  known_administrator: 'Known administrator',
  api_token: 'API token',
};

/** The name of a filter in words; its own name where it is not known here. */
export const filterName = (filter: string): string => {
  const words = filter.replaceAll('_', ' ');
  return FILTERS[filter] ?? `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
};
