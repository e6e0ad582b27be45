import { openDatabase } from '../sql/open-database.ts';
import type { StoreKind } from '../store-kind.ts';
import { WORDPRESS_EXAMPLE, WordpressConfig, wordpressGrants } from './config.ts';
import { wordpressAdapter } from './wordpress-adapter.ts';
import { wordpressDoctor } from './wordpress-doctor.ts';

export const wordpressKind: StoreKind<WordpressConfig> = {
  kind: 'wordpress',
  configSchema: WordpressConfig,
  example: WORDPRESS_EXAMPLE,
  create: (config, deps) =>
    wordpressAdapter(config, openDatabase(config.database, deps.baseDir, wordpressGrants(config)), deps),
  async doctor(config, { baseDir, clock }, signal) {
    const grants = wordpressGrants(config);
    const access = openDatabase(config.database, baseDir, grants);
    try {
      return await wordpressDoctor(config, { access, config: config.database, clock, grants, signal });
    } finally {
      await access.close();
    }
  },
  grants: wordpressGrants,
};
