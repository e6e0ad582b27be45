import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { Log } from '#shared/domain/log.ts';
import type { Clock } from '#shared/domain/units.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import type { Recorder } from '../poll/recorder.ts';
import { toEvent } from '../poll/to-wire.ts';
import { createBucket } from '../server/bucket.ts';
import type { AgentState } from '../state/state.ts';
import { storeKey } from '../stores/store-adapter.ts';
import type { StoredEvent } from '../stores/store-adapter.ts';
import type { PushMerger } from './merger.ts';
import type { PushedEvent } from './schema.ts';
import { PushRequest } from './schema.ts';

export interface PushOptions {
  /** What the application sends as `Authorization: Bearer …`; from the configuration. */
  readonly token: string;
  readonly state: AgentState;
  readonly recorder: Recorder;
  readonly merger: PushMerger;
  readonly clock: Clock;
  readonly log: Log;
  /** Something was told that changes sessions: look at the store. */
  readonly touched: () => void;
}

const PATH = '/v1/events';
const PER_SECOND = 50;
const AT_ONCE = 200;

class PushError extends Error {
  override readonly name = 'PushError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Takes `POST /v1/events` from an application that can tell what its store does not record. */
export function servePush(http: HttpServer | HttpsServer, options: PushOptions): void {
  const bucket = createBucket(PER_SECOND, AT_ONCE, options.clock);
  http.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith('/v1/') !== true) return;
    const answer = (status: number, body: Record<string, unknown>) => {
      response.writeHead(status, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        ...(request.complete ? {} : { connection: 'close' }),
      });
      // What was not read is not waited for.
      response.end(`${JSON.stringify(body)}\n`, () => {
        if (!request.complete) request.destroy();
      });
    };
    take(request, options, () => bucket.take())
      .then((result) => answer(202, result))
      .catch((error: unknown) => {
        if (error instanceof PushError) answer(error.status, { error: error.message });
        else {
          options.log.error('a push failed', { error: String(error) });
          answer(500, { error: 'The agent failed; its log says more.' });
        }
      });
  });
}

async function take(
  request: IncomingMessage,
  options: PushOptions,
  wait: () => number,
): Promise<{ accepted: number; known: number }> {
  if (request.url !== PATH || request.method !== 'POST')
    throw new PushError(404, `There is only POST ${PATH}.`);
  if (!authorized(request.headers.authorization, options.token))
    throw new PushError(401, 'The token is wrong or missing.');
  if (wait() > 0) throw new PushError(429, 'Too many requests; send events in batches.');
  const parsed = PushRequest.safeParse(await readJson(request));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new PushError(
      400,
      `${issue?.path.map(String).join('.') ?? 'body'}: ${issue?.message ?? 'not understood'}`,
    );
  }
  let accepted = 0;
  const { events } = parsed.data;
  options.recorder.record(() => {
    for (const event of events) if (record(event, options)) accepted += 1;
  });
  if (accepted > 0) options.touched();
  return { accepted, known: events.length - accepted };
}

function record(pushed: PushedEvent, { state, recorder, merger, clock }: PushOptions): boolean {
  const { session, ...rest } = pushed;
  const now = clock();
  const stored = {
    ...rest,
    id: `push:${pushed.id}`,
    at: pushed.at ?? now,
    attributes: { ...pushed.attributes, source: 'push' },
    ...(session === undefined ? {} : { sessionKey: storeKey(session) }),
  } as StoredEvent;
  const event = toEvent(stored, state.keys, 0, now);
  if (!merger.take(event)) return false;
  const { sessionId } = event;
  if (sessionId === undefined || event.outcome === 'failure' || event.action === 'logout') return true;
  const when = event.action === 'login' ? 'opened' : 'last';
  const { ip = null, userAgent = null } = event;
  const mfa = event.action === 'mfa';
  if (ip === null && userAgent === null && !mfa) return true;
  state.told.put({ session: sessionId, when, ip, userAgent, mfa });
  const known = state.sessions.get(sessionId);
  if (known !== undefined) recorder.overlaid(known);
  return true;
}

function authorized(header: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`));
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const incoming: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of incoming) {
    bytes += chunk.length;
    if (bytes > LIMITS.messageBytes) throw new PushError(413, 'More than 1 MiB; send fewer events at once.');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new PushError(400, 'The body is not JSON.');
  }
}
