import { z } from 'zod';
import { LIMITS } from './limits.ts';

/** What an agent's owner hands to a console: one JSON file or pasted text with address and token. */
export const ConnectionFile = z.strictObject({
  watchfloor: z.literal(1),
  name: z.string().min(1).max(LIMITS.id),
  url: z.url().max(2_048),
  token: z.string().min(1).max(1_024),
  /** PEM of the certificate authority that signed the agent's certificate. */
  ca: z.string().max(65_536).optional(),
});
export type ConnectionFile = z.infer<typeof ConnectionFile>;

const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

export type AgentUrl =
  { readonly ok: true; readonly url: string } | { readonly ok: false; readonly message: string };

/**
 * Checks the address of an agent: https (or wss) anywhere, http (or ws) on loopback only.
 * Returns the normalised origin, or a sentence that says what is wrong and what to do.
 */
export function checkAgentUrl(text: string): AgentUrl {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) {
    return {
      ok: false,
      message: `“${trimmed}” is not an address. Write it like https://agent.example.org:7420.`,
    };
  }
  const url = new URL(trimmed.replace(/^ws/, 'http'));
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { ok: false, message: `An agent is reached over https, not ${url.protocol.slice(0, -1)}.` };
  }
  if (url.username !== '' || url.password !== '') {
    return {
      ok: false,
      message: 'The address must not contain a name or password; the token goes into its own field.',
    };
  }
  if ((url.pathname !== '/' && url.pathname !== '') || url.search !== '' || url.hash !== '') {
    return {
      ok: false,
      message: `The address ends after the port; remove “${url.pathname}${url.search}${url.hash}”.`,
    };
  }
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    return {
      ok: false,
      message: `Plain http is allowed on this machine only; use https for ${url.hostname}, or the token could be read on the way.`,
    };
  }
  return { ok: true, url: url.origin };
}
