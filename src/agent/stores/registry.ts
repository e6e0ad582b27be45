import { demoStore } from './demo/demo-kind.ts';
import { drupalKind } from './drupal/drupal-kind.ts';
import { expressKind } from './express/express-kind.ts';
import { djangoKind } from './django/django-kind.ts';
import { laravelKind } from './laravel/laravel-kind.ts';
import { wordpressKind } from './wordpress/wordpress-kind.ts';
import { registerKind, type RegisteredKind } from './store-kind.ts';

/**
 * Every kind of store an agent can be pointed at. An adapter's folder exports a StoreKind
 * (see store-kind.ts) and is added here with `registerKind`.
 */
export const STORE_KINDS: readonly RegisteredKind[] = [
  registerKind(demoStore),
  registerKind(drupalKind),
  registerKind(wordpressKind),
  registerKind(laravelKind),
  registerKind(djangoKind),
  registerKind(expressKind),
];
