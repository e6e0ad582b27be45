import { conformance } from './suite.ts';
import { wordpressWorld } from './worlds/wordpress-world.ts';

conformance('WordPress on MariaDB', () => wordpressWorld('wp_', false));
conformance('A network of WordPress sites on MariaDB, with another prefix', () =>
  wordpressWorld('net_', true),
);
