import { io, type Socket } from 'socket.io-client';
import type { Log } from '#shared/domain/log.ts';
import type { Problem } from '#shared/domain/result.ts';
import { Goodbye, Hello, Refusal, Status } from '#shared/protocol/handshake.ts';
import { REFUSALS_WAIT_FOR_PERSON } from '#shared/protocol/codes.ts';
import { LIMITS, NAMESPACE, PROTOCOL_VERSION } from '#shared/protocol/limits.ts';
import { ChangesEnvelope, SnapshotEnvelope } from '#shared/protocol/stream.ts';
import type { CertificateView } from '#shared/ipc/desk-views.ts';
import { certificateCheck, PinnedKeyError } from './certificate.ts';
import { proxyAgent, ProxyFailure, type FindProxy } from './proxy-agent.ts';
import { PROBLEMS, refusalProblem } from './problems.ts';
import { createReading, type Readable } from './reading.ts';

export interface SocketTarget {
  readonly url: string;
  readonly token: string;
  readonly ca: string | null;
  /** The one key that is accepted, as `certificateView` names it; null: any that the authority vouches for. */
  readonly pin: string | null;
  /** Null: straight. */
  readonly proxy: FindProxy | null;
  readonly client: { readonly id: string; readonly name: string; readonly version: string };
}
export type Acknowledge = (answer: unknown) => void;
export type Answered = (error: Error | null, answer: unknown) => void;
export interface SocketListener {
  failed(problem: Problem, person: boolean, retryAfterMs: number | null): void;
  closed(problem: Problem): void;
  /** What the agent showed; before anything else is said. */
  certificate(certificate: CertificateView): void;
  hello(hello: Hello): void;
  goodbye(goodbye: Goodbye): void;
  status(status: Status): void;
  snapshot(part: SnapshotEnvelope, acknowledge: Acknowledge): void;
  changes(batch: ChangesEnvelope, acknowledge: Acknowledge): void;
  malformed(what: string, acknowledge: Acknowledge | null): void;
  /** Everything else: command.progress, command.proof, approvals, rules. */
  told(event: string, payload: unknown): void;
}
export interface AgentSocket {
  /** Sends a request and waits for its answer; rejects when none comes in time or the connection ends. */
  request(event: string, payload: unknown, timeoutMs: number): Promise<unknown>;
  /** The same, answered in the very turn in which the answer arrives: before whatever the agent sent next. */
  ask(event: string, payload: unknown, timeoutMs: number, answered: Answered): void;
  close(): void;
}

/** Messages that need no acknowledgement, a second: far more than any agent has reason to send. */
const MOST_TOLD_PER_SECOND = 500;

