import { z } from 'zod';
import { AccountId, ConnectionId } from '../domain/ids.ts';
import type { EpochMs } from '../domain/units.ts';
import { method } from './contract.ts';

/** What is kept for a time: events by when they happened, sessions by when they ended, detections by when they were seen last. */
export const RETENTION_KINDS = ['events', 'sessions', 'detections'] as const;
export type RetentionKind = (typeof RETENTION_KINDS)[number];

/** How long one kind of record is kept; null: for ever. */
const RetentionRule = z.strictObject({
  /** Null: every environment that has no rule of its own. */
  connection: ConnectionId.nullable(),
  kind: z.enum(RETENTION_KINDS),
  days: z.int().min(1).max(36_500).nullable(),
});
export type RetentionRule = z.infer<typeof RetentionRule>;

export const RetentionPolicy = z.strictObject({
  rules: z.array(RetentionRule).max(200),
  /** The oldest events go when the mirror is larger than this; null: it may grow. */
  mostMegabytes: z.int().min(50).max(10_000_000).nullable(),
  /** Folder for what is deleted, written before it is deleted; null: none is kept. */
  archiveFolder: z.string().min(1).max(4_096).nullable(),
});
export type RetentionPolicy = z.infer<typeof RetentionPolicy>;

export interface RetentionRun {
  readonly at: EpochMs;
  readonly cause: 'age' | 'size' | 'person';
  readonly kind: RetentionKind | 'person';
  readonly before: EpochMs | null;
  readonly rows: number;
  readonly archive: string | null;
  readonly finishedAt: EpochMs | null;
}
export interface RetentionView {
  readonly policy: RetentionPolicy;
  readonly size: { readonly bytes: number; readonly freeBytes: number; readonly events: number };
  readonly runs: readonly RetentionRun[];
}
/** What a policy would delete now. */
export interface RetentionForecast {
  readonly items: readonly {
    readonly connection: ConnectionId;
    readonly name: string;
    readonly kind: RetentionKind;
    readonly before: EpochMs;
    readonly rows: number;
  }[];
  /** Events that would go because the mirror is too large; about. */
  readonly forSize: number;
}

/** What erasing one person did. */
export interface Erased {
  readonly events: number;
  readonly sessions: number;
  readonly accounts: number;
  /** Rows in which only the name was struck out, because they are about somebody else as well. */
  readonly struckOut: number;
  /** Entries of the journal that still name the person: it is chained and never changed. */
  readonly leftInJournal: number;
}

const accounts = z
  .array(z.strictObject({ connection: ConnectionId, id: AccountId }))
  .min(1)
  .max(100);
const file = z.string().min(1).max(4_096);

/** Retention, one person's data, backups. */
export const MIRROR_METHODS = {
  'retention.get': method<RetentionView>()(() => z.strictObject({})),
  'retention.preview': method<RetentionForecast>()(() => RetentionPolicy),
  'retention.set': method<RetentionView>()(() => RetentionPolicy),
  /** Deletes what is due at once; resolves when it is done. */
  'retention.run': method<RetentionView>()(() => z.strictObject({})),
  /** Writes everything about a person to a file that must not exist yet, a JSON object a line. */
  'person.export': method<{ readonly rows: number }>()(() => z.strictObject({ accounts, file })),
  /** Deletes everything about a person. `compact` rewrites the file afterwards, so that nothing is left in it. */
  'person.erase': method<Erased>()(() => z.strictObject({ accounts, compact: z.boolean() })),
  /** A whole copy of the mirror, made while it is in use, and verified. The file must not exist yet. */
  'mirror.backup': method<{ readonly bytes: number; readonly events: number }>()(() =>
    z.strictObject({ file }),
  ),
} as const;
