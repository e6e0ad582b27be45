import ipaddr from 'ipaddr.js';

/** Does this address lie in the network? False for what is not an address. */
export type NetworkTest = (address: string) => boolean;

/** Reads `192.0.2.0/24`, `2001:db8::/32` or a single address; null when it is none of these. */
export function parseNetwork(text: string): NetworkTest | null {
  const single = ipaddr.isValid(text) ? `${text}/${text.includes(':') ? '128' : '32'}` : text;
  if (!ipaddr.isValidCIDR(single)) return null;
  const [base, bits] = ipaddr.parseCIDR(single);
  return (address) => {
    if (!ipaddr.isValid(address)) return false;
    // An IPv4 address written inside IPv6 is the IPv4 address.
    const parsed = ipaddr.process(address);
    return parsed.kind() === base.kind() && parsed.match(base, bits);
  };
}

/** Is it an address, of either kind? */
export const isAddress = (text: string): boolean => ipaddr.isValid(text);
