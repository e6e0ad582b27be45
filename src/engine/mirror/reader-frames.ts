import { z } from 'zod';
import { HELD } from './database.ts';
import { DataKey } from './encryption/data-key.ts';

/** Messages to a reader process; it runs this program's own code, so types are enough there. */
export const ToReader = z.discriminatedUnion('is', [
  /** The first message: the file to ask, and its key where it is encrypted. */
  z.object({
    is: z.literal('open'),
    file: z.string(),
    held: z.enum(HELD).optional(),
    key: DataKey.optional(),
  }),
  z.object({ is: z.literal('ask'), id: z.int(), name: z.string(), request: z.unknown() }),
  z.object({ is: z.literal('cancel'), id: z.int() }),
]);
export type ToReader = z.infer<typeof ToReader>;

export const FromReader = z.discriminatedUnion('is', [
  /** It has loaded. By its number it can be killed whatever it does. */
  z.object({ is: z.literal('ready'), pid: z.int() }),
  z.object({ is: z.literal('answer'), id: z.int(), value: z.unknown() }),
  z.object({ is: z.literal('failure'), id: z.int(), message: z.string(), cancelled: z.boolean() }),
]);
export type FromReader = z.infer<typeof FromReader>;

/** A process that reads, however it was started. */
export interface ReaderProcess {
  send(frame: ToReader): void;
  /** Ends it at once, in the middle of a statement too. */
  kill(): void;
}
/** Starts a reader; `ended` comes once, also when it could not be started. */
export type SpawnReader = (events: {
  readonly message: (raw: unknown) => void;
  readonly ended: () => void;
}) => ReaderProcess;
