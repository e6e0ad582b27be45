import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import { build } from 'vite';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
};
const root = process.cwd();

/** A page of ours, bundled and served to this machine only. */
export interface HostedPage {
  /** Ends with the name of the page. */
  readonly url: string;
  readonly folder: string;
  stop(): void;
}

/** Bundles a page as the product's window is bundled. @param html from the root of the checkout */
export async function hostPage(html: string): Promise<HostedPage> {
  const folder = mkdtempSync(join(tmpdir(), 'watchfloor-page-'));
  const out = join(folder, 'page');
  const name = html.split('/').at(-1) ?? '';
  await build({
    root: join(root, html.slice(0, -name.length)),
    configFile: false,
    logLevel: 'error',
    build: { outDir: out, target: 'chrome130', rolldownOptions: { input: join(root, html) } },
  });
  const server = createServer((request, response) => {
    const file = normalize(join(out, new URL(request.url ?? '/', 'http://localhost').pathname));
    try {
      if (!file.startsWith(out)) throw new Error('outside');
      const content = readFileSync(file);
      response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/${name}`,
    folder,
    stop() {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What starts a plain window on a page in the real Electron. */
export function pageWindowCommand(
  page: Pick<HostedPage, 'url' | 'folder'>,
  size: { readonly width: number; readonly height: number },
): { readonly executablePath: string; readonly args: string[] } {
  const executablePath = process.env['WATCHFLOOR_ELECTRON'];
  if (executablePath === undefined) {
    throw new Error('WATCHFLOOR_ELECTRON is not set: use npm test or npm run bench, which set up Electron.');
  }
  const args = [
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    join(root, 'scripts/lib/page-window'),
    `--page=${page.url}`,
    `--size=${String(size.width)}x${String(size.height)}`,
    `--data=${join(page.folder, 'data')}`,
  ];
  return { executablePath, args };
}

/** Opens it, for Playwright to look at. */
export async function openPage(
  page: HostedPage,
  size: { readonly width: number; readonly height: number },
): Promise<{ readonly app: ElectronApplication; readonly window: Page }> {
  const app = await _electron.launch(pageWindowCommand(page, size));
  return { app, window: await app.firstWindow() };
}
