import { z } from 'zod';
import { canonical } from '../domain/canonical.ts';
import { EpochMs } from '../domain/units.ts';

/** SHA-256 in hexadecimal. */
export const Digest = z.string().regex(/^[0-9a-f]{64}$/);
/** `previous` of the first entry. */
export const CHAIN_START = '0'.repeat(64);

const text = z.string().max(4_096);
/** What was acted on. `connection` names the environment where it has one. */
const Subject = z.strictObject({
  kind: text.min(1),
  id: text.optional(),
  name: text.optional(),
  connection: text.optional(),
});

/**
 * One entry of a journal, the console's or an agent's. What is hashed and signed is its canonical JSON (`entryBody`);
 * it names the hash of the entry before, so that none can be changed, taken out or moved without a trace.
 */
export const JournalEntry = z.strictObject({
  seq: z.int().min(1),
  at: EpochMs,
  previous: Digest,
  /** `id`: the operator of a token, or the system's user; `name`: what they call themselves. */
  by: z.strictObject({ id: text.optional(), name: text }),
  action: z.string().min(1).max(64),
  subject: Subject.optional(),
  details: z.record(z.string(), z.json()),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

/** The text that is hashed and signed. */
export const entryBody = (entry: JournalEntry): string => canonical(entry);

/** Where a chain ends. Signed as canonical JSON of `{ head: { seq, hash } }`. */
export interface JournalHead {
  readonly seq: number;
  readonly hash: string;
}
export const headText = ({ seq, hash }: JournalHead): string => canonical({ head: { seq, hash } });

/** A journal's head that left the installation, so that a later truncation shows. */
export const HeadsFile = z.object({
  'watchfloor-journal-heads': z.literal(1),
  /** SHA-256 of the public key's SPKI DER. */
  installation: Digest,
  /** Base64 of the SPKI DER. */
  publicKey: z.string().max(1_024),
  exportedAt: EpochMs,
  heads: z
    .array(z.object({ seq: z.int().min(1), hash: Digest, signature: z.string().max(256) }))
    .min(1)
    .max(10_000),
});
export type HeadsFile = z.infer<typeof HeadsFile>;
