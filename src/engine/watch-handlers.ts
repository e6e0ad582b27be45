import type { Handlers } from '#shared/ipc/contract.ts';
import type { WATCH_METHODS } from '#shared/ipc/watch-contract.ts';
import type { MapLog } from './map-log.ts';
import type { Reader } from './mirror/reader.ts';

/** @param log null where nothing is written: then nothing changes either */
export const watchHandlers = (reader: Reader, log: MapLog | null): Handlers<typeof WATCH_METHODS> => ({
  'map.changes': ({ filter, since }, signal) => {
    // Read before the question: what is written meanwhile is told again, never missed.
    const revision = log?.revision() ?? 0;
    const known = since === null || filter.at !== undefined ? null : (log?.since(since) ?? null);
    return reader.ask('map.changes', { filter, touched: known, revision }, signal);
  },
  'map.travel': (request, signal) => reader.ask('map.travel', request, signal),
  timeline: (request, signal) => reader.ask('timeline', request, signal),
});
