import type { Log } from '#shared/domain/log.ts';
import type { Clock } from '#shared/domain/units.ts';
import type { AgentOptions } from './agent.ts';
import type { AgentConfig } from './config/config.ts';
import { openRulePlaces } from './rules/places.ts';
import { AGENT_VERSION } from './version.ts';

/** Sockets beyond the connections allowed: handshakes under way. */
const SPARE_SOCKETS = 100;

export function optionsFromConfig(config: AgentConfig, clock: Clock, log: Log): AgentOptions {
  const { connections, connectionsPerToken, ...limits } = config.limits;
  const { id, name, tier } = config.environment;
  return {
    agent: { id: config.agent.id, version: AGENT_VERSION },
    environment: { id, name, tier, protected: config.environment.protected },
    dataDir: config.dataDir,
    baseDir: config.baseDir,
    listen: {
      host: config.listen.host,
      port: config.listen.port,
      tls: config.listen.tls ?? null,
      maxSockets: connections + SPARE_SOCKETS,
    },
    storeKind: config.store.kind,
    createStore: (deps) => config.store.create(deps),
    flags: { privileged: config.privileged, services: config.services },
    limits,
    caps: { perToken: connectionsPerToken, total: connections },
    poll: config.poll,
    bounds: config.log,
    rules: config.rules,
    openPlaces: () => openRulePlaces(config.geo, config.baseDir, log),
    pushToken: config.push?.token ?? null,
    postureUrl: config.posture?.url ?? null,
    clock,
    log,
  };
}
