import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import Database from 'better-sqlite3';

const DEMO = ['shop', 'intranet', 'blog'] as const;

/** Events that are evaluated between two looks when nothing but the present is left to be evaluated. */
const A_FEW = 200;
/** Fewer than all of the past. */
const A_PAST = 5_000;
/** The figures are read every two seconds. */
const LOOK_MS = 3_000;

/** Waits until all three agents are connected: what they told is shown before, and nothing can be asked of them yet. */
export async function agentsAreLive(page: Page): Promise<void> {
  for (const name of DEMO)
    await expect(page.getByTestId(`connection-${name}`)).toHaveAttribute('title', /: Live/, {
      timeout: 300_000,
    });
}

/** Waits until the three agents' past is in the mirror and the detections have seen it. */
export async function pastIsRead(page: Page): Promise<void> {
  const patient = { timeout: 300_000 };
  const open = (name: string) => page.getByRole('link', { name, exact: true }).click();
  await open('Environments');
  for (const name of DEMO) {
    const environment = page.getByTestId(`environment-${name}`);
    await expect(environment.getByTestId('state-sentence')).toContainText(/live/i, patient);
    const more = environment.getByRole('button', { name: 'More' });
    if (await more.isVisible()) await more.click();
    await expect(environment.getByText(/^read, [\d,]+ events$/)).toBeVisible(patient);
  }
  await open('Detections');
  await open('Figures');
  const evaluated = page
    .getByRole('region', { name: 'Figures' })
    .getByLabel('Events')
    .getByRole('definition')
    .first();
  let before = 0;
  await expect(async () => {
    const now = Number(((await evaluated.textContent()) ?? '').replaceAll(',', ''));
    const more = now - before;
    before = now;
    // What is happening now brings a few.
    expect(more).toBeLessThan(A_FEW);
    expect(now).toBeGreaterThan(A_PAST);
  }).toPass({ ...patient, intervals: [LOOK_MS] });
}

/** Writes what lies in the mirror's log into its file, so that there is half as much to copy. @throws when a program still has it open */
export function foldMirror(profile: string): void {
  const mirror = new Database(join(profile, 'mirror.db'));
  try {
    expect(mirror.pragma('wal_checkpoint(TRUNCATE)')).toEqual([{ busy: 0, log: 0, checkpointed: 0 }]);
  } finally {
    mirror.close();
  }
}
