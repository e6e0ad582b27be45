import type { Problem } from '#shared/domain/result.ts';
import { PROTOCOL_VERSION } from '#shared/protocol/limits.ts';
import type { Refusal } from '#shared/protocol/handshake.ts';

/** Every way in which a connection fails, in words for the person at the window. */
const problem = (code: string, message: string, advice: string): Problem => ({ code, message, advice });

export const PROBLEMS = {
  badUrl: (message: string) => problem('BAD_URL', message, 'Edit the environment and correct its address.'),
  noToken: () =>
    problem(
      'TOKEN_MISSING',
      'The token of this environment is not known here.',
      'Edit the environment and enter its token again.',
    ),
  unreachable: (detail: string) =>
    problem(
      'UNREACHABLE',
      `The agent does not answer (${detail}).`,
      'Check the address, and that the agent is running. It is tried again by itself.',
    ),
  timeout: () =>
    problem(
      'HANDSHAKE_TIMEOUT',
      'The agent accepted the connection but did not greet within 5 seconds.',
      'Check that the address is an agent’s and not another service’s. It is tried again by itself.',
    ),
  certificate: (detail: string) =>
    problem(
      'CERTIFICATE',
      `The agent’s certificate is not trusted (${detail}).`,
      'Ask who runs the agent for its certificate authority (PEM) and enter it for this environment.',
    ),
  pinned: (pin: string) =>
    problem(
      'PINNED_KEY',
      `The agent shows another key than the one that was pinned for this environment (${pin}).`,
      'If its owner has changed the key, edit the environment and remove the pin; otherwise somebody may stand between you and the agent.',
    ),
  proxyUnreachable: (proxy: string, detail: string) =>
    problem(
      'PROXY_UNREACHABLE',
      `The proxy ${proxy} does not answer (${detail}).`,
      'Edit the environment and correct its proxy, or reach the agent without one. It is tried again by itself.',
    ),
  proxyRefused: (proxy: string, detail: string) =>
    problem(
      'PROXY_REFUSED',
      `The proxy ${proxy} does not lead to the agent (${detail}).`,
      'Ask who runs the proxy to allow it, or reach the agent without one. It is tried again by itself.',
    ),
  proxyCredentials: (proxy: string) =>
    problem(
      'PROXY_CREDENTIALS',
      `The proxy ${proxy} does not accept the name and password.`,
      'Edit the environment and enter name and password of the proxy. It is tried again by itself.',
    ),
  proxyUnknown: (detail: string) =>
    problem(
      'PROXY_UNKNOWN',
      `Which proxy the system uses could not be found out (${detail}).`,
      'Edit the environment and set its proxy by hand. It is tried again by itself.',
    ),
  notAnAgent: (detail: string) =>
    problem(
      'NOT_AN_AGENT',
      `What answers at this address is not a session-store agent (${detail}).`,
      'Check the address and the port.',
    ),
  protocol: (theirs: string) =>
    problem(
      'PROTOCOL_UNSUPPORTED',
      `The agent speaks protocol ${theirs}; this console speaks ${PROTOCOL_VERSION}.`,
      'Update the older of the two.',
    ),
  badHello: (detail: string) =>
    problem(
      'MALFORMED_HELLO',
      `The agent greeted in a way that cannot be understood (${detail}).`,
      'Update the agent, or tell its maker. It is tried again by itself.',
    ),
  malformed: (what: string) =>
    problem(
      'MALFORMED',
      `The agent sent something that is not of the protocol (${what}). The connection was closed; nothing of it was kept.`,
      'Update the agent, or tell its maker. It is tried again by itself.',
    ),
  oversize: () =>
    problem(
      'OVERSIZE',
      'The agent sent a message of more than 1 MiB. The connection was closed; nothing of it was kept.',
      'Update the agent, or tell its maker. It is tried again by itself.',
    ),
  flooding: () =>
    problem(
      'FLOODING',
      'The agent sent more than it may without waiting for acknowledgements. The connection was closed.',
      'Update the agent, or tell its maker. It is tried again by itself.',
    ),
  outOfOrder: (what: string) =>
    problem(
      'OUT_OF_ORDER',
      `The agent’s stream has a fault: ${what}. It was refused and asked for again.`,
      'Nothing is lost. If this goes on, update the agent or tell its maker.',
    ),
  noAnswer: (what: string) =>
    problem(
      'NO_ANSWER',
      `The agent did not answer “${what}” in time.`,
      'It is tried again by itself. If this goes on, look at the agent’s log.',
    ),
  refusedRequest: (what: string, code: string, message: string) =>
    problem(
      code,
      `The agent refused “${what}”: ${message || code}.`,
      'It is tried again by itself. If this goes on, look at the agent’s log.',
    ),
  applying: () =>
    problem(
      'APPLYING',
      'The snapshot that has arrived is being written.',
      'Nothing is to be done; it goes on by itself.',
    ),
  closed: () =>
    problem(
      'CLOSED',
      'The connection to the agent ended.',
      'It is tried again by itself. What was mirrored stays usable.',
    ),
  nothingToSee: () =>
    problem(
      'NO_SCOPES',
      'This token may see neither sessions nor audit events.',
      'Ask who runs the agent for a token with the scope sessions:read, audit:read or sessions:own.',
    ),
  otherEnvironment: (was: string, is: string) =>
    problem(
      'ENVIRONMENT_CHANGED',
      `This address now answers as environment “${is}”; what is mirrored here belongs to “${was}”.`,
      'If that is intended, remove this environment and add it anew; otherwise correct the address.',
    ),
} as const;

