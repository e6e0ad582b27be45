import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'vite';
import { spawnBound } from './lib/child.mjs';
import { hasDisplay } from './lib/display.mjs';
import { root } from './lib/paths.mjs';
import { superviseGroup } from './lib/process-tree.mjs';
import { fail, say, SetupError } from './lib/report.mjs';
import { setup } from './setup.mjs';

// Every component in every state, in the real Electron, and again with every change of its source: `npm run gallery`.

/** @returns {Promise<number>} exit code */
async function gallery() {
  if (!hasDisplay()) throw new SetupError('There is no display to show the gallery on: set DISPLAY.');
  const { electron } = await setup({ need: { electron: true } });
  if (!electron) return 1;
  const server = await createServer({
    root: join(root, 'test/gallery'),
    configFile: false,
    logLevel: 'warn',
    cacheDir: join(root, '.cache/gallery'),
    server: { host: '127.0.0.1', fs: { allow: [root] } },
  });
  await server.listen();
  const data = await mkdtemp(join(tmpdir(), 'watchfloor-gallery-'));
  try {
    const page = server.resolvedUrls?.local[0] ?? '';
    say(`the gallery is at ${page} as long as its window is open.`);
    const child = spawnBound(
      electron.executable,
      [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        join(root, 'scripts/lib/page-window'),
        `--page=${page}index.html`,
        '--size=1280x900',
        `--data=${data}`,
      ],
      { stdio: ['ignore', 'inherit', 'ignore'], detached: true },
    );
    return await superviseGroup(child);
  } finally {
    await server.close();
    await rm(data, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await gallery();
} catch (error) {
  fail(error);
}
