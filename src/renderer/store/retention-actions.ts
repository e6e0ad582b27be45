import type { RetentionPolicy, RetentionView } from '#shared/ipc/mirror-contract.ts';
import { engine } from '../bridge/engine.ts';

export const saveRetention = (policy: RetentionPolicy): Promise<RetentionView> =>
  engine.call('retention.set', policy);

/** Deletes what is due; resolves when it is done. */
export const runRetention = (): Promise<RetentionView> => engine.call('retention.run', {});