/** A `connect_error` with data, in words. */
export function refusalProblem(refusal: Refusal): Problem {
  const said = refusal.message === '' ? refusal.code : refusal.message;
  switch (refusal.code) {
    case 'UNAUTHENTICATED':
      return problem(
        'UNAUTHENTICATED',
        `The agent does not accept the token: ${said}.`,
        'Enter a valid token; who runs the agent can make one with “watchfloor-agent token create”.',
      );
    case 'FORBIDDEN':
      return problem(
        'FORBIDDEN',
        `The agent does not let this token connect: ${said}.`,
        'Ask who runs the agent what the token may do.',
      );
    case 'PROTOCOL_UNSUPPORTED':
      return PROBLEMS.protocol(refusal.supported?.join(', ') ?? 'another version');
    case 'TOO_MANY_CONNECTIONS':
      return problem(
        'TOO_MANY_CONNECTIONS',
        `The agent has too many connections: ${said}.`,
        'Close other consoles that use this token. It is tried again by itself.',
      );
    case 'RATE_LIMITED':
      return problem('RATE_LIMITED', `The agent asks to wait: ${said}.`, 'It is tried again by itself.');
    default:
      return problem(
        refusal.code,
        `The agent refused the connection: ${said}.`,
        'It is tried again by itself.',
      );
  }
}

/** Why the agent said goodbye, in words. */
export function goodbyeProblem(code: string, message: string): Problem {
  const said = message === '' ? '' : `: ${message}`;
  switch (code) {
    case 'SHUTTING_DOWN':
      return problem(code, `The agent is shutting down${said}.`, 'It is tried again by itself.');
    case 'TOKEN_REVOKED':
      return problem(code, `The token was revoked${said}.`, 'Enter another token.');
    case 'SCOPES_CHANGED':
      return problem(code, `What the token may do has changed${said}.`, 'Connecting anew.');
    case 'SLOW':
      return problem(
        code,
        `The agent gave up waiting for this console${said}.`,
        'It is tried again by itself. If this goes on, this machine or its disk is too slow or full.',
      );
    case 'RESUBSCRIBE':
      return problem(code, `The agent’s log has moved on${said}.`, 'Reading everything anew.');
    default:
      return problem(
        code,
        `The agent closed the connection${said || `: ${code}`}.`,
        'It is tried again by itself.',
      );
  }
}
