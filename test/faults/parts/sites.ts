import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Redis } from 'ioredis';
import { expect } from 'vitest';
import { z } from 'zod';
import type { ReceiptRow } from '#shared/ipc/respond-views.ts';
import type { AgentFolder } from '#test/support/agent-process.ts';
import { expressGrants, ExpressConfig } from '#agent/stores/express/config.ts';
import { testDatabase } from '../../conformance/stores/databases.ts';
import { laravelFile } from './laravel-file.ts';
import { TARGETS } from './agent-rows.ts';

// Applications on three kinds of store, filled with people who are signed in, and what is compared after a sign-out.

const HOUR = 3_600_000;
const MAPPING = { user: ['/user/id'], name: '/user/name' };

/** An application with its store. */
export interface Site {
  readonly name: string;
  readonly sessions: number;
  /** The agent's configuration of its store. */
  readonly config: Record<string, unknown>;
  count(): Promise<number>;
  /** Lets deletions go on that `holdAt` stopped. */
  release?(): Promise<void>;
}
type Closers = (() => unknown)[];
const sid = () => randomBytes(24).toString('base64url');
/** As many people as that have all the sessions between them. */
const PEOPLE = 700;
const sess = (n: number) =>
  JSON.stringify({
    cookie: { originalMaxAge: HOUR, expires: new Date(Date.now() + HOUR).toISOString(), path: '/' },
    user: { id: `u${String(n % PEOPLE)}`, name: `user ${String(n % PEOPLE)}` },
  });

export async function redisSite(
  name: string,
  sessions: number,
  client: Redis,
  socket: string,
): Promise<Site> {
  const prefix = `${name}:`;
  const pipeline = client.pipeline();
  for (let n = 0; n < sessions; n += 1) pipeline.set(prefix + sid(), sess(n), 'PX', HOUR);
  await pipeline.exec();
  return {
    name,
    sessions,
    config: { kind: 'express', database: { driver: 'redis', socket }, prefix, mapping: MAPPING },
    count: async () => (await client.keys(`${prefix}*`)).length,
  };
}
/** @param holdAt when no more sessions than this are left, the next deletion waits until it is released */
export async function postgresSite(
  closers: Closers,
  name: string,
  sessions: number,
  holdAt?: number,
): Promise<Site> {
  const db = await testDatabase('postgres');
  closers.push(() => db.dispose());
  await db.exec(
    'CREATE TABLE "session" ("sid" varchar NOT NULL PRIMARY KEY, "sess" json NOT NULL, "expire" timestamp(6) NOT NULL)',
  );
  const store = { database: db.config, mapping: MAPPING };
  await db.grant(expressGrants(ExpressConfig.parse(store)));
  const rows = Array.from({ length: sessions }, (_, n) => ({
    sid: sid(),
    sess: JSON.parse(sess(n)) as unknown,
  }));
  await db.exec(
    `INSERT INTO "session" SELECT j->>'sid', j->'sess', now() + interval '1 hour' FROM json_array_elements(?::json) j`,
    JSON.stringify(rows),
  );
  if (holdAt !== undefined) {
    await db.exec(
      `CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN
         IF (SELECT count(*) FROM "session") <= ${String(holdAt)} THEN PERFORM pg_advisory_xact_lock(7); END IF; RETURN NULL; END'`,
    );
    await db.exec(
      'CREATE TRIGGER hold BEFORE DELETE ON "session" FOR EACH STATEMENT EXECUTE FUNCTION hold()',
    );
    await db.rows('SELECT pg_advisory_lock(7)');
  }
  const release = async (): Promise<void> => {
    await db.rows('SELECT pg_advisory_unlock(7)');
  };
  return {
    name,
    sessions,
    config: { kind: 'express', ...store },
    count: async () => Number((await db.rows('SELECT count(*) FROM "session"'))[0]?.[0]),
    ...(holdAt === undefined ? {} : { release }),
  };
}
export function sqliteSite(closers: Closers, name: string, sessions: number, folder: string): Site {
  const file = join(folder, 'laravel.sqlite');
  const site = laravelFile(file, PEOPLE);
  closers.push(() => {
    site.close();
  });
  const seenAt = Math.trunc(Date.now() / 1_000);
  site.signIn(
    Array.from({ length: sessions }, (_, n) => ({ user: (n % PEOPLE) + 1, ip: '198.51.100.7', seenAt })),
  );
  return {
    name,
    sessions,
    config: { kind: 'laravel', database: { driver: 'sqlite', file } },
    count: () => Promise.resolve(site.count()),
  };
}

const Target = z.object({ session: z.string(), status: z.string() });
/** What the agent's own journal says became of each session. */
export function agentJournal(folder: AgentFolder): ReadonlyMap<string, string> {
  const db = new Database(join(folder.path, 'data', 'agent.db'), { readonly: true });
  try {
    const rows = db
      .prepare(`SELECT session, status FROM ${TARGETS}`)
      .all()
      .map((row) => Target.parse(row));
    const found = new Map(rows.map(({ session, status }) => [session, status]));
    // Exactly once: no session is in two commands.
    expect(found.size).toBe(rows.length);
    return found;
  } finally {
    db.close();
  }
}
/** As the console's journal writes the outcomes of a command down. */
export function digest(rows: readonly ReceiptRow[]): string {
  const hash = createHash('sha256');
  for (const line of rows.map(({ session, outcome }) => `${session} ${outcome}\n`).sort()) hash.update(line);
  return hash.digest('hex');
}
