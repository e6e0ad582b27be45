import { randomUUID } from 'node:crypto';
import type { Log } from '#shared/domain/log.ts';
import type { Problem } from '#shared/domain/result.ts';
import { DAY, HOUR, MINUTE, SECOND, type Clock } from '#shared/domain/units.ts';
import type { ChannelId } from '#shared/domain/ids.ts';
import type { ChannelConfig, ChannelView } from '#shared/ipc/notify-contract.ts';
import { durableTransaction, transaction, type WritableDb } from '../mirror/database.ts';
import type { SecretVault } from '../secrets.ts';
import { channelViews, noteOutcome } from './channels.ts';
import type { Item } from './finding.ts';
import {
  addItem,
  dropOld,
  makeDelivery,
  markFinished,
  markSending,
  markWaiting,
  openDelivery,
  recentDeliveries,
  recoverInterrupted,
  waitingItems,
  type OpenDelivery,
} from './outbox.ts';
import { plan, wants } from './plan.ts';
import { SendError } from './send-error.ts';
import type { Send } from './send.ts';

/** Between tries; the last one again and again until a message is a day old. */
const RETRY_MS = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR] as const;
const GIVE_UP_MS = DAY;
const KEEP_MS = 90 * DAY;
/** When the outbox itself cannot be written. */
const DISK_MS = 10 * SECOND;
/** setTimeout takes 31 bits; a longer wait is looked at again. */
const LONGEST_MS = HOUR;

export interface Notifier {
  /** Puts what the channels want to know into the outbox. Inside the transaction that writes the detections. */
  tell(items: readonly Item[]): void;
  /** That transaction is on disk: send. Also after channels, secrets or the clock have changed. */
  kick(): void;
  channels(): readonly ChannelView[];
  /** Failing channels, in words. */
  problems(): readonly Problem[];
  /** Sends one message now, outside the outbox. */
  test(config: ChannelConfig, secret: string | undefined): Promise<void>;
  start(): void;
  /** Gives up what is under way; it stays in the outbox. */
  stop(): Promise<void>;
}

/** With the names of the accounts that it speaks of: a message must be understood without the console. */
function named(db: WritableDb, item: Item): Item {
  const { connection, record } = item.finding;
  const name = db
    .prepare(
      'SELECT a.name FROM account a JOIN connection c ON c.key = a.connection WHERE c.id = ? AND a.id = ?',
    )
    .pluck();
  const ids = new Set([...(record.entity.kind === 'user' ? [record.entity.id] : []), ...record.users]);
  const names: Record<string, string> = {};
  for (const id of [...ids].slice(0, 50)) {
    const found = name.get(connection, id);
    if (typeof found === 'string') names[id] = found;
  }
  return { ...item, finding: { ...item.finding, names } };
}

