// needs: window
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { _electron } from '@playwright/test';
import { build } from 'vite';
import { note, quick, row } from './parts/report.ts';
import type { MapFound } from './window/map-page.ts';

// The map as the window draws it, in a real Electron, beside the plainest overlay that there is.

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};
const root = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'watchfloor-bench-window-'));

async function bundle(): Promise<string> {
  const out = join(folder, 'page');
  await build({
    root: join(root, 'test/bench/window'),
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir: out,
      target: 'chrome130',
      rolldownOptions: { input: join(root, 'test/bench/window/map.html') },
    },
  });
  return out;
}

const page = await bundle();
const server = createServer((request, response) => {
  const file = normalize(join(page, new URL(request.url ?? '/', 'http://localhost').pathname));
  try {
    if (!file.startsWith(page)) throw new Error('outside');
    const content = readFileSync(file);
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' });
    response.end(content);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;

const program = join(folder, 'program');
mkdirSync(program);
writeFileSync(
  join(program, 'package.json'),
  JSON.stringify({ name: 'window-bench', version: '0.0.0', main: 'main.cjs' }),
);
writeFileSync(
  join(program, 'main.cjs'),
  `const { app, BrowserWindow } = require('electron');
   app.setPath('userData', ${JSON.stringify(join(folder, 'data'))});
   app.whenReady().then(() => new BrowserWindow({ width: 1440, height: 900, backgroundColor: '#0c1015' })
     .loadURL('http://127.0.0.1:${port}/map.html'));`,
);
const executablePath = process.env['WATCHFLOOR_ELECTRON'];
if (executablePath === undefined) throw new Error('WATCHFLOOR_ELECTRON is not set: use npm run bench.');
const app = await _electron.launch({
  executablePath,
  args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), program],
});
try {
  const window = await app.firstWindow();
  await window.waitForFunction('"measureMap" in globalThis');
  for (const count of quick ? [10_000] : [100_000, 500_000]) {
    const found = await window.evaluate<MapFound>(`measureMap(${count})`);
    console.log(`  ${count}: ${JSON.stringify(found)}`);
    const name = count === 500_000 ? '500k' : count === 100_000 ? '100k' : 'few';
    const words = count.toLocaleString('en-GB');
    row({
      name: `map-redraw-${name}`,
      what: `map of ${words} sessions gathered and drawn, against every point as bare pixels`,
      product: found.product,
      ceiling: found.ceiling,
      unit: 'ms',
      goal: 2,
      better: 'lower',
      quote: count === 500_000,
    });
    const frames = { unit: 'ms', ceiling: 17, goal: 1, better: 'lower' } as const;
    row({
      ...frames,
      name: `map-panning-${name}`,
      what: `95 % of frames while panning over ${words} sessions`,
      product: found.panning,
    });
    row({
      ...frames,
      name: `map-changing-${name}`,
      what: `95 % of frames while 1,000 of ${words} sessions change per second`,
      product: found.changing,
    });
    row({
      name: `map-blocked-${name}`,
      what: `longest time in which the window could not answer meanwhile, ${words} sessions`,
      product: found.blocked,
      ceiling: 50,
      unit: 'ms',
      goal: 1,
      better: 'lower',
    });
  }
  note(
    'Each session at a place of its own, the worst case: real places repeat, and are counted before they are drawn.',
  );
  note('The window’s worker, layers and Leaflet on a page of their own, 1440 × 900, software rendering.');
} finally {
  await app.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
}
