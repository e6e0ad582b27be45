import type { Log } from '#shared/domain/log.ts';
import type { Clock } from '#shared/domain/units.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LEVELS)[number];

/** One JSON object a line. `write` gets the line without its end. */
export function createJsonLog(write: (line: string) => void, clock: Clock, least: LogLevel = 'info'): Log {
  const line = (level: LogLevel) => (message: string, facts?: Readonly<Record<string, unknown>>) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
    write(JSON.stringify({ time: new Date(clock()).toISOString(), level, message, ...facts }));
  };
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}
