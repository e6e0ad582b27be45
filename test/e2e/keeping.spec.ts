import { expect, test } from './console.ts';

test('how long things are kept: what a limit deletes is said before it is saved, and done', async ({
  demo,
}) => {
  const { page } = await demo();
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  const part = page.getByRole('region', { name: 'How long things are kept' });
  await expect(part.getByText('Nothing has been deleted so far.')).toBeVisible();
  // Thirty days of history are read back; what is older than that is what can be deleted.
  await expect(part.getByText(/^[1-9][\d,]{3,} events/)).toBeVisible({ timeout: 60_000 });
  await part.getByLabel('Events of shop').click();
  await page.getByRole('option', { name: '30 days' }).click();
  await part.getByLabel('Ended sessions of Every environment').click();
  await page.getByRole('option', { name: '30 days' }).click();
  await expect(part.getByText(/deletes .* within the hour|Nothing is older/)).toBeVisible({
    timeout: 20_000,
  });
  await part.getByRole('button', { name: 'Save' }).click();
  await expect(part.getByRole('button', { name: 'Delete what is due now' })).toBeVisible();
  await expect(part.getByLabel('Events of shop')).toContainText('30 days');
  await expect(part.getByLabel('Events of blog')).toContainText('As every environment');
  await page.screenshot({ path: 'test-results/keeping.png' });
});
