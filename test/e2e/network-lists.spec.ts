import { expect, test } from './console.ts';

const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

test('a list of networks is loaded, refused by its lines, shown with its date and removed', async ({
  open,
}) => {
  const { page } = await open();
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByLabel('Find a setting').fill('vpn');
  const part = page.getByRole('region', { name: 'Lists of networks' });
  await expect(part.getByText('None is loaded')).toBeVisible();
  const choose = part.getByLabel('List of networks', { exact: true });
  await choose.setInputFiles(file('exits.txt', '# kind: vpn\n198.51.100.0/24\nnonsense\n'));
  await expect(part.getByText(/line 3: "nonsense" is no CIDR/)).toBeVisible();
  await expect(part.getByText('None is loaded')).toBeVisible();

  await choose.setInputFiles(
    file('exits.txt', '# name: Company VPNs\n# kind: vpn\n# date: 2026-11-01\n198.51.100.0/24\nAS64500\n'),
  );
  const row = part.getByRole('row', { name: /Company VPNs/ });
  await expect(row).toContainText('2026-11-01');
  await expect(row).toContainText('vpn');
  await expect(part.getByText('nonsense')).toHaveCount(0);
  await page.screenshot({ path: 'test-results/network-lists.png' });

  // By the keyboard too: the button itself opens the choice of a file.
  const asked = page.waitForEvent('filechooser');
  await part.getByRole('button', { name: 'Load a list…' }).focus();
  await page.keyboard.press('Enter');
  await (await asked).setFiles(file('own.yaml', 'networks:\n  - cidr: 203.0.113.0/24\n    trusted: true\n'));
  await expect(part.getByRole('row', { name: /own-networks/ })).toContainText('own networks');

  await part.getByRole('button', { name: 'Remove exits.txt' }).click();
  await expect(row).toHaveCount(0);
});
