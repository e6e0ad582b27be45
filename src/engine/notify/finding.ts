import { z } from 'zod';
import { DetectionRecord } from '#shared/domain/detection.ts';
import { ConnectionId } from '#shared/domain/ids.ts';

/** A detection as a channel is told of it. */
export const Finding = z.object({
  connection: ConnectionId,
  /** Name of the environment at the time. */
  environment: z.string(),
  record: DetectionRecord,
  /** Names of the accounts that it speaks of, by id. */
  names: z.record(z.string(), z.string()).optional(),
});
export type Finding = z.infer<typeof Finding>;

/** One thing to tell: a detection was raised (or grew), or was taken back by a late event. */
export interface Item {
  readonly what: 'raised' | 'withdrawn';
  readonly finding: Finding;
}

/** One message: a single item, or a digest of several. */
export interface Message {
  /** Stays the same over retries, so that a receiver can tell a repeated message. */
  readonly id: string;
  readonly createdAt: number;
  readonly shape: 'single' | 'digest' | 'test';
  /** 500 at most; `total` counts all. */
  readonly items: readonly Item[];
  readonly total: number;
}
