import { conformance } from './suite.ts';
import { drupalWorld } from './worlds/drupal-world.ts';

conformance('Drupal on MariaDB, with a table prefix', () => drupalWorld('mariadb', 'site1_'));
conformance('Drupal on PostgreSQL', () => drupalWorld('postgres'));
conformance('Drupal on SQLite', () => drupalWorld('sqlite'));
