import { z } from 'zod';
import { ConnectionId } from '#shared/domain/ids.ts';
import type { ProxyChoice } from '#shared/domain/proxy.ts';
import type { CertificateView } from '#shared/ipc/desk-views.ts';
import { Hello, Status } from '#shared/protocol/handshake.ts';
import type { ReadableDb, WritableDb } from './database.ts';
import { write } from './statements.ts';

/** There are few of them, read when the engine starts: compiling the schema would take longer than it saves. */
const FEW = { jitless: true } as const;

/** A row that this program wrote in another version may not parse any more; it is then as if it had not come. */
const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .nullable()
    .transform((text): z.output<T> | null => {
      if (text === null) return null;
      const parsed = schema.safeParse(JSON.parse(text), FEW);
      return parsed.success ? parsed.data : null;
    });
const flag = z.number().transform((value) => value === 1);

const Certificate = z.object({
  subject: z.string(),
  issuer: z.string(),
  validFrom: z.number(),
  validTo: z.number(),
  pin: z.string(),
});
const proxyChoice = (text: string): ProxyChoice =>
  text === 'none' || text === 'system' ? { is: text } : { is: 'manual', url: text };
const proxyText = (choice: ProxyChoice): string => (choice.is === 'manual' ? choice.url : choice.is);

const ConnectionRecord = z
  .object({
    key: z.number(),
    id: ConnectionId,
    name: z.string(),
    name_given: flag,
    url: z.string(),
    ca: z.string().nullable(),
    colour: z.number(),
    demo_key: z.string().nullable(),
    enabled: flag,
    removed_at: z.number().nullable(),
    agent_id: z.string().nullable(),
    environment_id: z.string().nullable(),
    hello: json(Hello),
    status: json(Status),
    skew_ms: z.number().nullable(),
    set_aside: z.number(),
    as_of: z.number().nullable(),
    proxy: z.string(),
    pin: z.string().nullable(),
    certificate: json(Certificate),
    folder: z.string(),
  })
  .transform((row) => ({
    key: row.key,
    id: row.id,
    name: row.name,
    nameGiven: row.name_given,
    url: row.url,
    ca: row.ca,
    colour: row.colour,
    demoKey: row.demo_key,
    enabled: row.enabled,
    removedAt: row.removed_at,
    agentId: row.agent_id,
    environmentId: row.environment_id,
    hello: row.hello,
    status: row.status,
    skewMs: row.skew_ms,
    setAside: row.set_aside,
    asOf: row.as_of,
    proxy: proxyChoice(row.proxy),
    pin: row.pin,
    certificate: row.certificate,
    folder: row.folder,
  }));
/** A configured (or removed) connection as the mirror keeps it. Tokens are never here. */
export type ConnectionRecord = z.infer<typeof ConnectionRecord>;

const SELECT = `SELECT c.*, f.as_of FROM connection c LEFT JOIN fresh f ON f.connection = c.key`;

export const allConnections = (db: ReadableDb): readonly ConnectionRecord[] =>
  db
    .prepare(`${SELECT} ORDER BY c.key`)
    .all()
    .map((row) => ConnectionRecord.parse(row, FEW));

export function connectionById(db: ReadableDb, id: ConnectionId): ConnectionRecord | null {
  const row = db.prepare(`${SELECT} WHERE c.id = ?`).get(id);
  return row === undefined ? null : ConnectionRecord.parse(row, FEW);
}

export interface NewConnection {
  readonly id: ConnectionId;
  readonly name: string;
  readonly nameGiven: boolean;
  readonly url: string;
  readonly ca: string | null;
  readonly colour: number;
  readonly demoKey: string | null;
  readonly createdAt: number;
}

/** Returns the key. */
export function insertConnection(db: WritableDb, one: NewConnection): number {
  const { lastInsertRowid } = db
    .prepare(
      `INSERT INTO connection (id, name, name_given, url, ca, colour, demo_key, enabled, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?)`,
    )
    .run(one.id, one.name, Number(one.nameGiven), one.url, one.ca, one.colour, one.demoKey, one.createdAt);
  return Number(lastInsertRowid);
}

export type ConnectionEdit = Partial<
  Pick<
    ConnectionRecord,
    'name' | 'nameGiven' | 'url' | 'ca' | 'colour' | 'enabled' | 'removedAt' | 'proxy' | 'pin' | 'folder'
  >
>;

