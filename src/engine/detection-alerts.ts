import { ENGINE_METHODS } from '#shared/ipc/engine-contract.ts';
import type { DetectionRow } from '#shared/ipc/detections-views.ts';
import type { DetectionAlert, MessageToMain } from '#shared/ipc/engine-process.ts';
import type { Log } from '#shared/domain/log.ts';
import type { Engine } from './engine-types.ts';

const aboutOf = ({ people, entity }: DetectionRow): string => {
  const [first, ...others] = people;
  if (first === undefined) return entity.name;
  return others.length === 0 ? first.name : `${first.name} and ${String(others.length)} more`;
};

/**
 * Tells main what is new, so that the desktop can say it while no window looks.
 * @returns tells how many are open, once: for when the windows that open have what they show first
 */
export function tellDetections(engine: Engine, tell: (message: MessageToMain) => void, log: Log): () => void {
  let names = new Map<string, string>();
  const alertOf = (row: DetectionRow): DetectionAlert => ({
    connection: row.connection,
    environment: (names.get(row.connection) ?? '').slice(0, 256),
    id: row.id,
    severity: row.severity,
    title: row.title.slice(0, 512),
    about: aboutOf(row).slice(0, 1_024),
  });
  engine.onEvent(({ environments, detections }) => {
    if (environments !== undefined) {
      names = new Map(environments.map(({ connection, name }) => [connection, name]));
    }
    if (detections === undefined) return;
    const open = Object.values(detections.open).reduce((sum, one) => sum + one, 0);
    tell({ type: 'detections', open, newest: detections.newest.slice(0, 50).map(alertOf) });
  });
  const { signal } = new AbortController();
  const unread = (error: unknown): void => {
    log.warn('how many detections are open could not be read', { error: String(error) });
  };
  engine.handlers['environments.list']({}, signal)
    .then((environments) => {
      names = new Map(environments.map(({ connection, name }) => [connection, name]));
    })
    .catch(unread);
  const count = async (): Promise<void> => {
    const request = ENGINE_METHODS['detections.list'].request.parse({
      filter: { states: ['open'] },
      limit: 1,
    });
    const { total } = await engine.handlers['detections.list'](request, signal);
    tell({ type: 'detections', open: total, newest: [] });
  };
  return () => {
    count().catch(unread);
  };
}
