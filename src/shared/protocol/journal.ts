import { z } from 'zod';
import { EpochMs } from '../domain/units.ts';
import { Digest } from '../journal/entry.ts';
import { answerOf } from './codes.ts';

const head = z.object({ seq: z.int().min(0), hash: Digest });
/** Base64 of an Ed25519 signature, or of a public key's SPKI DER. */
const base64 = z.string().min(1).max(1_024);
const agent = z.object({ key: Digest, publicKey: base64 });

export const Countersign = z.strictObject({
  installation: Digest,
  publicKey: base64,
  seq: z.int().min(1),
  hash: Digest,
  signature: base64,
});
export type Countersign = z.infer<typeof Countersign>;
export const CountersignAnswer = answerOf({ at: EpochMs, agent, own: head, signature: base64 });
export type CountersignAnswer = z.infer<typeof CountersignAnswer>;

export const JournalHeads = z.strictObject({
  installation: Digest,
  /** Only heads below this entry: the next page. Only after an answer with `more`. */
  before: z.int().min(1).optional(),
});
export type JournalHeads = z.infer<typeof JournalHeads>;
const Countersigned = z.object({
  seq: z.int().min(1),
  hash: Digest,
  at: EpochMs,
  own: head,
  signature: base64,
});
export type Countersigned = z.infer<typeof Countersigned>;
export const JournalHeadsAnswer = answerOf({
  agent,
  items: z.array(Countersigned).max(1_000),
  /** Older heads follow; absent from agents that list their newest hundred and no more. */
  more: z.boolean().optional(),
  own: head.extend({ signature: base64 }),
});
export type JournalHeadsAnswer = z.infer<typeof JournalHeadsAnswer>;

export const JournalPage = z.strictObject({ after: z.int().min(0), limit: z.int().min(1).max(500) });
export type JournalPage = z.infer<typeof JournalPage>;
export const JournalPageAnswer = answerOf({
  items: z.array(z.object({ body: z.string().max(262_144), hash: Digest, signature: base64 })),
  head,
});
export type JournalPageAnswer = z.infer<typeof JournalPageAnswer>;
