const HIDDEN = '•••';

/**
 * Hides the part of an address that points at one household: the last two octets of IPv4, all but the first two
 * groups of IPv6. What is not an address is hidden wholly.
 */
export function maskAddress(address: string): string {
  const octets = /^(\d{1,3})\.(\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(address);
  if (octets !== null) return `${octets[1] ?? ''}.${octets[2] ?? ''}.${HIDDEN}.${HIDDEN}`;
  const mapped = /^::ffff:(\d.*)$/i.exec(address);
  if (mapped?.[1] !== undefined) return `::ffff:${maskAddress(mapped[1])}`;
  const groups = address.split(':');
  const [first = '', second = ''] = groups;
  if (groups.length > 2 && first !== '') return `${first}:${second === '' ? '' : `${second}:`}${HIDDEN}`;
  return HIDDEN;
}
