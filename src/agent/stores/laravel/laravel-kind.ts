import { openDatabase } from '../sql/open-database.ts';
import type { StoreKind } from '../store-kind.ts';
import { LARAVEL_EXAMPLE, LaravelConfig, laravelGrants } from './config.ts';
import { laravelAdapter } from './laravel-adapter.ts';
import { laravelDoctor } from './laravel-doctor.ts';

export const laravelKind: StoreKind<LaravelConfig> = {
  kind: 'laravel',
  configSchema: LaravelConfig,
  example: LARAVEL_EXAMPLE,
  create: (config, deps) =>
    laravelAdapter(config, openDatabase(config.database, deps.baseDir, laravelGrants(config)), deps),
  async doctor(config, { baseDir, clock }, signal) {
    const grants = laravelGrants(config);
    const access = openDatabase(config.database, baseDir, grants);
    try {
      return await laravelDoctor(config, { access, config: config.database, clock, grants, signal });
    } finally {
      await access.close();
    }
  },
  grants: laravelGrants,
};
