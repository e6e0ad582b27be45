import { openDatabase } from '../sql/open-database.ts';
import type { StoreKind } from '../store-kind.ts';
import { DJANGO_EXAMPLE, DjangoConfig, djangoGrants } from './config.ts';
import { djangoAdapter } from './django-adapter.ts';
import { djangoDoctor } from './django-doctor.ts';

export const djangoKind: StoreKind<DjangoConfig> = {
  kind: 'django',
  configSchema: DjangoConfig,
  example: DJANGO_EXAMPLE,
  create: (config, deps) =>
    djangoAdapter(config, openDatabase(config.database, deps.baseDir, djangoGrants(config)), deps),
  async doctor(config, { baseDir, clock }, signal) {
    const grants = djangoGrants(config);
    const access = openDatabase(config.database, baseDir, grants);
    try {
      return await djangoDoctor(config, { access, config: config.database, clock, grants, signal });
    } finally {
      await access.close();
    }
  },
  grants: djangoGrants,
};
