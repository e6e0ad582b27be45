import ipaddr from 'ipaddr.js';

/** What the detections need to know of an address. */
export interface AddressFacts {
  /** Who an address is: an IPv4 address, or the /64 of an IPv6 one (privacy addresses move inside it). */
  readonly key: string;
  readonly family: 4 | 6;
  /** Private, carrier-grade NAT, loopback or link-local: such an address has no place. */
  readonly placeless: boolean;
}

const PLACELESS = new Set([
  'private',
  'carrierGradeNat',
  'loopback',
  'linkLocal',
  'uniqueLocal',
  'unspecified',
]);

/** Null when the text is not an address. IPv4 written as IPv6 (::ffff:a.b.c.d) is the IPv4 address. */
export const addressFacts = (text: string): AddressFacts | null => {
  if (!ipaddr.isValid(text)) return null;
  const address = ipaddr.process(text);
  const placeless = PLACELESS.has(address.range());
  if (address instanceof ipaddr.IPv6) {
    const network = new ipaddr.IPv6([...address.parts.slice(0, 4), 0, 0, 0, 0]);
    return { key: `${network.toString()}/64`, family: 6, placeless };
  }
  return { key: address.toString(), family: 4, placeless };
};

/** Whether an address is one of a list of addresses and CIDR blocks. Entries must have been checked before. */
export const createAddressList = (entries: readonly string[]): ((text: string) => boolean) => {
  if (entries.length === 0) return () => false;
  const blocks = entries.map((entry) => {
    if (entry.includes('/')) {
      const [address, bits] = ipaddr.parseCIDR(entry);
      return { address, bits };
    }
    const address = ipaddr.process(entry);
    return { address, bits: address instanceof ipaddr.IPv6 ? 128 : 32 };
  });
  return (text) => {
    if (!ipaddr.isValid(text)) return false;
    const address = ipaddr.process(text);
    return blocks.some(
      (block) => block.address.kind() === address.kind() && address.match(block.address, block.bits),
    );
  };
};

/** Whether the text is an address or a CIDR block. */
export const isAddressOrBlock = (text: string): boolean =>
  text.includes('/') ? ipaddr.isValidCIDR(text) : ipaddr.isValid(text);
