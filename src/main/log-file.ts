import log from 'electron-log/main.js';
import { join } from 'node:path';
import type { Log } from '#shared/domain/log.ts';

/** Main's log: a bounded file in the profile, and the console. Facts never hold a token or a session identifier. */
export function openLog(profile: string): Log {
  log.transports.file.resolvePathFn = () => join(profile, 'logs', 'main.log');
  log.transports.file.maxSize = 2 * 1024 * 1024;
  log.transports.console.level = 'warn';
  return {
    debug: (message, facts) => {
      log.debug(message, facts ?? {});
    },
    info: (message, facts) => {
      log.info(message, facts ?? {});
    },
    warn: (message, facts) => {
      log.warn(message, facts ?? {});
    },
    error: (message, facts) => {
      log.error(message, facts ?? {});
    },
  };
}
