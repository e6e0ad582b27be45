import { z } from 'zod';
import type { Log } from '#shared/domain/log.ts';
import { ENGINE_METHODS, type EngineContract } from '#shared/ipc/engine-contract.ts';
import type { FrameToWindow, Handlers } from '#shared/ipc/contract.ts';
import type { EngineEvent } from '#shared/ipc/views.ts';
import type { Problem } from '#shared/domain/result.ts';
import { problemOf, ProblemError } from './problem-error.ts';

const Frame = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('call'),
    id: z.int().min(0),
    method: z.string().max(64),
    request: z.unknown(),
  }),
  z.strictObject({ type: z.literal('cancel'), id: z.int().min(0) }),
]);

/** Calls of one window under way at once; more are refused, so that a window gone wild cannot bury the engine. */
const MOST_CALLS = 64;

/**
 * A schema compiles itself when it is first used, which takes longer than reading one request does: the window waits for the
 * first answers, and many methods are called once.
 */
const ONCE = { jitless: true } as const;
/** Methods that were called before, by anybody. */
const asked = new Set<keyof EngineContract>();

export interface CallServer {
  receive(frame: unknown): void;
  tell(event: EngineEvent): void;
  /** The other side is gone: what it asked for is no longer wanted. */
  close(): void;
}

/**
 * Answers the calls of one caller. Only the listed methods, every request parsed with its schema, a bounded number
 * at a time.
 */
export function serveCalls(options: {
  readonly handlers: Handlers<EngineContract>;
  readonly methods: readonly string[];
  readonly send: (frame: FrameToWindow<EngineEvent>) => void;
  readonly log: Log;
}): CallServer {
  const { handlers, send, log } = options;
  const allowed = new Set(options.methods.filter((name) => Object.hasOwn(ENGINE_METHODS, name)));
  const running = new Map<number, AbortController>();

  const call = async (name: string, request: unknown, signal: AbortSignal): Promise<unknown> => {
    if (!allowed.has(name)) {
      throw new ProblemError({
        code: 'NOT_ALLOWED',
        message: `“${name.slice(0, 64)}” may not be called here.`,
      });
    }
    const method = name as keyof EngineContract;
    const parsed = ENGINE_METHODS[method].request.safeParse(request, asked.has(method) ? {} : ONCE);
    asked.add(method);
    if (!parsed.success) throw new ProblemError(badRequest(name, parsed.error));
    // The schema has just made the request what this method's handler takes; the compiler cannot join the two.
    const handler = handlers[method] as (request: unknown, signal: AbortSignal) => Promise<unknown>;
    return handler(parsed.data, signal);
  };

  return {
    receive: (raw) => {
      const parsed = Frame.safeParse(raw);
      if (!parsed.success) {
        log.warn('a caller sent something that is no call');
        return;
      }
      const frame = parsed.data;
      if (frame.type === 'cancel') {
        running.get(frame.id)?.abort();
        return;
      }
      if (running.size >= MOST_CALLS || running.has(frame.id)) {
        const problem = {
          code: 'TOO_MANY_CALLS',
          message: 'Too many questions at once.',
          advice: 'Try again.',
        };
        send({ type: 'failed', id: frame.id, problem });
        return;
      }
      const controller = new AbortController();
      running.set(frame.id, controller);
      call(frame.method, frame.request, controller.signal)
        .then(
          (value): FrameToWindow<EngineEvent> => ({ type: 'reply', id: frame.id, value }),
          (error: unknown): FrameToWindow<EngineEvent> => {
            const problem = problemOf(error);
            if (problem.code === 'INTERNAL')
              log.error('a call failed', { method: frame.method, error: String(error) });
            return { type: 'failed', id: frame.id, problem };
          },
        )
        .then((answer) => {
          running.delete(frame.id);
          send(answer);
        })
        .catch((error: unknown) => {
          log.warn('an answer could not be sent', { method: frame.method, error: String(error) });
        });
    },
    tell: (event) => {
      send({ type: 'event', event });
    },
    close: () => {
      for (const controller of running.values()) controller.abort();
    },
  };
}

const badRequest = (method: string, error: z.ZodError): Problem => {
  const issue = error.issues[0];
  return {
    code: 'INVALID',
    message: `“${method}” was asked wrongly: ${issue === undefined ? 'malformed' : `${issue.path.join('.') || 'request'}: ${issue.message}`}.`,
  };
};
