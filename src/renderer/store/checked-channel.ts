import './zod-without-eval.ts';
import { ChannelConfig } from '#shared/ipc/notify-contract.ts';
import { ProblemError } from '../bridge/problem-error.ts';

/**
 * A channel as it may be sent or saved. Read only when a channel is made, because it brings the schema library with it.
 * @throws ProblemError naming what is wrong
 */
export function checkedChannel(input: unknown): ChannelConfig {
  const parsed = ChannelConfig.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ProblemError({
    code: 'INVALID',
    message: `${issue?.path.at(-1)?.toString() ?? 'The channel'}: ${issue?.message ?? 'is malformed'}.`,
    advice: 'Correct it; nothing was sent or saved.',
  });
}
