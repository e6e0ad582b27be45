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

const IPV4 = String.raw`(?:\d{1,3}\.){3}\d{1,3}`;
/** Groups with a gap (`2001:db8::1`), or all eight of them; a time of day (`23:31:20`) is neither. */
const IPV6 = String.raw`(?:(?:[\da-f]{1,4}:){7}[\da-f]{1,4}|(?:[\da-f]{1,4}(?::[\da-f]{1,4}){0,6})?::(?:(?:[\da-f]{1,4}:){0,6}(?:${IPV4}|[\da-f]{1,4}))?)`;
const ADDRESSES = new RegExp(String.raw`(?<![\w.:])(?:${IPV6}|${IPV4})(?![\w:]|\.\d)`, 'gi');

const ADDRESS = new RegExp(String.raw`^(?:${IPV6}|${IPV4})$`, 'i');
/** Whether a text is an address and nothing else, of those that are masked in sentences. */
export const isAddress = (text: string): boolean => text !== '::' && ADDRESS.test(text);

/**
 * Masks every address in a sentence, for texts that were written where the privacy setting is not known.
 * @param revealed addresses that were asked for and are shown whole
 */
export const maskAddressesIn = (text: string, revealed?: ReadonlySet<string>): string =>
  text.replace(ADDRESSES, (address) =>
    revealed?.has(address) === true || address === '::' ? address : maskAddress(address),
  );
