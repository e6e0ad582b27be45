import type { Clock } from '#shared/domain/units.ts';
import { startAgent } from '../agent.ts';
import type { AgentConfig } from '../config/config.ts';
import { serveHealth } from '../health.ts';
import { createJsonLog } from '../json-log.ts';
import { optionsFromConfig } from '../options-from-config.ts';
import { parentOf } from '../parent-port.ts';

/** Serves until it is told to stop: by a signal, or by the process that started it. */
export async function serve(config: AgentConfig, clock: Clock, writer: string | null): Promise<void> {
  const log = createJsonLog((line) => process.stderr.write(`${line}\n`), clock, config.log.level);
  const parent = parentOf(process);
  const stop = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
    parent?.onStop(() => resolve('stop'));
  });
  const agent = await startAgent({ ...optionsFromConfig(config, clock, log), writer });
  const health =
    config.health === undefined ? null : await serveHealth(config.health.port, () => agent.facts(), clock);
  log.info('listening', { url: agent.url, environment: config.environment.id, store: config.store.kind });
  if (health !== null) log.info('health and metrics', { url: health.url });
  // For people and for programs that start the agent and wait for its address.
  process.stdout.write(`watchfloor-agent listening on ${agent.url}\n`);
  parent?.listening(agent.url);
  const reason = await stop;
  log.info('stopping', { reason });
  await health?.close();
  await agent.stop();
}
