import { openDatabase } from '../sql/open-database.ts';
import type { StoreKind } from '../store-kind.ts';
import { DRUPAL_EXAMPLE, DrupalConfig, drupalGrants } from './config.ts';
import { drupalAdapter } from './drupal-adapter.ts';
import { drupalDoctor } from './drupal-doctor.ts';

export const drupalKind: StoreKind<DrupalConfig> = {
  kind: 'drupal',
  configSchema: DrupalConfig,
  example: DRUPAL_EXAMPLE,
  create: (config, deps) =>
    drupalAdapter(config, openDatabase(config.database, deps.baseDir, drupalGrants(config)), deps),
  async doctor(config, { baseDir, clock }, signal) {
    const grants = drupalGrants(config);
    const access = openDatabase(config.database, baseDir, grants);
    try {
      return await drupalDoctor(config, { access, config: config.database, clock, grants, signal });
    } finally {
      await access.close();
    }
  },
  grants: drupalGrants,
};
