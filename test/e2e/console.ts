import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { _electron, errors, test as base, type ElectronApplication, type Page } from '@playwright/test';
import { agentsAreLive, foldMirror, pastIsRead } from './demo-past.ts';

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
  /** A profile whose copy is begun with; its settings and windows are not taken over. */
  readonly from?: string;
  readonly theme?: 'dark' | 'light';
  readonly width?: number;
  readonly height?: number;
}

const root = join(import.meta.dirname, '..', '..');

/** What windows remember, and what says that a program runs on a profile. */
const NOT_COPIED = /^(?:windows\.json|engine\.(?:sock|json)|Singleton.*)$/;

/** How long the first start of the demo may take, until everything of its past is evaluated. */
const PAST_MS = 600_000;

/** How long each start may take. Nearly all take two seconds; a busy machine gets more time with every try. */
const FOUND_MS = [6_000, 15_000, 30_000, 60_000, 60_000];

/**
 * Starts the console from the checkout's build, as `npm start` would. Playwright attaches to a program that runs already:
 * now and then its window appears at the very moment of that, or another process writes into a line of the error output
 * that says where the program is, and then Playwright waits for a program that runs well. It is started anew.
 */
async function launchConsole(options: LaunchOptions = {}): Promise<Console> {
  const executablePath = process.env['WATCHFLOOR_ELECTRON'];
  if (executablePath === undefined) {
    throw new Error(
      'WATCHFLOOR_ELECTRON is not set: run these tests with `npm test`, which sets up Electron.',
    );
  }
  for (const [launch, timeout] of FOUND_MS.entries()) {
    const profile = options.profile ?? freshProfile(options);
    try {
      const app = await _electron.launch({
        executablePath,
        args: [
          ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
          '--log-level=3',
          root,
          `--profile=${profile}`,
        ],
        env: { ...process.env, NODE_ENV: 'production' },
        timeout,
      });
      const page = await app.firstWindow();
      return { app, page, profile };
    } catch (error) {
      const notFound = error instanceof errors.TimeoutError && error.message.includes('electron.launch');
      if (!notFound || launch === FOUND_MS.length - 1) throw error;
      if (options.profile === undefined) await removeFolder(profile);
    }
  }
  throw new Error('no start was tried');
}

function freshProfile(options: LaunchOptions): string {
  const profile = mkdtempSync(join(tmpdir(), 'watchfloor-e2e-'));
  if (options.from !== undefined) {
    cpSync(options.from, profile, { recursive: true, filter: (path) => !NOT_COPIED.test(basename(path)) });
  }
  const settings = {
    demo: options.demo ?? false,
    theme: options.theme ?? 'dark',
    layout: { window: `0,0,${String(options.width ?? 1440)},${String(options.height ?? 900)}` },
  };
  writeFileSync(join(profile, 'settings.json'), JSON.stringify(settings));
  return profile;
}

interface Fixtures {
  /** Launches consoles and closes them, whatever happens, after the test. */
  readonly open: (options?: LaunchOptions) => Promise<Console>;
  /**
   * Launches the demo as it is when it is started again, its agents connected: its past is read and evaluated. What the first start does is for
   * those tests that are about it; a machine that is busy with it shows others their pages late.
   */
  readonly demo: (options?: LaunchOptions) => Promise<Console>;
  readonly folder: string;
}
interface WorkerFixtures {
  /** The profile of a demo that was started once, has read its past and was closed. Nobody changes it. */
  readonly demoPast: string;
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

export const test = base.extend<Fixtures, WorkerFixtures>({
  demoPast: [
    async ({}, use) => {
      const { app, page, profile } = await launchConsole({ demo: true });
      try {
        await pastIsRead(page);
        await app.close();
        foldMirror(profile);
        await use(profile);
      } finally {
        await app.close().catch(() => app.process().kill('SIGKILL'));
        await removeFolder(profile);
      }
    },
    { scope: 'worker', timeout: PAST_MS },
  ],
  demo: async ({ open, demoPast }, use) => {
    await use(async (options) => {
      const console = await open({ demo: true, from: demoPast, ...options });
      await agentsAreLive(console.page);
      return console;
    });
  },
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
