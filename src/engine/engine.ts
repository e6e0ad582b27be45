import { failure, success, type Problem, type Result } from '#shared/domain/result.ts';
import { readOnlyHandlers } from './handlers.ts';
import { lockProfile } from './mirror/lock.ts';
import { openMirror } from './mirror/open.ts';
import { readOnlyEngine } from './read-only-engine.ts';
import { inProcessReader } from './mirror/reader.ts';
import { openInstallationKey } from './journal/key.ts';
import { aboutOf, type Engine, type EngineOptions } from './engine-types.ts';
import { writingEngine } from './writing-engine.ts';

/**
 * Opens the engine on a profile. A profile that another engine works on, or a database that cannot be used, is a
 * problem; one from a newer version is opened for reading only.
 */
export function createEngine(options: EngineOptions): Result<Engine> {
  const locked = lockProfile(options.profile);
  if (!locked.ok) return locked;
  const opened = openMirror(options.profile, options.clock());
  if (opened.is === 'unusable') {
    locked.value.release();
    return failure(opened.problem);
  }
  // Asked for each time: a file of geo data may turn out to be damaged when the first address is looked up.
  const geoProblems = (): readonly Problem[] =>
    options.geo.problems.map(({ code, message, advice }) => ({ code, message, advice }));
  if (opened.is === 'read-only') {
    const reader = inProcessReader(opened.file, options.clock);
    const about = aboutOf(options, { is: 'read-only', problem: opened.problem }, [
      opened.problem,
      ...geoProblems(),
    ]);
    const handlers = readOnlyHandlers(
      opened.db,
      reader,
      opened.problem,
      about,
      options.profile,
      options.clock,
    );
    const close = async (): Promise<void> => {
      await reader.close();
      opened.db.close();
      locked.value.release();
    };
    return success(readOnlyEngine(handlers, about, close));
  }
  const standing = (): readonly Problem[] => [
    ...(opened.problem === null ? [] : [opened.problem]),
    ...geoProblems(),
  ];
  try {
    const key = openInstallationKey(options.profile, options.log, options.clock());
    return success(
      writingEngine(options, opened.db, opened.file, key, standing, () => {
        locked.value.release();
      }),
    );
  } catch (error) {
    opened.db.close();
    locked.value.release();
    return failure({
      code: 'KEY_UNUSABLE',
      message: `The key of this installation cannot be opened: ${error instanceof Error ? error.message : 'unknown fault'}.`,
      advice: 'Check that you may read and write in the profile folder.',
    });
  }
}
