import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { agentFolder, type AgentProcess } from '#test/support/agent-process.ts';
import { phpSerialize } from '#test/support/php-serialize.ts';
import { seeded } from './report.ts';

export interface Site {
  readonly name: string;
  readonly agent: AgentProcess;
  /** With every scope. */
  readonly token: string;
}

/** Key under which Laravel's session guard keeps the account: `login_web_` and the SHA-1 of its class. */
const GUARD = 'login_web_59ba36addc2b2f9401580f014c7f58ea4e30989d';
const SESSIONS_EACH = 4;

/** Starts the agent as it is shipped, in a process of its own, on a Laravel application with database sessions on SQLite. */
export async function startLaravelSite(folder: string, name: string, sessions: number): Promise<Site> {
  const home = join(folder, name);
  mkdirSync(home);
  const file = join(home, 'laravel.sqlite');
  fill(file, sessions);
  const shipped = agentFolder(home, {
    environment: { id: name, name },
    store: { kind: 'laravel', database: { driver: 'sqlite', file } },
    poll: { intervalMs: 2_000 },
  });
  const agent = await shipped.start();
  return { name, agent, token: await shipped.token('bench') };
}

function fill(file: string, sessions: number): void {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.exec(`CREATE TABLE users (id integer PRIMARY KEY AUTOINCREMENT, name varchar(255) NOT NULL, email varchar(255) NOT NULL,
      email_verified_at timestamp NULL, password varchar(255) NOT NULL, remember_token varchar(100) NULL, created_at timestamp NULL, updated_at timestamp NULL);
    CREATE TABLE sessions (id varchar(255) NOT NULL PRIMARY KEY, user_id integer NULL, ip_address varchar(45) NULL, user_agent text NULL, payload text NOT NULL, last_activity int NOT NULL);`);
  const random = seeded(7);
  const sid = (): string => Array.from({ length: 40 }, () => Math.trunc(random() * 36).toString(36)).join('');
  const people = sessions / SESSIONS_EACH;
  const user = db.prepare("INSERT INTO users (name, email, password) VALUES (?, ?, 'x')");
  const session = db.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)');
  const now = Math.trunc(Date.now() / 1_000);
  db.transaction(() => {
    for (let n = 1; n <= people; n += 1) user.run(`user ${String(n)}`, `u${String(n)}@example.org`);
    for (let n = 0; n < sessions; n += 1) {
      const owner = (n % people) + 1;
      const payload = Buffer.from(phpSerialize({ _token: sid(), [GUARD]: owner })).toString('base64');
      const ip = `198.51.${String(n % 100)}.${String(n % 250)}`;
      const agent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${String(120 + (n % 20))}.0.0.0 Safari/537.36`;
      session.run(sid(), owner, ip, agent, payload, now - (n % 600));
    }
  })();
  db.close();
}
