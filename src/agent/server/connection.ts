import { randomUUID } from 'node:crypto';
import type { Socket } from 'socket.io';
import type { Seq, SubscriptionId } from '#shared/domain/ids.ts';
import { seq } from '#shared/domain/ids.ts';
import type { Log } from '#shared/domain/log.ts';
import type { Clock } from '#shared/domain/units.ts';
import { durationMs, SECOND } from '#shared/domain/units.ts';
import type { GoodbyeCode } from '#shared/protocol/codes.ts';
import type { AgentToConsole, ConsoleToAgent } from '#shared/protocol/events.ts';
import type { Hello, HelloLimits, Status } from '#shared/protocol/handshake.ts';
import type { Subscribe, SubscribeAnswer } from '#shared/protocol/stream.ts';
import type { AgentState } from '../state/state.ts';
import { isLive } from '../state/tokens.ts';
import { mayReadAudit, mayReadSessions } from '../state/viewer.ts';
import { createBucket } from './bucket.ts';
import type { Caller } from './caller.ts';
import { callerOf } from './caller.ts';
import { Refused, toFailure } from './refusal.ts';
import type { Handler } from './requests.ts';
import { readSubscribe } from './requests.ts';
import { openSnapshot } from './snapshot-reader.ts';
import type { Outlet, Subscription } from './subscription.ts';
import { createSubscription } from './subscription.ts';

export type ConsoleSocket = Socket<ConsoleToAgent, AgentToConsole, Record<string, never>, { caller: Caller }>;

export interface ConnectionDeps {
  readonly state: AgentState;
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly limits: HelloLimits;
  readonly clock: Clock;
  readonly log: Log;
  /** Is there something to take a snapshot of? */
  readonly ready: () => boolean;
  readonly hello: (caller: Caller) => Hello;
  readonly status: (caller: Caller) => Status;
  /** Milliseconds a console may leave something unacknowledged. */
  readonly ackTimeoutMs: number;
}

export interface Connection {
  readonly tokenId: string;
  /** Who it is, as the token said when the connection was made. */
  readonly caller: Caller;
  readonly socket: ConsoleSocket;
  /** Closes the connection when its token was revoked, expired, or changed. True when it still stands. */
  checkToken(): boolean;
  pump(): void;
  sendStatus(): void;
  subscription(): Subscription | null;
  goodbye(code: GoodbyeCode, message: string): void;
}

const RETRY_MS: Readonly<Record<GoodbyeCode, number | null>> = {
  SHUTTING_DOWN: 2 * SECOND,
  TOKEN_REVOKED: null,
  SCOPES_CHANGED: 200,
  SLOW: 5 * SECOND,
  PROTOCOL_ERROR: 10 * SECOND,
  RESUBSCRIBE: 200,
};
const REQUESTS_PER_SECOND = 200;
const REQUESTS_AT_ONCE = 2_000;

