import type { Change } from '#shared/protocol/changes.ts';
import type { AuditEvent } from '#shared/protocol/records.ts';
import type { EnrichedEvent } from '../detect/event.ts';
import type { EnrichedBatch, EnrichedItem, Known, ReceivedBatch } from '../ingest/hooks.ts';
import type { ReadableDb } from '../mirror/database.ts';
import type { Posted } from './evaluation/posted.ts';
import type { Talk } from './evaluation/talk-types.ts';
import type { Logged } from './event-log.ts';
import type { createAccountFacts } from './mirror-events.ts';
import { mentionedBy } from './recall.ts';
import { eventsOfItem, sharedOrigins, typeOf } from './to-events.ts';
import type { Where } from './write.ts';

type Facts = ReturnType<typeof createAccountFacts>;

/**
 * Batches that have come and are not committed yet, by environment and in the order of their coming. Whoever evaluates
 * gets them while those before them are written, so that the two do not wait for each other.
 */
export interface ReceivedBatches {
  receive(where: Where, changes: readonly Change[]): ReceivedBatch;
  /** It has been written; false: its events are to be evaluated as they were written. */
  written(batch: ReceivedBatch, items: EnrichedBatch['items']): boolean;
  /** The transaction is on disk. */
  committed(): void;
  /** It was rolled back: everything is to be evaluated anew. */
  rolledBack(): void;
}

/**
 * `waits`: nobody evaluates it yet. `written`: in the transaction under way.
 */
type State =
  { readonly is: 'waits' } | { readonly is: 'posted'; readonly posted: Posted } | { readonly is: 'written' };

interface Batch extends ReceivedBatch {
  readonly where: Where;
  readonly changes: readonly Change[];
  state: State;
  /** Names of accounts in lower case that it mentions with their ids; made when it is first asked for. */
  names: ReadonlySet<string> | null;
}

/** Keys of the sign-ins that were written, by id. */
export function keysOf(items: EnrichedBatch['items']): Readonly<Record<string, number>> {
  // Without a prototype: an id is whatever an agent says, `__proto__` too.
  const keys = Object.create(null) as Record<string, number>;
  for (const item of items)
    if (item.is === 'audit' && item.event.action === 'login') keys[item.event.id] = item.key;
  return keys;
}

