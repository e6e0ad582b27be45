import type { Clock } from '#shared/domain/units.ts';
import { DAY } from '#shared/domain/units.ts';
import type { Db } from './database.ts';

export type NoticeWay = 'webhook' | 'mail';
export interface KeptNotice {
  readonly n: number;
  readonly at: number;
  /** JSON. */
  readonly body: string;
}
/** What is still to be told, and by which ways. Survives a crash: it is written with what it tells of. */
export interface Notices {
  put(body: string, ways: readonly NoticeWay[]): void;
  waiting(way: NoticeWay, limit: number): readonly KeptNotice[];
  done(way: NoticeWay, upTo: number): void;
  /** Gives up on what is older than a day. How many. */
  giveUp(): number;
}

export function createNotices(db: Db, clock: Clock): Notices {
  const put = db.prepare('INSERT INTO notices (at, body, webhook, mail) VALUES (?, ?, ?, ?)');
  const waiting = {
    webhook: db.prepare<[number], KeptNotice>(
      'SELECT n, at, body FROM notices WHERE webhook = 1 ORDER BY n LIMIT ?',
    ),
    mail: db.prepare<[number], KeptNotice>(
      'SELECT n, at, body FROM notices WHERE mail = 1 ORDER BY n LIMIT ?',
    ),
  };
  const done = {
    webhook: db.prepare('UPDATE notices SET webhook = 0 WHERE n <= ?'),
    mail: db.prepare('UPDATE notices SET mail = 0 WHERE n <= ?'),
  };
  return {
    put(body, ways) {
      if (ways.length > 0)
        put.run(clock(), body, ways.includes('webhook') ? 1 : 0, ways.includes('mail') ? 1 : 0);
    },
    waiting: (way, limit) => waiting[way].all(limit),
    done(way, upTo) {
      done[way].run(upTo);
      db.prepare('DELETE FROM notices WHERE webhook = 0 AND mail = 0').run();
    },
    giveUp: () => db.prepare('DELETE FROM notices WHERE at < ?').run(clock() - DAY).changes,
  };
}
