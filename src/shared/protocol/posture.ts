import { z } from 'zod';
import { answerOf } from './codes.ts';
import { LIMITS } from './limits.ts';

const text = z.string().max(LIMITS.message);
export const PostureCheck = z.object({
  id: z.string().max(LIMITS.id),
  title: text,
  status: z.enum(['pass', 'warn', 'fail', 'unknown']).catch('unknown'),
  observed: text,
  advice: text,
  source: text,
});
export type PostureCheck = z.infer<typeof PostureCheck>;
export const PostureGetAnswer = answerOf({ checks: z.array(PostureCheck) });
export type PostureGetAnswer = z.infer<typeof PostureGetAnswer>;