/** Opens one connection to an agent. It never reconnects by itself; it says once that it failed or closed. */
export function openSocket(target: SocketTarget, listener: SocketListener, log: Log): AgentSocket {
  const socket: Socket = io(target.url + NAMESPACE, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    autoConnect: false,
    timeout: LIMITS.handshakeMs,
    rejectUnauthorized: true,
    ...(target.ca === null ? {} : { ca: target.ca }),
    auth: { protocol: PROTOCOL_VERSION, token: target.token, client: target.client },
    // Read by the websocket library; the client's types do not know them.
    ...({
      maxPayload: LIMITS.messageBytes,
      perMessageDeflate: false,
      checkServerIdentity: certificateCheck(target.url, target.pin, (certificate) => {
        listener.certificate(certificate);
      }),
      ...(target.proxy === null ? {} : { agent: proxyAgent(target.proxy) }),
    } as object),
  });
  let over = false;
  const reading = createReading(() => webSocketOf(socket));
  const finish = (tell: () => void): void => {
    if (over) return;
    over = true;
    reading.stop();
    socket.disconnect();
    tell();
  };

  socket.on('connect_error', (error: Error & { data?: unknown; description?: unknown }) => {
    finish(() => {
      const refusal = Refusal.safeParse(error.data);
      if (refusal.success) {
        const { code, retryAfterMs } = refusal.data;
        listener.failed(
          refusalProblem(refusal.data),
          REFUSALS_WAIT_FOR_PERSON.includes(code),
          retryAfterMs ?? null,
        );
      } else listener.failed(connectProblem(error, target), false, null);
    });
  });
  socket.on('disconnect', (reason, details) => {
    finish(() => {
      listener.closed(closeProblem(reason, details));
    });
  });

  let told = 0;
  let window = 0;
  const flooded = (): boolean => {
    const second = Math.floor(performance.now() / 1_000);
    if (second !== window) {
      window = second;
      told = 0;
    }
    told += 1;
    if (told <= MOST_TOLD_PER_SECOND) return false;
    finish(() => {
      listener.failed(PROBLEMS.flooding(), false, null);
    });
    return true;
  };

  socket.onAny((event: string, ...args: unknown[]) => {
    if (over) return;
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? once(last as Acknowledge) : null;
    const payload = args[0];
    switch (event) {
      case 'snapshot':
      case 'changes': {
        if (acknowledge === null) {
          listener.malformed(`“${event}” without an acknowledgement`, null);
          return;
        }
        if (event === 'snapshot') {
          const part = SnapshotEnvelope.safeParse(payload);
          if (part.success) listener.snapshot(part.data, acknowledge);
          else listener.malformed(`“snapshot”: ${issue(part.error)}`, acknowledge);
        } else {
          const batch = ChangesEnvelope.safeParse(payload);
          if (batch.success) {
            const done = reading.came(batch.data.items.length);
            listener.changes(batch.data, (answer) => {
              acknowledge(answer);
              done();
            });
          } else listener.malformed(`“changes”: ${issue(batch.error)}`, acknowledge);
        }
        return;
      }
      default:
    }
    if (flooded()) return;
    switch (event) {
      case 'hello': {
        const hello = Hello.safeParse(payload);
        const protocol = protocolOf(payload);
        if (hello.success) listener.hello(hello.data);
        else if (protocol !== null && protocol !== PROTOCOL_VERSION) {
          // Another version's greeting may well look different.
          finish(() => {
            listener.failed(PROBLEMS.protocol(protocol), true, null);
          });
        } else listener.malformed(`“hello”: ${issue(hello.error)}`, null);
        return;
      }
      case 'status': {
        const status = Status.safeParse(payload);
        if (status.success) listener.status(status.data);
        else log.debug('a malformed status was ignored', { problem: issue(status.error) });
        return;
      }
      case 'goodbye': {
        const goodbye = Goodbye.safeParse(payload);
        if (goodbye.success) listener.goodbye(goodbye.data);
        else log.debug('a malformed goodbye was ignored', { problem: issue(goodbye.error) });
        return;
      }
      default:
        listener.told(event, payload);
    }
  });
  socket.connect();

  const ask: AgentSocket['ask'] = (event, payload, timeoutMs, answered) => {
    if (over || !socket.connected) answered(new Error('not connected'), null);
    // More than the agent accepts would close the transport without a word.
    else if (isLongerThan(payload, LIMITS.messageBytes - 1_024))
      answered(new Error('the request is too large'), null);
    else {
      const there = reading.asked();
      socket.timeout(timeoutMs).emit(event, payload, (error: Error | null, answer: unknown) => {
        there();
        answered(error, answer);
      });
    }
  };

  return {
    ask,
    request: (event, payload, timeoutMs) =>
      new Promise((resolve, reject) => {
        ask(event, payload, timeoutMs, (error, answer) => {
          if (error === null) resolve(answer);
          else reject(error);
        });
      }),
    close: () => {
      over = true;
      reading.stop();
      socket.offAny();
      socket.disconnect();
      socket.removeAllListeners();
    },
  };
}

/** The WebSocket beneath a connection, which the client keeps to itself; null where it has none that can be held up. */
function webSocketOf(socket: Socket): Readable | null {
  const { transport } = socket.io.engine as { readonly transport?: { readonly ws?: Partial<Readable> } };
  const ws = transport?.ws;
  return typeof ws?.pause === 'function' && typeof ws.resume === 'function' ? (ws as Readable) : null;
}

