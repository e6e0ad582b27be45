import { z } from 'zod';

/** Messages to the reader's thread; the thread runs this program's own code, so types are enough there. */
export const ToReader = z.discriminatedUnion('is', [
  z.object({ is: z.literal('ask'), id: z.int(), name: z.string(), request: z.unknown() }),
  z.object({ is: z.literal('cancel'), id: z.int() }),
]);
export type ToReader = z.infer<typeof ToReader>;

export const FromReader = z.discriminatedUnion('is', [
  z.object({ is: z.literal('answer'), id: z.int(), value: z.unknown() }),
  z.object({ is: z.literal('failure'), id: z.int(), message: z.string(), cancelled: z.boolean() }),
]);
export type FromReader = z.infer<typeof FromReader>;
