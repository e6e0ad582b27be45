import { ENGINE_METHODS } from '#shared/ipc/engine-contract.ts';
import type { DetectionRow } from '#shared/ipc/detections-views.ts';
import type { DetectionAlert, MessageToMain } from '#shared/ipc/engine-process.ts';
import type { Dispose, Log } from '#shared/domain/log.ts';
import type { Engine } from './engine-types.ts';

const aboutOf = ({ people, entity }: DetectionRow): string => {
  const [first, ...others] = people;
  if (first === undefined) return entity.name;
  return others.length === 0 ? first.name : `${first.name} and ${String(others.length)} more`;
};

/** Tells main what is open and what is new, so that the desktop can say it while no window looks. */
export function tellDetections(engine: Engine, tell: (message: MessageToMain) => void, log: Log): Dispose {
  let names = new Map<string, string>();
  const alertOf = (row: DetectionRow): DetectionAlert => ({
    connection: row.connection,
    environment: (names.get(row.connection) ?? '').slice(0, 256),
    id: row.id,
    severity: row.severity,
    title: row.title.slice(0, 512),
    about: aboutOf(row).slice(0, 1_024),
  });
  const dispose = engine.onEvent(({ environments, detections }) => {
    if (environments !== undefined) {
      names = new Map(environments.map(({ connection, name }) => [connection, name]));
    }
    if (detections === undefined) return;
    const open = Object.values(detections.open).reduce((sum, one) => sum + one, 0);
    tell({ type: 'detections', open, newest: detections.newest.slice(0, 50).map(alertOf) });
  });
  const { signal } = new AbortController();
  const first = async (): Promise<void> => {
    const environments = await engine.handlers['environments.list']({}, signal);
    names = new Map(environments.map(({ connection, name }) => [connection, name]));
    const request = ENGINE_METHODS['detections.list'].request.parse({
      filter: { states: ['open'] },
      limit: 1,
    });
    const { total } = await engine.handlers['detections.list'](request, signal);
    tell({ type: 'detections', open: total, newest: [] });
  };
  first().catch((error: unknown) => {
    log.warn('how many detections are open could not be read', { error: String(error) });
  });
  return dispose;
}
