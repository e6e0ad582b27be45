import type { Log } from '#shared/domain/log.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

/** One JSON object a line. `write` takes a whole line. */
export function lineLog(write: (line: string) => void, least: Level = 'info'): Log {
  const at = (level: Level) => (message: string, facts?: Readonly<Record<string, unknown>>) => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
    write(`${JSON.stringify({ at: new Date().toISOString(), level, message, ...facts })}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
