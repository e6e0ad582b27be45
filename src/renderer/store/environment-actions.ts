import type { ConnectionId } from '#shared/domain/ids.ts';
import type { RequestOf } from '#shared/ipc/contract.ts';
import type { EngineContract } from '#shared/ipc/engine-contract.ts';
import type { EnvironmentView } from '#shared/ipc/views.ts';
import { engine } from '../bridge/engine.ts';
import { main } from '../bridge/main.ts';
import { problemOf } from '../bridge/problem-error.ts';
import { useApp } from './app-store.ts';
import { notify } from './notice-store.ts';

function put(environment: EnvironmentView): void {
  useApp.setState(({ environments }) => {
    const others = environments ?? [];
    const known = others.some(({ connection }) => connection === environment.connection);
    return {
      environments: known
        ? others.map((other) => (other.connection === environment.connection ? environment : other))
        : [...others, environment],
    };
  });
}

async function told<T>(act: () => Promise<T>): Promise<T | null> {
  try {
    return await act();
  } catch (error) {
    notify({ tone: 'bad', problem: problemOf(error) });
    return null;
  }
}

/** Throws a ProblemError, so that the form can show it beside the fields. */
export async function addEnvironment(
  request: RequestOf<EngineContract['environments.add']>,
): Promise<EnvironmentView> {
  const added = await engine.call('environments.add', request);
  put(added);
  return added;
}
/** Throws a ProblemError, so that the form can show it beside the fields. */
export async function updateEnvironment(
  request: RequestOf<EngineContract['environments.update']>,
): Promise<void> {
  put(await engine.call('environments.update', request));
}

export async function retryEnvironment(connection: ConnectionId): Promise<void> {
  const environment = await told(() => engine.call('environments.retry', { connection }));
  if (environment !== null) put(environment);
}
export async function enableEnvironment(connection: ConnectionId, enabled: boolean): Promise<void> {
  await told(() => updateEnvironment({ connection, enabled }));
}
export async function removeEnvironment(connection: ConnectionId, forget: boolean): Promise<boolean> {
  const done = await told(() => engine.call('environments.remove', { connection, forget }));
  if (done === null) return false;
  useApp.setState(({ environments }) => ({
    environments: (environments ?? []).filter((other) => other.connection !== connection),
  }));
  return true;
}
export async function setDemoAgent(name: string, running: boolean): Promise<void> {
  const demo = await told(() => main.call('demo.set', { name, running }));
  if (demo !== null) useApp.setState({ demo });
}
