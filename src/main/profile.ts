import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { App } from 'electron';

const FLAG = '--profile=';

/** The profile folder a person asked for, by `--profile=DIR` or WATCHFLOOR_PROFILE; null for the system's usual one. */
export function requestedProfile(argv: readonly string[], env: NodeJS.ProcessEnv): string | null {
  const flag = argv.find((argument) => argument.startsWith(FLAG))?.slice(FLAG.length);
  const chosen = flag ?? env['WATCHFLOOR_PROFILE'];
  return chosen === undefined || chosen === '' ? null : resolve(chosen);
}

/** Settles where everything of this profile lives, before anything is written. Returns the folder. */
export function useProfile(app: App, argv: readonly string[], env: NodeJS.ProcessEnv): string {
  app.setName('Watchfloor');
  const requested = requestedProfile(argv, env);
  if (requested !== null) {
    mkdirSync(requested, { recursive: true, mode: 0o700 });
    app.setPath('userData', requested);
    app.setPath('sessionData', resolve(requested, 'window'));
  }
  return app.getPath('userData');
}