/** Whether the text of this is longer, in bytes. It is not made twice for that where its parts say that it cannot be. */
const isLongerThan = (payload: unknown, bytes: number): boolean =>
  mostBytes(payload) > bytes && Buffer.byteLength(JSON.stringify(payload)) > bytes;

/** What a character becomes at most: `\\u0000`. */
const CHARACTER_BYTES = 6;
const SHORT_BYTES = 32;

/** At most so many bytes are the text of this. */
function mostBytes(value: unknown): number {
  if (typeof value === 'string') return CHARACTER_BYTES * value.length + SHORT_BYTES;
  if (typeof value !== 'object' || value === null) return SHORT_BYTES;
  let sum = SHORT_BYTES;
  if (Array.isArray(value)) for (const item of value) sum += mostBytes(item);
  else for (const [name, item] of Object.entries(value)) sum += mostBytes(name) + mostBytes(item);
  return sum;
}

function once(acknowledge: Acknowledge): Acknowledge {
  let done = false;
  return (answer) => {
    if (done) return;
    done = true;
    acknowledge(answer);
  };
}

const issue = (error: { readonly issues: readonly { path: PropertyKey[]; message: string }[] }): string => {
  const first = error.issues[0];
  return first === undefined
    ? 'malformed'
    : `${first.path.map(String).join('.') || 'message'}: ${first.message}`;
};

const protocolOf = (payload: unknown): string | null =>
  typeof payload === 'object' &&
  payload !== null &&
  'protocol' in payload &&
  typeof payload.protocol === 'string'
    ? payload.protocol.slice(0, 64)
    : null;

function connectProblem(error: Error & { description?: unknown }, { pin }: SocketTarget): Problem {
  const cause = innermost(error);
  if (cause instanceof ProxyFailure) return cause.problem;
  if (cause instanceof PinnedKeyError) return PROBLEMS.pinned(pin ?? '');
  const code = cause !== null && 'code' in cause ? String(cause.code) : '';
  const text = cause?.message ?? error.message;
  if (error.message === 'Invalid namespace') return PROBLEMS.notAnAgent('it has no /ssap');
  if (error.message === 'timeout') return PROBLEMS.unreachable('no answer within 5 seconds');
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|UNABLE_TO_GET_ISSUER/.test(code)) {
    return PROBLEMS.certificate(text);
  }
  if (/Unexpected server response: (\d+)/.test(text) || code === 'EPROTO') return PROBLEMS.notAnAgent(text);
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || /wrong version number/i.test(text)) {
    return PROBLEMS.notAnAgent(
      'it does not speak https; an agent without TLS is reached on this machine only',
    );
  }
  return PROBLEMS.unreachable(code === '' ? text : code);
}

function closeProblem(reason: string, details: unknown): Problem {
  const cause = details instanceof Error ? innermost(details) : null;
  const description =
    typeof details === 'object' && details !== null && 'description' in details ? details.description : null;
  const code = cause !== null && 'code' in cause ? String(cause.code) : '';
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' || description === 1009) return PROBLEMS.oversize();
  if (reason === 'parse error') return PROBLEMS.malformed('a frame that is not Socket.IO');
  if (code.startsWith('WS_ERR')) return PROBLEMS.malformed(cause?.message ?? code);
  return PROBLEMS.closed();
}

/** The websocket library's own error, wrapped twice on its way here. */
function innermost(error: unknown): Error | null {
  let found: Error | null = error instanceof Error ? error : null;
  for (let depth = 0; depth < 5 && found !== null; depth += 1) {
    const next: unknown =
      'description' in found && typeof found.description === 'object' && found.description !== null
        ? 'error' in found.description
          ? found.description.error
          : found.description
        : 'context' in found && found.context instanceof Error
          ? found.context
          : null;
    if (!(next instanceof Error)) return found;
    found = next;
  }
  return found;
}
