import { randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import { phpSerialize } from '#test/support/php-serialize.ts';

/** Key under which Laravel's session guard keeps the account: `login_web_` and the SHA-1 of its class. */
const GUARD = 'login_web_59ba36addc2b2f9401580f014c7f58ea4e30989d';
const TABLES = `CREATE TABLE users (id integer PRIMARY KEY AUTOINCREMENT, name varchar(255) NOT NULL, email varchar(255) NOT NULL,
    email_verified_at timestamp NULL, password varchar(255) NOT NULL, remember_token varchar(100) NULL, created_at timestamp NULL, updated_at timestamp NULL);
  CREATE TABLE sessions (id varchar(255) NOT NULL PRIMARY KEY, user_id integer NULL, ip_address varchar(45) NULL, user_agent text NULL, payload text NOT NULL, last_activity int NOT NULL);`;

interface LaravelSession {
  readonly user: number;
  readonly ip: string;
  /** Seconds since the epoch. */
  readonly seenAt: number;
}
/** A Laravel application's SQLite file, written as the application writes it. */
export interface LaravelFile {
  /** Opens sessions; the answer is their identifiers. */
  signIn(sessions: readonly LaravelSession[]): readonly string[];
  /** Identifiers that are there. */
  there(): readonly string[];
  count(): number;
  close(): void;
}

const token = () => randomBytes(30).toString('base64url').slice(0, 40);

export function laravelFile(file: string, users: number): LaravelFile {
  const db = new Database(file, { timeout: 10_000 });
  db.pragma('journal_mode = WAL');
  db.exec(TABLES);
  const user = db.prepare("INSERT INTO users (name, email, password) VALUES (?, ?, 'x')");
  const session = db.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)');
  db.transaction(() => {
    for (let n = 1; n <= users; n += 1) user.run(`user ${String(n)}`, `u${String(n)}@example.org`);
  })();
  return {
    signIn: db.transaction((sessions: readonly LaravelSession[]) =>
      sessions.map(({ user: id, ip, seenAt }) => {
        const sid = token();
        const payload = Buffer.from(phpSerialize({ _token: token(), [GUARD]: id })).toString('base64');
        session.run(sid, id, ip, 'Browser', payload, seenAt);
        return sid;
      }),
    ),
    there: () => db.prepare('SELECT id FROM sessions').pluck().all().map(String),
    count: () => Number(db.prepare('SELECT count(*) FROM sessions').pluck().get()),
    close: () => {
      db.close();
    },
  };
}
