import type { RequestOf } from '#shared/ipc/contract.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import type { ConnectionId } from '#shared/domain/ids.ts';
import { engine } from '../bridge/engine.ts';
import { useDetections } from './detection-store.ts';
import { notify } from './notice-store.ts';

/** What the engine takes as settings: JSON. */
export type SettingsJson = RequestOf<EngineContract['detections.settings.save']>['settings'];
export type SettingJson = SettingsJson[string];

const acted = (): void => {
  useDetections.setState(({ done }) => ({ done: done + 1 }));
};

/** Saves a whole set of settings with a note; a refusal is thrown. */
export async function saveDetectSettings(
  connection: ConnectionId | null,
  settings: SettingsJson,
  note: string,
): Promise<void> {
  const saved = await engine.call('detections.settings.save', { connection, settings, note });
  acted();
  notify({
    tone: 'good',
    message: `Saved as version ${String(saved.version)}; it applies to what happens from now on.`,
  });
}

export async function rollBackDetectSettings(
  connection: ConnectionId | null,
  version: number,
  note: string,
): Promise<void> {
  const saved = await engine.call('detections.settings.rollback', { connection, version, note });
  acted();
  notify({
    tone: 'good',
    message: `Version ${String(version)} applies again, as version ${String(saved.version)}.`,
  });
}
