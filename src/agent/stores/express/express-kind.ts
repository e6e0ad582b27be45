import { openDatabase } from '../sql/open-database.ts';
import type { StoreKind } from '../store-kind.ts';
import { EXPRESS_EXAMPLE, ExpressConfig, expressGrants } from './config.ts';
import { postgresAdapter } from './postgres-adapter.ts';
import { postgresDoctor } from './postgres-doctor.ts';
import { redisAdapter } from './redis-adapter.ts';
import { redisDoctor } from './redis-doctor.ts';

export const expressKind: StoreKind<ExpressConfig> = {
  kind: 'express',
  configSchema: ExpressConfig,
  example: EXPRESS_EXAMPLE,
  create(config, deps) {
    const { database } = config;
    return database.driver === 'redis'
      ? redisAdapter(config, database, deps)
      : postgresAdapter(config, openDatabase(database, deps.baseDir, expressGrants(config)), deps);
  },
  async doctor(config, deps, signal) {
    const { database } = config;
    if (database.driver === 'redis') return redisDoctor(config, database, deps, signal);
    const grants = expressGrants(config);
    const access = openDatabase(database, deps.baseDir, grants);
    try {
      return await postgresDoctor(config, { access, config: database, clock: deps.clock, grants, signal });
    } finally {
      await access.close();
    }
  },
  grants: expressGrants,
};
