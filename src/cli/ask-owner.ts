import type { ControlMethod } from '#shared/ipc/control-methods.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import type { ReplyOf, RequestOf } from '#shared/ipc/contract.ts';
import { ENGINE_METHODS } from '#shared/ipc/engine-contract.ts';
import { problemOf } from '#engine/problem-error.ts';
import { attach } from './attach.ts';
import { EXIT } from './exit-codes.ts';
import { openEngine } from './open-engine.ts';
import { UsageError } from './usage-error.ts';

export interface Owner {
  call<Name extends ControlMethod>(
    name: Name,
    request: RequestOf<EngineContract[Name]>,
  ): Promise<ReplyOf<EngineContract[Name]>>;
  close(): Promise<void>;
}

const quiet = (): void => undefined;

/** The engine that works on a profile; when none does, one of our own that connects to nobody. */
export async function askOwner(profile: string, version: string): Promise<Owner> {
  const attached = await attach(profile);
  if (attached !== null) {
    return {
      call: (name, request) => attached.call(name, request),
      close: async () => {
        attached.close();
      },
    };
  }
  const engine = await openEngine(profile, version, { debug: quiet, info: quiet, warn: quiet, error: quiet });
  return {
    call: async (name, request) => {
      const parsed: unknown = ENGINE_METHODS[name].request.parse(request);
      // The schema has just made the request what the handler takes; the compiler cannot join the two.
      const handler = engine.handlers[name] as (request: unknown, signal: AbortSignal) => Promise<never>;
      try {
        return await handler(parsed, new AbortController().signal);
      } catch (error) {
        const { message, advice } = problemOf(error);
        throw new UsageError([message, advice].filter(Boolean).join(' '), EXIT.failed);
      }
    },
    close: () => engine.stop(),
  };
}
