import type { World } from '../world.ts';
import { djangoWorld } from './django-world.ts';
import { drupalWorld } from './drupal-world.ts';
import { expressPostgresWorld } from './express-postgres-world.ts';
import { expressRedisWorld } from './express-redis-world.ts';
import { laravelWorld } from './laravel-world.ts';
import { wordpressWorld } from './wordpress-world.ts';

/** One of every kind of store, on every kind of database. */
export const EVERY_KIND: readonly (readonly [string, () => Promise<World>])[] = [
  ['Drupal on MariaDB', () => drupalWorld('mariadb', 'site1_')],
  ['Drupal on PostgreSQL', () => drupalWorld('postgres')],
  ['Drupal on SQLite', () => drupalWorld('sqlite')],
  ['WordPress', () => wordpressWorld('wp_', false)],
  ['Laravel on PostgreSQL', () => laravelWorld('postgres', 'json')],
  ['Django on MariaDB', () => djangoWorld('mariadb', 'signed')],
  ['Express on Redis', () => expressRedisWorld(true)],
  ['Express on PostgreSQL', () => expressPostgresWorld()],
];

/** And with every other form that one of them writes its sessions in. */
export const EVERY_FORM: typeof EVERY_KIND = [
  ...EVERY_KIND,
  ['Laravel on MariaDB, serialised', () => laravelWorld('mariadb', 'php')],
  ['Laravel on SQLite, encrypted', () => laravelWorld('sqlite', 'encrypted')],
  ['Express on Redis without events', () => expressRedisWorld(false)],
  ['Django on PostgreSQL', () => djangoWorld('postgres', 'signed')],
  ['Django on SQLite, before 3.1', () => djangoWorld('sqlite', 'before 3.1')],
];
