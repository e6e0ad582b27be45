import { conformance } from './suite.ts';
import { expressPostgresWorld } from './worlds/express-postgres-world.ts';
import { expressRedisWorld } from './worlds/express-redis-world.ts';

conformance('Express on Redis, which tells of changes', () => expressRedisWorld(true));
conformance('Express on Redis, which does not, with a prefix full of pattern marks', () =>
  expressRedisWorld(false, 'app[1]*?:sess:'),
);
conformance('Express on PostgreSQL', () => expressPostgresWorld());
conformance('Express on PostgreSQL, connections in another time zone and a table of another name', () =>
  expressPostgresWorld('web Sessions', 'Asia/Kolkata'),
);