/** Writes what an edit names and leaves the rest. */
export function updateConnection(db: WritableDb, key: number, edit: ConnectionEdit): void {
  const columns = {
    name: edit.name,
    name_given: edit.nameGiven === undefined ? undefined : Number(edit.nameGiven),
    url: edit.url,
    ca: edit.ca,
    colour: edit.colour,
    enabled: edit.enabled === undefined ? undefined : Number(edit.enabled),
    removed_at: edit.removedAt,
    proxy: edit.proxy === undefined ? undefined : proxyText(edit.proxy),
    pin: edit.pin,
    folder: edit.folder,
  };
  for (const [column, value] of Object.entries(columns)) {
    if (value !== undefined) db.prepare(`UPDATE connection SET ${column} = ? WHERE key = ?`).run(value, key);
  }
}

/** Keeps what the agent showed last. */
export function saveCertificate(db: WritableDb, key: number, certificate: CertificateView): void {
  db.prepare('UPDATE connection SET certificate = ? WHERE key = ?').run(JSON.stringify(certificate), key);
}

/** Keeps the last hello, so that an environment can be described while it is away. */
export function saveHello(db: WritableDb, key: number, hello: Hello, skewMs: number): void {
  db.prepare(
    `UPDATE connection SET hello = ?, agent_id = ?, environment_id = ?, write_interval_ms = ?, skew_ms = ?,
       name = CASE name_given WHEN 1 THEN name ELSE ? END
     WHERE key = ?`,
  ).run(
    JSON.stringify(hello),
    hello.agent.id,
    hello.environment.id,
    hello.store.writeIntervalMs,
    skewMs,
    hello.environment.name === '' ? hello.environment.id : hello.environment.name,
    key,
  );
}

export function saveStatus(db: WritableDb, key: number, status: Status, skewMs: number): void {
  db.prepare('UPDATE connection SET status = ?, skew_ms = ? WHERE key = ?').run(
    JSON.stringify(status),
    skewMs,
    key,
  );
}

/** Console clock: everything up to this instant has arrived. */
export function saveAsOf(db: WritableDb, key: number, asOf: number): void {
  write(
    db,
    'INSERT INTO fresh (connection, as_of) VALUES (?, ?) ON CONFLICT DO UPDATE SET as_of = excluded.as_of',
    [key, asOf],
  );
}

/**
 * A removed connection to the same environment of the same agent, whose data a new connection takes over.
 * Null unless the new one has mirrored nothing yet.
 */
export function adoptable(db: ReadableDb, key: number, hello: Hello): number | null {
  if (db.prepare('SELECT 1 FROM handle WHERE connection = ? LIMIT 1').get(key) !== undefined) return null;
  const found = db
    .prepare(
      `SELECT key FROM connection
       WHERE removed_at IS NOT NULL AND agent_id = ? AND environment_id = ? AND key <> ?
       ORDER BY removed_at DESC LIMIT 1`,
    )
    .pluck()
    .get(hello.agent.id, hello.environment.id, key);
  return found === undefined ? null : Number(found);
}

/** The connection `from` (new, empty) becomes the row `to` (removed, with data). In one transaction. */
export function adopt(db: WritableDb, from: number, to: number): void {
  db.prepare('UPDATE connection SET demo_key = NULL WHERE key = ?').run(to);
  const row = db
    .prepare(
      'SELECT id, name, name_given, url, ca, colour, demo_key, proxy, pin, folder FROM connection WHERE key = ?',
    )
    .get(from);
  const one = z
    .object({
      id: z.string(),
      name: z.string(),
      name_given: z.number(),
      url: z.string(),
      ca: z.string().nullable(),
      colour: z.number(),
      demo_key: z.string().nullable(),
      proxy: z.string(),
      pin: z.string().nullable(),
      folder: z.string(),
    })
    .parse(row);
  for (const table of ['watch', 'fresh', 'cursor', 'history', 'set_aside', 'detector', 'detector_log']) {
    db.prepare(`DELETE FROM ${table} WHERE connection = ?`).run(from);
  }
  db.prepare('DELETE FROM connection WHERE key = ?').run(from);
  db.prepare(
    `UPDATE connection SET id = @id, name = @name, name_given = @name_given, url = @url, ca = @ca,
       colour = @colour, demo_key = @demo_key, proxy = @proxy, pin = @pin, folder = @folder, enabled = 1, removed_at = NULL
     WHERE key = @to`,
  ).run({ ...one, to });
}
