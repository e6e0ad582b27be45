import type { ReplyOf, RequestOf } from '#shared/ipc/contract.ts';
import type { ControlMethod } from '#shared/ipc/control-methods.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import { lineLog } from '#engine/console-log.ts';
import { attach, type Questions } from './attach.ts';
import { openEngine } from './open-engine.ts';

/** Does something on a profile: by the engine that works on it, or by one of its own for a moment. */
export async function act(
  profile: string,
  version: string,
): Promise<Pick<Questions, 'call'> & { close(): Promise<void> }> {
  const running = await attach(profile);
  if (running !== null) {
    return {
      call: (name, request) => running.call(name, request),
      close: () => {
        running.close();
        return Promise.resolve();
      },
    };
  }
  const engine = await openEngine(
    profile,
    version,
    lineLog((text) => process.stderr.write(text), 'warn'),
  );
  return {
    call: <Name extends ControlMethod>(name: Name, request: RequestOf<EngineContract[Name]>) =>
      (
        engine.handlers[name] as (
          request: RequestOf<EngineContract[Name]>,
          signal: AbortSignal,
        ) => Promise<ReplyOf<EngineContract[Name]>>
      )(request, new AbortController().signal),
    close: () => engine.stop(),
  };
}
