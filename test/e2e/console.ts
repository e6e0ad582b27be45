import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, test as base, type ElectronApplication, type Page } from '@playwright/test';

/** A console under test: the real application on a profile of its own. */
export interface Console {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly profile: string;
}

export interface LaunchOptions {
  /** An existing profile; absent: a fresh one. */
  readonly profile?: string;
  readonly demo?: boolean;
  readonly theme?: 'dark' | 'light';
  readonly width?: number;
  readonly height?: number;
}

const root = join(import.meta.dirname, '..', '..');

/** Starts the console from the checkout's build, as `npm start` would. */
async function launchConsole(options: LaunchOptions = {}): Promise<Console> {
  const executablePath = process.env['WATCHFLOOR_ELECTRON'];
  if (executablePath === undefined) {
    throw new Error(
      'WATCHFLOOR_ELECTRON is not set: run these tests with `npm test`, which sets up Electron.',
    );
  }
  const profile = options.profile ?? mkdtempSync(join(tmpdir(), 'watchfloor-e2e-'));
  if (options.profile === undefined) {
    const settings = {
      demo: options.demo ?? false,
      theme: options.theme ?? 'dark',
      layout: { window: `0,0,${String(options.width ?? 1440)},${String(options.height ?? 900)}` },
    };
    writeFileSync(join(profile, 'settings.json'), JSON.stringify(settings));
  }
  const app = await _electron.launch({
    executablePath,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root, `--profile=${profile}`],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const page = await app.firstWindow();
  return { app, page, profile };
}

interface Fixtures {
  /** Launches consoles and closes them, whatever happens, after the test. */
  readonly open: (options?: LaunchOptions) => Promise<Console>;
  readonly folder: string;
}

/**
 * Removes a folder whose programs may still write their last lines: what is new in it is found when it is tried again
 * from the beginning.
 */
async function removeFolder(folder: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      rmSync(folder, { recursive: true, force: true });
      return;
    } catch (error) {
      if (tries === 60) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

export const test = base.extend<Fixtures>({
  open: async ({}, use) => {
    const opened: Console[] = [];
    await use(async (options) => {
      const console = await launchConsole(options);
      opened.push(console);
      return console;
    });
    // All of them first: two may have had one profile.
    for (const { app } of opened) await app.close().catch(() => app.process().kill('SIGKILL'));
    for (const { profile } of opened) await removeFolder(profile);
  },
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'watchfloor-e2e-'));
    await use(folder);
    await removeFolder(folder);
  },
});
export { expect } from '@playwright/test';
