import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { DetectionRecord } from '#shared/domain/detection.ts';
import { ChannelId, ConnectionId, type SecretOwner } from '#shared/domain/ids.ts';
import type { Log } from '#shared/domain/log.ts';
import { epochMs, type Clock } from '#shared/domain/units.ts';
import { ChannelConfig, type ChannelConfigInput } from '#shared/ipc/notify-contract.ts';
import { transaction, type WritableDb } from '#engine/mirror/database.ts';
import { openMirror } from '#engine/mirror/open.ts';
import { saveChannel } from '#engine/notify/channels.ts';
import type { Item } from '#engine/notify/finding.ts';
import { createNotifier, type Notifier } from '#engine/notify/notifier.ts';
import { send, type Send } from '#engine/notify/send.ts';

const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export const CHANNEL = ChannelId.parse('notify-one');
const SHOP = ConnectionId.parse('connection-shop');

/** A finding as the detector writes it. */
const record = (id: string, over: Partial<DetectionRecord> = {}): DetectionRecord => ({
  id,
  detection: 'impossible_travel',
  at: `event-${id}`,
  raisedAt: Date.parse('2026-03-01T10:00:00Z'),
  lastAt: Date.parse('2026-03-01T10:41:00Z'),
  events: ['event-0', `event-${id}`],
  entity: { kind: 'user', id: 'n.okafor' },
  users: ['n.okafor'],
  severity: 'high',
  retrospective: false,
  evidence: {
    title: 'Impossible travel',
    summary: 'Berlin to Lagos, 5,203 km in 41 min (7,614 km/h)',
    km: 5_203.4,
    minDistanceKm: 500,
    techniques: ['T1078'],
    nextStep: 'Ask the person whether both sign-ins are theirs.',
    filtersConsidered: [{ filter: 'same_ip', applied: false, reason: 'two addresses' }],
  },
  ...over,
});
export const item = (
  id: string,
  over: Partial<DetectionRecord> = {},
  what: Item['what'] = 'raised',
): Item => ({
  what,
  finding: { connection: SHOP, environment: 'shop', record: record(id, over) },
});

export interface Bench {
  readonly db: WritableDb;
  readonly notifier: Notifier;
  readonly secrets: Map<SecretOwner, string>;
  /** As ingest does: in a transaction, then the commit. */
  tell(...items: readonly Item[]): void;
  until(what: string, condition: () => boolean): Promise<void>;
  /** States of the messages in order. */
  states(): readonly string[];
  close(): Promise<void>;
}

/** Things that a test opens and that are closed after it, newest first. */
export function benches() {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  const open = (
    profile: string,
    options: {
      readonly config?: ChannelConfigInput;
      readonly clock?: Clock;
      readonly send?: Send;
      readonly retryMs?: readonly number[];
    },
  ): Bench => {
    const clock = options.clock ?? (() => epochMs(Date.now()));
    const opened = openMirror(profile, clock());
    if (opened.is !== 'open') throw new Error(opened.is);
    const { db } = opened;
    if (options.config !== undefined) saveChannel(db, CHANNEL, ChannelConfig.parse(options.config), clock());
    const secrets = new Map<SecretOwner, string>();
    const notifier = createNotifier({
      db,
      clock,
      random: () => 0.5,
      log: quiet,
      vault: { get: (owner) => secrets.get(owner), state: () => 'this-run' },
      send: options.send ?? send,
      changed: () => undefined,
      retryMs: options.retryMs ?? [20],
    });
    notifier.start();
    let closed = false;
    const close = async (): Promise<void> => {
      if (closed) return;
      closed = true;
      await notifier.stop();
      db.close();
    };
    closers.push(close);
    return {
      db,
      notifier,
      secrets,
      close,
      tell: (...items) => {
        transaction(db, () => {
          notifier.tell(items);
        });
        notifier.kick();
      },
      states: () => db.prepare('SELECT state FROM notify_delivery ORDER BY key').pluck().all().map(String),
      until: async (what, condition) => {
        const end = Date.now() + 10_000;
        while (!condition()) {
          if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
          await new Promise((resume) => setTimeout(resume, 5));
        }
      },
    };
  };
  return {
    open,
    later: (close: () => unknown): void => {
      closers.push(close);
    },
    folder: (): string => {
      const path = mkdtempSync(join(tmpdir(), 'watchfloor-notify-'));
      closers.push(() => {
        rmSync(path, { recursive: true, force: true });
      });
      return path;
    },
  };
}
