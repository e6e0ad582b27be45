import { createRequire } from 'node:module';
import { join } from 'node:path';
import type ElectronLog from 'electron-log/main.js';
import type { Log } from '#shared/domain/log.ts';

/**
 * Main's log: a bounded file in the profile, and the console. Facts never hold a token or a session identifier. The library
 * is read with the first line: a start that has nothing to say does not wait for it.
 */
export function openLog(profile: string): Log {
  let library: typeof ElectronLog | null = null;
  const log = (): typeof ElectronLog => {
    if (library !== null) return library;
    library = createRequire(import.meta.url)('electron-log/main') as typeof ElectronLog;
    library.transports.file.resolvePathFn = () => join(profile, 'logs', 'main.log');
    library.transports.file.maxSize = 2 * 1024 * 1024;
    library.transports.console.level = 'warn';
    return library;
  };
  return {
    debug: (message, facts) => {
      log().debug(message, facts ?? {});
    },
    info: (message, facts) => {
      log().info(message, facts ?? {});
    },
    warn: (message, facts) => {
      log().warn(message, facts ?? {});
    },
    error: (message, facts) => {
      log().error(message, facts ?? {});
    },
  };
}
