import { create } from 'zustand';
import type { ChannelId } from '#shared/domain/ids.ts';
import type { Problem } from '#shared/domain/result.ts';
import type { ChannelConfigInput } from '#shared/ipc/notify-contract.ts';
import { engine } from '../bridge/engine.ts';
import { notify } from './notice-store.ts';

/** Grows when a channel was changed here, so that the list asks again. */
export const useChannels = create<{ readonly done: number }>(() => ({ done: 0 }));
const acted = (): void => {
  useChannels.setState(({ done }) => ({ done: done + 1 }));
};

/** Saves a channel; a refusal is thrown. */
export async function saveChannel(config: ChannelConfigInput, secret: string): Promise<void> {
  await engine.call('notify.save', { config, ...(secret === '' ? {} : { secret }) });
  acted();
  notify({ tone: 'good', message: `“${config.name}” is told of detections from now on.` });
}
export async function removeChannel(id: ChannelId): Promise<void> {
  await engine.call('notify.remove', { id });
  acted();
}
/** Sends a test message; null when it got through. */
export async function testChannel(
  config: ChannelConfigInput,
  from: { readonly id?: ChannelId; readonly secret?: string },
): Promise<Problem | null> {
  const { id, secret = '' } = from;
  const answer = await engine.call('notify.test', {
    config,
    ...(id === undefined ? {} : { id }),
    ...(secret === '' ? {} : { secret }),
  });
  if (!answer.ok) return answer.problem;
  notify({
    tone: 'good',
    message: `The test message to “${config.name}” got through in ${String(answer.ms)} ms.`,
  });
  return null;
}
export async function retryChannel(id: ChannelId): Promise<void> {
  await engine.call('notify.retry', { id });
  acted();
}
