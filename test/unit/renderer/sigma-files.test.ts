import { expect, test } from 'vitest';
import { rulesFromFiles } from '#renderer/store/sigma-actions.ts';

const file = (name: string, text: string) => ({ name, text: () => Promise.resolve(text) });

test('chosen files are sent under their names, and what the import would not take is said by name', async () => {
  await expect(rulesFromFiles([file('a.yml', 'title: A'), file('b.yml', '')])).resolves.toEqual([
    { name: 'a.yml', text: 'title: A' },
    { name: 'b.yml', text: '' },
  ]);
  await expect(rulesFromFiles([file('a.yml', '1'), file('a.yml', '2')])).rejects.toThrow(
    'Two of the files are named a.yml',
  );
  await expect(rulesFromFiles([file('long.yml', 'x'.repeat(1_000_001))])).rejects.toThrow(
    'long.yml is larger than 1,000,000 characters',
  );
  const many = Array.from({ length: 501 }, (_, n) => file(`${String(n)}.yml`, ''));
  await expect(rulesFromFiles(many)).rejects.toThrow('501 files are more than 500');
});
