import { demoStore } from './demo/demo-kind.ts';
import { drupalKind } from './drupal/drupal-kind.ts';
import { expressKind } from './express/express-kind.ts';
import { registerKind, type RegisteredKind } from './store-kind.ts';

/**
 * Every kind of store an agent can be pointed at. An adapter's folder exports a StoreKind
 * (see store-kind.ts) and is added here with `registerKind`.
 */
export const STORE_KINDS: readonly RegisteredKind[] = [
  registerKind(demoStore),
  registerKind(drupalKind),
  registerKind(expressKind),
];