/** Tells people of detections when nobody looks. Channels share nothing: one that hangs delays no other. */
export function createNotifier(options: {
  readonly db: WritableDb;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly vault: Pick<SecretVault, 'get' | 'state'>;
  readonly send: Send;
  /** A channel began or ceased to fail, or sent something. */
  readonly changed: () => void;
  readonly retryMs?: readonly number[];
}): Notifier {
  const { db, clock, log, vault } = options;
  const retryMs = options.retryMs ?? RETRY_MS;
  const stopping = new AbortController();
  const running = new Map<ChannelId, Promise<void>>();
  const timers = new Map<ChannelId, NodeJS.Timeout>();
  const again = new Set<ChannelId>();
  let started = false;

  const channels = (): readonly ChannelView[] => channelViews(db, (id) => vault.state(id));

  const wake = (id: ChannelId, at: number): void => {
    clearTimeout(timers.get(id));
    const wait = Math.min(Math.max(0, at - clock()), LONGEST_MS);
    const timer = setTimeout(() => {
      timers.delete(id);
      run(id);
    }, wait);
    timers.set(id, timer);
  };

  /** Sends what is due on one channel, one message after the other. */
  const run = (id: ChannelId): void => {
    if (!started || stopping.signal.aborted) return;
    if (running.has(id)) {
      again.add(id);
      return;
    }
    const work = drive(id)
      .catch((error: unknown) => {
        if (stopping.signal.aborted) return;
        log.warn('notifications have to wait', { channel: id, error: String(error) });
        wake(id, clock() + DISK_MS);
      })
      .finally(() => {
        running.delete(id);
        // Something came while it was about to end.
        if (again.delete(id)) run(id);
      });
    running.set(id, work);
  };

  const drive = async (id: ChannelId): Promise<void> => {
    while (!stopping.signal.aborted) {
      const channel = channels().find((one) => one.id === id);
      if (channel?.enabled !== true) return;
      const open = openDelivery(db, id) ?? next(channel);
      if (open === null) return;
      if (open.nextAt > clock()) {
        wake(id, open.nextAt);
        return;
      }
      await attempt(channel, open);
    }
  };

  /** Makes the next message of a channel, or sets the time to look again. */
  const next = (channel: ChannelView): OpenDelivery | null => {
    const now = clock();
    const { limits } = channel;
    const waiting = waitingItems(db, channel.id);
    const recent = recentDeliveries(db, channel.id, now - limits.windowMin * MINUTE);
    const decided = plan(limits, waiting, recent, now);
    if (decided.is === 'wait') {
      if (decided.until !== null) wake(channel.id, decided.until);
      return null;
    }
    transaction(db, () => makeDelivery(db, channel.id, randomUUID(), decided.shape, decided.items, now));
    return openDelivery(db, channel.id);
  };

  const attempt = async (channel: ChannelView, open: OpenDelivery): Promise<void> => {
    // On disk before anything leaves: whatever happens now, a restart knows that this may have arrived.
    durableTransaction(db, () => {
      markSending(db, open.key);
    });
    let note: string | null = null;
    let failed: Error | null = null;
    try {
      note = await options.send(
        channel.target,
        vault.get(channel.id),
        open.message,
        clock(),
        stopping.signal,
      );
    } catch (error) {
      failed = error instanceof Error ? error : new Error(String(error));
    }
    if (stopping.signal.aborted && failed !== null) return;
    const now = clock();
    transaction(db, () => {
      if (failed === null) {
        markFinished(db, open.key, 'sent', now, note);
        noteOutcome(db, channel.id, now, null);
        return;
      }
      const words = failed.message;
      noteOutcome(db, channel.id, now, words);
      if (now - open.createdAt >= GIVE_UP_MS) markFinished(db, open.key, 'failed', now, words);
      else markWaiting(db, open.key, now + backOff(open.attempts, failed), words);
    });
    if (failed !== null) log.warn('a notification did not get through', { channel: channel.name });
    if ((failed === null) !== (channel.failing === null) || failed === null) options.changed();
  };

  const backOff = (attempts: number, error: unknown): number => {
    const base = retryMs[Math.min(attempts, retryMs.length - 1)] ?? HOUR;
    const asked = error instanceof SendError ? (error.waitMs ?? 0) : 0;
    // A fifth more or less, so that many consoles do not come back to a receiver all at once.
    return Math.max(Math.min(asked, HOUR), Math.round(base * (0.8 + 0.4 * options.random())));
  };

  return {
    channels,
    tell: (items) => {
      if (items.length === 0) return;
      const now = clock();
      for (const channel of channels()) {
        for (const item of items) if (wants(channel, item)) addItem(db, channel.id, named(db, item), now);
      }
    },
    kick: () => {
      if (started) for (const { id } of channels()) run(id);
    },
    problems: () =>
      channels()
        .filter(({ enabled, failing }) => enabled && failing !== null)
        .map(({ name, failing, waiting }) => ({
          code: 'NOTIFY_FAILING',
          message: `Notifications to “${name}” do not get through: ${failing?.problem ?? ''}. ${String(waiting)} wait and are tried again.`,
          advice: 'Look at the channel under Settings, Notifications, and send a test message.',
        })),
    test: async (config, secret) => {
      const now = clock();
      const message = { id: randomUUID(), createdAt: now, shape: 'test', items: [], total: 0 } as const;
      await options.send(config.target, secret, message, now, stopping.signal);
    },
    start: () => {
      started = true;
      try {
        transaction(db, () => {
          recoverInterrupted(db, clock());
          dropOld(db, clock() - KEEP_MS);
        });
      } catch (error) {
        log.warn('the outbox could not be tidied up', { error: String(error) });
      }
      for (const { id } of channels()) run(id);
    },
    stop: async () => {
      stopping.abort();
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      await Promise.all(running.values());
    },
  };
}
