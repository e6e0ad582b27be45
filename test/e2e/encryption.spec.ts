import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from './console.ts';
import { openView, picture, seriousFindings } from './looking.ts';

const PROGRAM = join(import.meta.dirname, '../../out/main/cli.js');
const PASSPHRASE = 'seven green umbrellas';

test('the window of an encrypted profile asks for its passphrase, says when it is wrong, and then works', async ({
  open,
  demo,
  folder,
}) => {
  const first = await demo();
  await openView(first.page, 'Settings');
  const plain = first.page.getByRole('region', { name: 'Encryption of the mirror' });
  await expect(plain).toContainText('The mirror is not encrypted');
  await expect(plain).toContainText(`encrypt --profile ${first.profile}`);
  await first.app.close();
  const file = join(folder, 'passphrase');
  writeFileSync(file, `${PASSPHRASE}\n`, { mode: 0o600 });
  await promisify(execFile)(process.execPath, [
    PROGRAM,
    'encrypt',
    '-p',
    first.profile,
    '--passphrase-file',
    file,
  ]);

  const { page } = await open({ profile: first.profile });
  await expect(page.getByRole('heading', { name: 'The mirror is encrypted' })).toBeVisible();
  await expect(page.getByLabel('Passphrase')).toBeFocused();
  expect(await seriousFindings(page)).toEqual([]);
  await picture(page, 'unlock');
  await page.keyboard.type('seven green umbrella');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('not the passphrase of this mirror');
  expect(await seriousFindings(page)).toEqual([]);
  await picture(page, 'unlock-wrong');
  await page.getByLabel('Passphrase').fill(PASSPHRASE);
  await page.keyboard.press('Enter');

  await openView(page, 'Sessions');
  await expect(page.getByRole('grid').getByRole('row').nth(3)).toBeVisible();
  await openView(page, 'Audit');
  await expect(page.getByRole('region', { name: 'Events' }).getByRole('row').nth(3)).toBeVisible();
  await openView(page, 'Settings');
  const part = page.getByRole('region', { name: 'Encryption of the mirror' });
  await expect(part).toContainText('The mirror is encrypted');
  await expect(part).toContainText('passphrase --profile');
  expect(await seriousFindings(page)).toEqual([]);
});

test('a window on an encrypted profile is closed without its passphrase', async ({ open, folder }) => {
  const file = join(folder, 'passphrase');
  const profile = join(folder, 'profile');
  writeFileSync(file, `${PASSPHRASE}\n`, { mode: 0o600 });
  await promisify(execFile)(process.execPath, [PROGRAM, 'encrypt', '-p', profile, '--passphrase-file', file]);
  const { app, page } = await open({ profile });
  await expect(page.getByRole('heading', { name: 'The mirror is encrypted' })).toBeVisible();
  await app.close();
});
