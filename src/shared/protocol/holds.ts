import { z } from 'zod';
import { AccountId, CommandId, OperatorId } from '../domain/ids.ts';
import { EpochMs } from '../domain/units.ts';
import { answerOf } from './codes.ts';
import { Name } from './records.ts';

/** An account whose new sessions are ended until a time. */
const Hold = z.object({
  account: z.object({ id: AccountId, name: Name }),
  until: EpochMs,
  command: CommandId,
  operator: z.object({ id: OperatorId, name: Name }),
});
export const HoldsListAnswer = answerOf({ items: z.array(Hold) });
export type HoldsListAnswer = z.infer<typeof HoldsListAnswer>;