export function createReceivedBatches(options: {
  readonly db: ReadableDb;
  readonly talk: Talk;
  readonly factsOf: (key: number) => Facts;
  readonly enrich: (ip: string | null, userAgent: string | null) => Known;
  readonly isHere: (connection: number, event: Pick<AuditEvent, 'id' | 'at'>) => boolean;
  /** Runs it; a fault of ours costs the batch, not the stream. */
  readonly guarded: (where: Where, work: () => void) => void;
}): ReceivedBatches {
  const { talk, factsOf, enrich, isHere, guarded } = options;
  const queues = new Map<number, Batch[]>();
  const account = options.db.prepare(
    'SELECT name, service, known, removed_at FROM account WHERE connection = ? AND id = ?',
  );

  /** Whether what is known of an account stays as it is. */
  const isKnownSo = (
    key: number,
    told: Extract<Change, { kind: 'account.upserted' }>['account'],
  ): boolean => {
    const row = account.get(key, told.id) as
      { name: string; service: number; known: number; removed_at: number | null } | undefined;
    return (
      row?.known === 1 &&
      row.removed_at === null &&
      row.name === told.name &&
      row.service === Number(told.service)
    );
  };
  const namesIn = (batch: Batch): ReadonlySet<string> => {
    if (batch.names !== null) return batch.names;
    const names = new Set<string>();
    for (const change of batch.changes) {
      const named =
        change.kind === 'audit'
          ? [change.event.account]
          : change.kind === 'session.opened' || change.kind === 'session.updated'
            ? [change.session.account, change.session.via?.account]
            : [];
      for (const one of named) if (one?.id !== undefined) names.add(one.name.toLowerCase());
    }
    return (batch.names = names);
  };
  /**
   * Whether what events of a batch mean may depend on accounts that are not in the mirror yet: of this batch, or of those
   * before it. Such a batch is evaluated when it has been written.
   */
  const isAboutNewAccounts = (batch: Batch, queue: readonly Batch[]): boolean => {
    const { where, changes } = batch;
    const facts = factsOf(where.key);
    for (const change of changes) {
      if (change.kind === 'account.upserted' && !isKnownSo(where.key, change.account)) return true;
      if (change.kind !== 'audit') continue;
      const named = change.event.account;
      if (named === null || named.id !== undefined || named.name === '') continue;
      if (typeOf(change.event.action, change.event.outcome) === null || facts.idOf(named.name) !== null)
        continue;
      const name = named.name.toLowerCase();
      if (!queue.some((one) => namesIn(one).has(name))) continue;
      facts.forget();
      return true;
    }
    return false;
  };

  /** What a change is to the detections; null: nothing. */
  const itemOf = (key: number, change: Change): EnrichedItem | null => {
    const { at } = change;
    switch (change.kind) {
      case 'audit': {
        const { event } = change;
        if (typeOf(event.action, event.outcome) === null || isHere(key, event)) return null;
        const known = enrich(event.ip ?? null, event.userAgent ?? null);
        return { is: 'audit', key: 0, event, known };
      }
      case 'session.opened':
      case 'session.updated': {
        const { session } = change;
        const opened = change.kind === 'session.opened';
        const seen = opened ? session.opened : session.last;
        const known = enrich(seen.ip, seen.userAgent);
        return {
          is: 'session',
          kind: opened ? 'opened' : 'updated',
          at,
          session,
          opened: known,
          last: known,
        };
      }
      case 'session.closed':
        return { is: 'session-closed', at, id: change.id, reason: change.reason };
      default:
        return null;
    }
  };

  const post = (batch: Batch): boolean => {
    const { where, changes } = batch;
    const facts = factsOf(where.key);
    const origins = sharedOrigins();
    const events: EnrichedEvent[] = [];
    for (const change of changes) {
      const item = itemOf(where.key, change);
      if (item !== null) events.push(...eventsOfItem(item, 'stream', facts, origins));
    }
    const logged: Logged = { silent: false, events };
    const posted = talk.post(where, mentionedBy(changes, facts), logged);
    if (posted === null) return false;
    batch.state = { is: 'posted', posted };
    return true;
  };
  /** Hands on what waits, in its order, as far as it can be evaluated before it is written. */
  const handOn = (queue: readonly Batch[]): void => {
    try {
      for (const batch of queue) {
        if (batch.state.is !== 'waits' && !(batch.state.is === 'posted' && batch.state.posted.is === 'void'))
          continue;
        if (isAboutNewAccounts(batch, queue) || !post(batch)) return;
      }
    } catch {
      // It is evaluated when it has been written; whatever is wrong shows then.
    }
  };
  const queueOf = (key: number): Batch[] => {
    let queue = queues.get(key);
    if (queue === undefined) queues.set(key, (queue = []));
    return queue;
  };

  return {
    receive(where, changes) {
      const queue = queueOf(where.key);
      const batch: Batch = {
        where,
        changes,
        state: { is: 'waits' },
        names: null,
        isAhead: () => batch.state.is === 'posted' && batch.state.posted.is === 'posted',
        writing() {
          const { state } = batch;
          if (state.is === 'posted' && state.posted.is === 'void') batch.state = { is: 'waits' };
          if (batch.state.is === 'waits')
            guarded(where, () => {
              talk.arriving(where, mentionedBy(changes, factsOf(where.key)));
            });
          talk.hear();
        },
        dropped() {
          const { state } = batch;
          if (state.is === 'posted') talk.leaveOut(state.posted);
          const at = queue.indexOf(batch);
          if (at >= 0) queue.splice(at, 1);
        },
      };
      queue.push(batch);
      handOn(queue);
      return batch;
    },
    written(received, items) {
      const batch = received as Batch;
      const { state } = batch;
      batch.state = { is: 'written' };
      return state.is === 'posted' && talk.adopt(state.posted, keysOf(items));
    },
    committed() {
      for (const [key, queue] of queues) {
        const left = queue.filter(({ state }) => state.is !== 'written');
        if (left.length === queue.length) continue;
        queue.splice(0, queue.length, ...left);
        if (left.length === 0) queues.delete(key);
        else handOn(queue);
      }
    },
    rolledBack() {
      for (const queue of queues.values()) for (const batch of queue) batch.state = { is: 'waits' };
    },
  };
}
