import { fork } from 'node:child_process';
import { openEngineGeo } from '#engine/open-geo.ts';
import { startProduct } from './product.ts';

/** Runs when the program is started as `<program> open <profile>`: an engine, from nothing to its first page. */
export async function openAndAsk(profile: string): Promise<void> {
  const data = await openEngineGeo(process.cwd(), profile);
  const product = startProduct(profile, data);
  const { signal } = new AbortController();
  await product.engine.handlers.figures({}, signal);
  const page = await product.engine.handlers['sessions.page'](
    {
      filter: { state: 'live' },
      sort: { by: 'lastSeenAt', descending: true },
      cursor: null,
      offset: 0,
      limit: 100,
    },
    signal,
  );
  process.send?.({ rows: page.rows.length });
  await product.stop();
  process.exit(0);
}

/** From the start of an engine's process on a profile to its first figures and first page, ms. */
export async function opening(profile: string): Promise<number> {
  const start = performance.now();
  const child = fork(process.argv[1] ?? '', ['open', profile], { execArgv: [] });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the engine ended with ${String(code)}`));
    });
  });
  const took = new Promise<number>((resolve) => {
    child.once('message', () => {
      resolve(performance.now() - start);
    });
  });
  await ended;
  return took;
}
