import { join } from 'node:path';
import type { SessionId } from '#shared/domain/ids.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { HandleKeys } from '../keys/handle-keys.ts';
import { createHandleKeys } from '../keys/handle-keys.ts';
import { keyFileIn, prepareDataDir, readOrCreateSecret } from '../keys/key-file.ts';
import type { AccountMirror } from './account-mirror.ts';
import { createAccountMirror } from './account-mirror.ts';
import type { AuditTrail } from './audit-trail.ts';
import { createAuditTrail } from './audit-trail.ts';
import { writeHere, writeInThread, type BulkSessions, type Listing } from './bulk/bulk-sessions.ts';
import { ListedSessions } from './bulk/listed-sessions.ts';
import type { Chain } from './chain.ts';
import { createChain } from './chain.ts';
import type { ChangeLog } from './change-log.ts';
import { createChangeLog } from './change-log.ts';
import type { Db } from './database.ts';
import { openDatabase, openReader } from './database.ts';
import type { EpochKeeper } from './epoch.ts';
import { openEpoch } from './epoch.ts';
import type { Holds } from './holds.ts';
import { createHolds } from './holds.ts';
import type { Journal } from './journal.ts';
import { createJournal } from './journal.ts';
import { createKept } from './kept.ts';
import type { KeptValues } from '../stores/store-kind.ts';
import type { Meta } from './meta.ts';
import { createMeta } from './meta.ts';
import type { Notices } from './notices.ts';
import { createNotices } from './notices.ts';
import type { Previews } from './previews.ts';
import { createPreviews } from './previews.ts';
import type { RuleActs } from './rule-acts.ts';
import { createRuleActs } from './rule-acts.ts';
import type { RuleBook } from './rule-book.ts';
import { createRuleBook } from './rule-book.ts';
import type { SessionMirror } from './session-mirror.ts';
import { createPushes, type Pushes } from './pushes.ts';
import { createSessionMirror } from './session-mirror.ts';
import type { Tokens } from './tokens.ts';
import { createTokens } from './tokens.ts';
import type { Told } from './told.ts';
import { createTold } from './told.ts';

/** Everything an agent keeps on its own disk. */
export interface AgentState {
  readonly db: Db;
  readonly keys: HandleKeys;
  readonly meta: Meta;
  readonly epoch: EpochKeeper;
  readonly log: ChangeLog;
  readonly sessions: SessionMirror;
  readonly accounts: AccountMirror;
  readonly audit: AuditTrail;
  readonly tokens: Tokens;
  readonly journal: Journal;
  readonly previews: Previews;
  readonly holds: Holds;
  readonly told: Told;
  readonly chain: Chain;
  readonly notices: Notices;
  readonly kept: KeptValues;
  readonly pushes: Pushes;
  readonly ruleBook: RuleBook;
  readonly ruleActs: RuleActs;
  /** One write transaction. */
  transaction<T>(work: () => T): T;
  /** Runs work that is done anew after a crash: its commits need not reach the disk one by one. */
  relaxed<T>(work: () => Promise<T>): Promise<T>;
  /** A read-only handle of its own, for one consistent long read. The caller closes it. */
  reader(): Db;
  /** Begins a first listing: empties the mirror of sessions. */
  listing(): BulkSessions;
  /** Makes what was listed the mirror of sessions. */
  adopt(listing: Listing): void;
  /** Of the listed sessions' part of a snapshot, see `ListedSessions.snapshot`. */
  readonly listed: Pick<ListedSessions, 'snapshot'>;
  close(): void;
}

export const databaseIn = (dataDir: string) => join(dataDir, 'agent.db');

/** Opens (or makes) the folder, key and database of an agent. `serving`: false for short commands beside a running agent. `writer`: module of the thread that writes listings. */
export function openState(
  dataDir: string,
  clock: Clock,
  serving = true,
  writer: string | null = null,
): AgentState {
  prepareDataDir(dataDir);
  const { secret } = readOrCreateSecret(keyFileIn(dataDir));
  const keys = createHandleKeys(secret);
  const path = databaseIn(dataDir);
  const db = openDatabase(path);
  const meta = createMeta(db);
  const log = createChangeLog(db, clock);
  const listed = new ListedSessions(db, dataDir, meta);
  const sessions = createSessionMirror(db, listed);
  const accounts = createAccountMirror(db);
  const live = (id: string) => sessions.numberOf(id as SessionId) !== undefined;
  // A listing that is gone cannot be read anew without a new numbering: consoles follow changes, not listings.
  const whole = !serving || listed.open();
  const epoch = serving
    ? openEpoch(
        meta,
        join(dataDir, 'log.marker'),
        keys.keyId,
        whole ? null : 'the listing beside the change log is damaged or gone',
      )
    : passiveEpoch(meta);
  if (epoch.renewedBecause !== null) {
    // The mirror belongs to the old numbering (and, after a change of key, to old handles): read the store anew.
    db.transaction(() => {
      log.clear();
      sessions.clear();
      meta.delete('baseline');
      meta.delete('cursor:sessions');
      // With another key every fingerprint would look like a change.
      db.exec('DELETE FROM kept');
    }).immediate();
  }
  return {
    db,
    keys,
    meta,
    epoch,
    log,
    sessions,
    accounts,
    audit: createAuditTrail(db),
    tokens: createTokens(db, clock),
    journal: createJournal(db, clock),
    previews: createPreviews(db, clock),
    holds: createHolds(db, clock),
    told: createTold(db, clock, live),
    chain: createChain(db, keys.signing, clock),
    notices: createNotices(db, clock),
    kept: createKept(db),
    pushes: createPushes(db),
    ruleBook: createRuleBook(db, clock),
    ruleActs: createRuleActs(db, clock, live),
    transaction(work) {
      const before = listed.enter();
      try {
        return db
          .transaction(() => {
            const value = work();
            listed.flush();
            return value;
          })
          .immediate();
      } catch (error) {
        listed.rollback(before);
        sessions.recount();
        throw error;
      } finally {
        listed.exit();
      }
    },
    async relaxed(work) {
      // NORMAL cannot damage a WAL database; a power cut loses the last commits, and with them the mark of completion.
      db.pragma('synchronous = NORMAL');
      try {
        return await work();
      } finally {
        db.pragma('synchronous = FULL');
      }
    },
    reader: () => openReader(path),
    listing() {
      db.transaction(() => sessions.clear()).immediate();
      return writer === null
        ? writeHere(dataDir, keys, clock())
        : writeInThread(writer, dataDir, secret, clock());
    },
    adopt: ({ name, index }) => listed.adopt(name, index),
    listed,
    close() {
      listed.close();
      db.close();
    },
  };
}

function passiveEpoch(meta: Meta): EpochKeeper {
  const unknown = () => {
    throw new Error('only a serving agent numbers changes');
  };
  return {
    current: () => (meta.get('epoch') ?? '') as ReturnType<EpochKeeper['current']>,
    renewedBecause: null,
    renew: unknown,
    stamp: unknown,
  };
}
