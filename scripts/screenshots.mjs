// Takes the pictures of README and docs from the real console on its demo environment: `node scripts/screenshots.mjs`.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright';

const root = join(import.meta.dirname, '..');
const target = join(root, 'docs', 'images');
const executablePath = process.env['WATCHFLOOR_ELECTRON'];
if (executablePath === undefined) {
  process.stderr.write('Set WATCHFLOOR_ELECTRON to the Electron executable (npm run setup prints it).\n');
  process.exit(1);
}
mkdirSync(target, { recursive: true });

/** Views to show, by the name of their link. */
const VIEWS = [
  'Watch',
  'Sessions',
  'People',
  'Detections',
  'Audit',
  'Investigate',
  'Response',
  'Rules',
  'Environments',
  'Settings',
];

/** @param {'dark' | 'light'} theme @param {number} width @param {number} height @param {readonly string[]} views @param {string} folder */
async function shoot(theme, width, height, views, folder) {
  const profile = mkdtempSync(join(tmpdir(), 'watchfloor-pictures-'));
  const layout = { window: `0,0,${width},${height}` };
  writeFileSync(join(profile, 'settings.json'), JSON.stringify({ theme, layout, demo: true }));
  const app = await _electron.launch({
    executablePath: /** @type {string} */ (executablePath),
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root, `--profile=${profile}`],
  });
  try {
    const page = await app.firstWindow();
    await page.locator('.wf-cluster').first().waitFor({ timeout: 180_000 });
    // The past arrives and is learnt from; detections follow.
    await page.waitForTimeout(45_000);
    for (const view of views) {
      await page.getByRole('link', { name: view, exact: true }).click();
      // The theft of the demo, with its evidence.
      if (view === 'Detections') {
        await page
          .getByTestId('detection')
          .getByRole('button', { name: /Session used by another client/ })
          .first()
          .click({ timeout: 180_000 });
      }
      await page.waitForTimeout(1_500);
      const name = `${view.toLowerCase()}-${theme}-${width}.png`;
      await page.screenshot({ path: join(folder, name) });
      process.stderr.write(`${name}\n`);
    }
    if (views.includes('Investigate')) {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Search and commands' }).fill('yesterday 03:10');
      await page.getByRole('option', { name: /^Who was signed in at/ }).waitFor();
      await page.screenshot({ path: join(folder, `palette-${theme}-${width}.png`) });
      await page.keyboard.press('Escape');
    }
    if (views.includes('People')) {
      await page.getByRole('link', { name: 'People', exact: true }).click();
      await page
        .getByRole('region', { name: 'People' })
        .getByRole('row')
        .nth(1)
        .getByRole('link')
        .first()
        .click();
      await page
        .getByTestId('person')
        .getByRole('img', { name: /^Map of/ })
        .waitFor();
      await page.waitForTimeout(1_000);
      await page.screenshot({ path: join(folder, `person-${theme}-${width}.png`) });
    }
  } finally {
    await app.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

const folder = process.argv[2] ?? target;
await shoot('dark', 1440, 900, VIEWS, folder);
await shoot('light', 1440, 900, ['Watch', 'Environments'], folder);
if (process.argv.includes('--sizes')) {
  await shoot('dark', 1280, 800, VIEWS, folder);
  await shoot('light', 2560, 1440, VIEWS, folder);
}
