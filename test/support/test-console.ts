import type { Socket } from 'socket.io-client';
import { io } from 'socket.io-client';
import type { Change } from '#shared/protocol/changes.ts';
import type { ConsoleRequestName, ConsoleRequests } from '#shared/protocol/events.ts';
import type { Goodbye, Hello, Refusal, Status } from '#shared/protocol/handshake.ts';
import { NAMESPACE } from '#shared/protocol/limits.ts';
import type { Account, AuditEvent, Session } from '#shared/protocol/records.ts';
import type { Changes, Snapshot, Subscribe, SubscribeAnswer } from '#shared/protocol/stream.ts';

/** Test equipment: a console that keeps what it was sent and acknowledges as a test tells it. */
export interface TestConsole {
  readonly socket: Socket;
  readonly hello: Hello;
  readonly statuses: Status[];
  readonly goodbyes: Goodbye[];
  readonly batches: Changes[];
  readonly parts: Snapshot[];
  readonly news: { event: string; payload: unknown }[];
  readonly sessions: Map<string, Session>;
  readonly accounts: Map<string, Account>;
  readonly events: Map<string, AuditEvent>;
  readonly changes: Change[];
  /** Last position that was acknowledged. */
  position(): { epoch: string; seq: number };
  /** What to answer; default: as a correct console. Undefined from the function: no answer. */
  answering(answer: ((kind: 'snapshot' | 'changes', payload: Snapshot | Changes) => unknown) | null): void;
  ask<Name extends ConsoleRequestName>(
    name: Name,
    request: unknown,
  ): Promise<ConsoleRequests[Name]['answer']>;
  subscribe(request?: Partial<{ [K in keyof Subscribe]: unknown }>): Promise<SubscribeAnswer>;
  /** Resolves when the condition holds; checked whenever something arrives. */
  until(condition: () => boolean, what?: string): Promise<void>;
  close(): void;
}

const WAIT_MS = 15_000;

export function rawSocket(url: string, auth: unknown, namespace = NAMESPACE): Socket {
  return io(`${url}${namespace}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: auth as Record<string, unknown>,
  });
}

export const authOf = (token: string) => ({
  protocol: '1',
  token,
  client: { id: 'test-console', name: 'Test', version: '0' },
});

/** The refusal of a handshake that must not succeed. */
export function refusalOf(socket: Socket): Promise<Refusal> {
  return new Promise((resolve, reject) => {
    socket.on('connect', () => {
      socket.close();
      reject(new Error('the handshake was accepted'));
    });
    socket.on('connect_error', (error) => {
      socket.close();
      resolve((error as Error & { data: Refusal }).data);
    });
  });
}

export async function connectConsole(url: string, token: string): Promise<TestConsole> {
  const socket = rawSocket(url, authOf(token));
  const statuses: Status[] = [];
  const goodbyes: Goodbye[] = [];
  const batches: Changes[] = [];
  const parts: Snapshot[] = [];
  const news: { event: string; payload: unknown }[] = [];
  const sessions = new Map<string, Session>();
  const accounts = new Map<string, Account>();
  const events = new Map<string, AuditEvent>();
  const changes: Change[] = [];
  const waiting = new Set<() => void>();
  let answer: ((kind: 'snapshot' | 'changes', payload: Snapshot | Changes) => unknown) | null = null;
  let position = { epoch: '', seq: 0 };
  let hello: Hello | null = null;
  const arrived = () => {
    for (const check of [...waiting]) check();
  };
  const apply = (change: Change) => {
    changes.push(change);
    if (change.kind === 'session.opened' || change.kind === 'session.updated')
      sessions.set(change.session.id, change.session);
    else if (change.kind === 'session.closed') sessions.delete(change.id);
    else if (change.kind === 'account.upserted') accounts.set(change.account.id, change.account);
    else if (change.kind === 'account.removed') accounts.delete(change.id);
    else events.set(change.event.id, change.event);
  };
  socket.on('hello', (value: Hello) => {
    hello = value;
  });
  socket.on('status', (value: Status) => statuses.push(value));
  socket.on('goodbye', (value: Goodbye) => goodbyes.push(value));
  socket.on('snapshot', (part: Snapshot, acknowledge: (answer: unknown) => void) => {
    const given = answer === null ? { ok: true, part: part.part } : answer('snapshot', part);
    parts.push(part);
    for (const session of part.sessions) sessions.set(session.id, session);
    for (const account of part.accounts) accounts.set(account.id, account);
    if (part.last) position = { epoch: part.epoch, seq: part.asOf };
    if (given !== undefined) acknowledge(given);
  });
  socket.on('changes', (batch: Changes, acknowledge: (answer: unknown) => void) => {
    const given = answer === null ? { ok: true, seq: batch.to } : answer('changes', batch);
    batches.push(batch);
    for (const change of batch.items) apply(change);
    position = { epoch: batch.epoch, seq: batch.to };
    if (given !== undefined) acknowledge(given);
  });
  for (const event of [
    'command.progress',
    'command.proof',
    'approval.requested',
    'approval.resolved',
    'rules.changed',
  ]) {
    socket.on(event, (payload: unknown) => news.push({ event, payload }));
  }
  socket.onAny(arrived);
  socket.on('disconnect', () => setImmediate(arrived));

  const until = (condition: () => boolean, what = 'the condition') =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if (!condition()) return;
        clearTimeout(timer);
        waiting.delete(check);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(check);
        reject(new Error(`${what} did not come about`));
      }, WAIT_MS);
      waiting.add(check);
      // onAny runs before the handlers of the event.
      const later = setInterval(() => (waiting.has(check) ? check() : clearInterval(later)), 10);
      check();
    });

  await new Promise<void>((resolve, reject) => {
    socket.on('connect_error', (error) => reject(error));
    socket.on('connect', () => resolve());
  });
  await until(() => hello !== null, 'hello');
  const ask: TestConsole['ask'] = (name, request) => socket.timeout(WAIT_MS).emitWithAck(name, request);
  return {
    socket,
    hello: hello as unknown as Hello,
    statuses,
    goodbyes,
    batches,
    parts,
    news,
    sessions,
    accounts,
    events,
    changes,
    position: () => position,
    answering(next) {
      answer = next;
    },
    ask,
    subscribe: (request = {}) =>
      ask<'subscribe'>('subscribe', {
        resume: null,
        want: ['sessions', 'audit', 'accounts'],
        ...request,
      }),
    until,
    close: () => void socket.close(),
  };
}