/** Serves one console. */
export function serveConsole(socket: ConsoleSocket, deps: ConnectionDeps): Connection {
  const { state, clock, log } = deps;
  const caller = socket.data.caller;
  const scopesAtStart = fingerprint(caller);
  const bucket = createBucket(REQUESTS_PER_SECOND, REQUESTS_AT_ONCE, clock);
  let subscription: Subscription | null = null;
  let closed = false;

  const goodbye = (code: GoodbyeCode, message: string) => {
    if (closed) return;
    closed = true;
    subscription?.end();
    subscription = null;
    const retry = RETRY_MS[code];
    socket.emit('goodbye', { code, message, ...(retry === null ? {} : { retryAfterMs: durationMs(retry) }) });
    log.info('connection closed by the agent', { code, operator: caller.operator.id });
    socket.disconnect(true);
  };

  const outlet: Outlet = {
    snapshot: (part, answered) =>
      socket.timeout(deps.ackTimeoutMs).emit('snapshot', part, (error: Error | null, answer) => {
        if (error === null) answered(answer);
        else if (!closed) goodbye('SLOW', 'A part of the snapshot was not acknowledged in time.');
      }),
    changes: (batch, answered) =>
      socket.timeout(deps.ackTimeoutMs).emit('changes', batch, (error: Error | null, answer) => {
        if (error === null) answered(answer);
        else if (!closed) goodbye('SLOW', 'A batch of changes was not acknowledged in time.');
      }),
    goodbye,
  };

  /** The caller as the token says now. */
  function currentCaller(): Caller {
    const token = state.tokens.get(caller.token.id);
    if (token !== null && isLive(token, clock())) return callerOf(token);
    setImmediate(() => goodbye('TOKEN_REVOKED', 'The token was revoked or has expired.'));
    throw new Refused('UNAUTHENTICATED', 'The token was revoked or has expired.');
  }

  function subscribe(now: Caller, request: Subscribe): { answer: SubscribeAnswer; start: () => void } {
    const want = new Set(request.want);
    const readable =
      ((want.has('sessions') || want.has('accounts')) && mayReadSessions(now.viewer)) ||
      (want.has('audit') && mayReadAudit(now.viewer));
    if (!readable) {
      throw new Refused('FORBIDDEN', `This token may read none of: ${request.want.join(', ')}.`);
    }
    const { log: changes, epoch } = state;
    const { resume } = request;
    const head = changes.head();
    const resumed =
      resume !== null &&
      deps.ready() &&
      resume.epoch === epoch.current() &&
      resume.seq >= changes.tail() - 1 &&
      resume.seq <= head;
    const from: Seq = resumed ? resume.seq : head;
    const snapshot = () => openSnapshot(state, now.viewer, want, deps.limits.batch);
    // Pinned before the answer: `next` is then exactly one more than `asOf`.
    const pinned = !resumed && deps.ready() ? snapshot() : null;
    subscription?.end();
    const fresh = createSubscription({
      id: randomUUID() as string as SubscriptionId,
      epoch: epoch.current(),
      want,
      viewer: now.viewer,
      snapshot: resumed ? null : () => pinned ?? snapshot(),
      from,
      log: changes,
      outlet,
      limits: deps.limits,
      clock,
    });
    subscription = fresh;
    const next = seq((pinned?.asOf ?? from) + 1);
    return {
      answer: { ok: true, subscription: fresh.id, mode: resumed ? 'resume' : 'snapshot', next },
      start: pump,
    };
  }

  function pump(): void {
    if (closed || subscription === null || !deps.ready()) return;
    try {
      subscription.pump();
    } catch (error) {
      log.error('a stream failed', { error: String(error) });
      goodbye('RESUBSCRIBE', 'The stream failed inside the agent.');
    }
  }

  async function answer(
    name: string,
    payload: unknown,
    acknowledge: (answer: unknown) => void,
  ): Promise<void> {
    try {
      const wait = bucket.take();
      if (wait > 0) throw new Refused('RATE_LIMITED', 'Too many requests.', { retryAfterMs: wait });
      const now = currentCaller();
      if (name === 'subscribe') {
        const { answer: reply, start } = subscribe(now, readSubscribe(payload));
        acknowledge(reply);
        start();
        return;
      }
      const handler = deps.handlers.get(name);
      if (handler === undefined)
        throw new Refused('UNSUPPORTED', `This agent knows no request “${name.slice(0, 64)}”.`);
      acknowledge(await handler(now, payload));
    } catch (error) {
      if (error instanceof Refused) {
        acknowledge(toFailure(error));
        return;
      }
      log.error('a request failed', {
        request: name.slice(0, 64),
        error: error instanceof Error ? error.stack : String(error),
      });
      acknowledge(toFailure(new Refused('INTERNAL', 'The agent failed to answer; its log says more.')));
    }
  }

  socket.onAny((name: string, ...parameters: unknown[]) => {
    if (closed) return;
    const acknowledge = parameters.at(-1);
    // Without an acknowledgement nobody would learn the outcome: nothing is done.
    if (typeof acknowledge !== 'function') return;
    void answer(name, parameters.length > 1 ? parameters[0] : {}, acknowledge as (answer: unknown) => void);
  });
  socket.on('disconnect', () => {
    closed = true;
    subscription?.end();
    subscription = null;
  });

  socket.emit('hello', deps.hello(caller));
  socket.emit('status', deps.status(caller));
  return {
    tokenId: caller.token.id,
    caller,
    socket,
    checkToken() {
      if (closed) return false;
      const token = state.tokens.get(caller.token.id);
      if (token === null || !isLive(token, clock())) {
        goodbye('TOKEN_REVOKED', 'The token was revoked or has expired.');
        return false;
      }
      if (fingerprint(callerOf(token)) !== scopesAtStart) {
        goodbye('SCOPES_CHANGED', 'What this token may do has changed.');
        return false;
      }
      return true;
    },
    pump,
    sendStatus() {
      if (!closed) socket.emit('status', deps.status(caller));
    },
    subscription: () => subscription,
    goodbye,
  };
}

const fingerprint = ({ token }: Caller) =>
  JSON.stringify([token.operator, token.name, [...token.scopes].sort(), [...token.accounts].sort()]);
