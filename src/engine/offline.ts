import type { EngineAbout } from '#shared/ipc/views.ts';
import { failure, success, type Result } from '#shared/domain/result.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { ReplyOf, RequestOf } from '#shared/ipc/contract.ts';
import type { ControlMethod } from '#shared/ipc/control-methods.ts';
import { ENGINE_METHODS, type EngineContract } from '#shared/ipc/engine-contract.ts';
import { readOnlyHandlers } from './handlers.ts';
import { isCorrupt, openReadable, type ReadableDb } from './mirror/database.ts';
import { isEncrypted, lockedProblem } from './mirror/encryption/locked.ts';
import { mirrorFile } from './mirror/mirror-file.ts';
import { inProcessReader } from './mirror/reader.ts';

export interface OfflineQuestions {
  call<Name extends ControlMethod>(
    name: Name,
    request: RequestOf<EngineContract[Name]>,
  ): Promise<ReplyOf<EngineContract[Name]>>;
  close(): void;
}

/** Asks what was mirrored, without an engine: no connection is made and nothing is written. */
export function openOffline(profile: string, version: string, clock: Clock): Result<OfflineQuestions> {
  const file = mirrorFile(profile);
  const locked = lockedProblem(file);
  if (locked !== null) return failure(locked);
  let db: ReadableDb;
  try {
    db = openReadable(file);
    db.prepare('SELECT 1 FROM connection LIMIT 1').get();
  } catch (error) {
    return failure({
      code: isCorrupt(error) ? 'DATABASE_DAMAGED' : 'DATABASE_UNUSABLE',
      message: `${file} cannot be read: ${error instanceof Error ? error.message : 'unknown fault'}.`,
      advice: 'Run “watchfloor check” to see what is wrong with it.',
    });
  }
  const reader = inProcessReader(file, clock);
  const problem = {
    code: 'NOT_RUNNING',
    message: 'No engine works on this profile, so nothing is connected.',
    advice: 'What was mirrored can be asked all the same.',
  };
  const about = (): EngineAbout => ({
    version,
    profile,
    database: { is: 'read-only', problem },
    encrypted: isEncrypted(file),
    problems: [],
    attributions: [],
  });
  const handlers = readOnlyHandlers(db, reader, problem, about, profile, clock);
  return success({
    call: (name, request) => {
      const parsed: unknown = ENGINE_METHODS[name].request.parse(request);
      // The schema has just made the request what the handler takes; the compiler cannot join the two.
      const handler = handlers[name] as (request: unknown, signal: AbortSignal) => Promise<never>;
      return handler(parsed, new AbortController().signal);
    },
    close: () => {
      void reader.close();
      db.close();
    },
  });
}
