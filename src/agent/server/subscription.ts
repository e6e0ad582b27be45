import type { Epoch, Seq, SubscriptionId } from '#shared/domain/ids.ts';
import { seq } from '#shared/domain/ids.ts';
import type { Clock, EpochMs } from '#shared/domain/units.ts';
import type { GoodbyeCode } from '#shared/protocol/codes.ts';
import { LIMITS } from '#shared/protocol/limits.ts';
import type { Changes, Snapshot, Want } from '#shared/protocol/stream.ts';
import { ChangesAnswer, SnapshotAnswer } from '#shared/protocol/stream.ts';
import type { ChangeLog } from '../state/change-log.ts';
import type { Viewer } from '../state/viewer.ts';
import { readBatch } from './batch-reader.ts';
import type { SnapshotReader } from './snapshot-reader.ts';

/** Positions that hold nothing for a console are told in an empty batch, at this many or after this time. */
const SKIP_ROWS = 1_000;
const SKIP_MS = 5_000;

/** How a subscription reaches its console; the answer is what the console acknowledged, or `slow`. */
export interface Outlet {
  snapshot(part: Snapshot, answered: (answer: unknown) => void): void;
  changes(batch: Changes, answered: (answer: unknown) => void): void;
  goodbye(code: GoodbyeCode, message: string): void;
}
export interface SubscriptionOptions {
  readonly id: SubscriptionId;
  readonly epoch: Epoch;
  readonly want: ReadonlySet<Want>;
  readonly viewer: Viewer;
  /** Null for a resumed subscription. Called when the first listing of the store is done. */
  readonly snapshot: (() => SnapshotReader) | null;
  readonly from: Seq;
  readonly log: ChangeLog;
  readonly outlet: Outlet;
  readonly limits: { readonly batch: number; readonly inFlight: number };
  readonly clock: Clock;
}
export interface Subscription {
  readonly id: SubscriptionId;
  /** Sends what may be sent now. */
  pump(): void;
  /** The log must keep everything after this for the console to catch up once; null: it has, or took too long. */
  keepAfter(): Seq | null;
  /** Where the console's next batch starts. */
  position(): Seq;
  end(): void;
}

type Phase = 'waiting' | 'snapshot' | 'changes' | 'over';

/** A console's stream: a snapshot in parts where it needs one, then changes, never more than `inFlight` unanswered. */
export function createSubscription(options: SubscriptionOptions): Subscription {
  const { id, epoch, want, viewer, log, outlet, limits, clock } = options;
  let phase: Phase = options.snapshot === null ? 'changes' : 'waiting';
  let reader: SnapshotReader | null = null;
  let readAll = false;
  let part = 0;
  let inFlight = 0;
  let sent: Seq = options.from;
  let scanned: Seq = options.from;
  let sentAt: EpochMs = clock();
  let graceUntil: number | null = options.snapshot === null ? null : clock() + LIMITS.snapshotGraceMs;

  const end = () => {
    phase = 'over';
    reader?.close();
    reader = null;
  };
  const broken = (what: string) => {
    end();
    outlet.goodbye('PROTOCOL_ERROR', `The acknowledgement of ${what} was not understood.`);
  };

  function sendParts(): void {
    while (phase === 'snapshot' && !readAll && inFlight < limits.inFlight) {
      const next = reader?.next() ?? null;
      if (next === null) return;
      const number = part;
      part += 1;
      inFlight += 1;
      readAll = next.last;
      const { sessions, accounts, last } = next;
      outlet.snapshot(
        { subscription: id, epoch, part: number, last, asOf: sent, sessions, accounts },
        (answer) => {
          if (phase !== 'snapshot') return;
          const parsed = SnapshotAnswer.safeParse(answer);
          if (!parsed.success || (parsed.data.ok && parsed.data.part !== number)) {
            broken(`snapshot part ${String(number)}`);
            return;
          }
          // The console refused it: it will subscribe again.
          if (!parsed.data.ok) {
            end();
            return;
          }
          inFlight -= 1;
          if (readAll && inFlight === 0) phase = 'changes';
          pump();
        },
      );
    }
  }

  function sendChanges(): void {
    while (phase === 'changes' && inFlight < limits.inFlight) {
      const batch = readBatch(log, scanned, viewer, want, limits.batch);
      if (batch !== null) scanned = batch.to;
      const skipped = scanned - sent;
      const tell =
        (batch?.items.length ?? 0) > 0 ||
        (skipped > 0 && (skipped >= SKIP_ROWS || clock() - sentAt >= SKIP_MS));
      if (tell) send(batch?.items ?? []);
      if (batch === null) {
        if (inFlight === 0) graceUntil = null;
        return;
      }
    }
  }

  function send(items: Changes['items']): void {
    const from = seq(sent + 1);
    const to = scanned;
    sent = to;
    sentAt = clock();
    inFlight += 1;
    outlet.changes({ subscription: id, epoch, from, to, items }, (answer) => {
      if (phase !== 'changes') return;
      const parsed = ChangesAnswer.safeParse(answer);
      if (!parsed.success || (parsed.data.ok && parsed.data.seq !== to)) {
        broken(`changes ${String(from)} to ${String(to)}`);
        return;
      }
      if (!parsed.data.ok) {
        end();
        return;
      }
      inFlight -= 1;
      pump();
    });
  }

  function pump(): void {
    if (phase === 'waiting' && options.snapshot !== null) {
      reader = options.snapshot();
      sent = reader.asOf;
      scanned = reader.asOf;
      phase = 'snapshot';
    }
    if (phase === 'snapshot') sendParts();
    if (phase === 'changes') sendChanges();
  }

  return {
    id,
    pump,
    keepAfter() {
      if (phase === 'over' || graceUntil === null) return null;
      if (clock() < graceUntil) return sent;
      graceUntil = null;
      return null;
    },
    position: () => scanned,
    end,
  };
}
