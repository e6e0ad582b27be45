import type { Clock } from '#shared/domain/units.ts';
import { durationMs, MINUTE } from '#shared/domain/units.ts';
import type { RefusalCode } from '#shared/protocol/codes.ts';
import type { Refusal } from '#shared/protocol/handshake.ts';
import { HandshakeAuth } from '#shared/protocol/handshake.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/limits.ts';
import type { Token, Tokens } from '../state/tokens.ts';

export interface ConnectionCaps {
  readonly perToken: number;
  readonly total: number;
}
export type DoorRefusal = Refusal & { readonly code: RefusalCode };
export type Admission =
  | { readonly ok: true; readonly token: Token; readonly client: HandshakeAuth['client'] }
  | { readonly ok: false; readonly refusal: DoorRefusal };

export interface Door {
  /** Decides about one handshake. `open` are the connections there are. */
  admit(
    auth: unknown,
    address: string,
    open: { readonly total: number; ofToken(id: string): number },
  ): Admission;
}

/** Wrong tokens from one address in a minute before it has to wait. */
const MAX_FAILURES = 30;
const MAX_ADDRESSES = 10_000;
const RETRY_BUSY_MS = 5_000;

export function createDoor(tokens: Tokens, caps: ConnectionCaps, clock: Clock): Door {
  const failures = new Map<string, { since: number; count: number }>();
  const refuse = (
    code: RefusalCode,
    message: string,
    more: Omit<Partial<Refusal>, 'code'> = {},
  ): Admission => ({
    ok: false,
    refusal: { code, message, ...more },
  });
  const failed = (address: string) => {
    const now = clock();
    const entry = failures.get(address);
    if (entry === undefined || now - entry.since > MINUTE) failures.set(address, { since: now, count: 1 });
    else entry.count += 1;
    if (failures.size > MAX_ADDRESSES) failures.delete(failures.keys().next().value ?? '');
  };
  return {
    admit(auth, address, open) {
      const wait = waitFor(failures.get(address), clock());
      if (wait !== null) {
        return refuse('RATE_LIMITED', 'Too many wrong tokens from this address.', {
          retryAfterMs: durationMs(wait),
        });
      }
      const protocol: unknown =
        typeof auth === 'object' && auth !== null && 'protocol' in auth ? auth.protocol : undefined;
      if (protocol !== PROTOCOL_VERSION) {
        return refuse(
          'PROTOCOL_UNSUPPORTED',
          `This agent speaks protocol ${PROTOCOL_VERSION}${typeof protocol === 'string' ? `, not ${protocol.slice(0, 32)}` : '; the handshake names none'}.`,
          { supported: [PROTOCOL_VERSION] },
        );
      }
      const parsed = HandshakeAuth.safeParse(auth);
      if (!parsed.success) {
        const at = parsed.error.issues[0]?.path.join('.') ?? 'auth';
        if (at === 'token') failed(address);
        return at === 'token'
          ? refuse('UNAUTHENTICATED', 'The handshake carries no token.')
          : refuse('FORBIDDEN', `The handshake is malformed at ${at}: client needs id, name and version.`);
      }
      const token = tokens.verify(parsed.data.token);
      if (token === null) {
        failed(address);
        return refuse('UNAUTHENTICATED', 'The token is not known here, was revoked, or has expired.');
      }
      if (open.total >= caps.total || open.ofToken(token.id) >= caps.perToken) {
        return refuse(
          'TOO_MANY_CONNECTIONS',
          'There are too many connections with this agent; close one or wait.',
          {
            retryAfterMs: durationMs(RETRY_BUSY_MS),
          },
        );
      }
      return { ok: true, token, client: parsed.data.client };
    },
  };
}

function waitFor(entry: { since: number; count: number } | undefined, now: number): number | null {
  if (entry === undefined || entry.count < MAX_FAILURES || now - entry.since > MINUTE) return null;
  return MINUTE - (now - entry.since);
}
