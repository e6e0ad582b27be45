import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { HEAP_MB } from '#agent/stores/parse/parse-error.ts';
import { readTokens } from '#agent/stores/wordpress/session-tokens.ts';

const program = join(import.meta.dirname, 'worst-inputs.ts');

test(
  'every parser reads or refuses the largest and worst inputs within the stated memory, and touches no prototype',
  { timeout: 180_000 },
  async () => {
    // A parser that takes more is ended by its process, one that takes ever longer by the time.
    const heap = `--max-old-space-size=${String(HEAP_MB)}`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', heap, program], {
      timeout: 170_000,
    });
    const { ran, read } = z.object({ ran: z.int(), read: z.int() }).parse(JSON.parse(stdout));
    expect(ran).toBeGreaterThan(200);
    expect(read).toBeGreaterThan(100);
  },
);

test('tokens that are the whole array again, by reference, are no tokens and cost nothing', () => {
  const entries = Array.from({ length: 50_000 }, (_, at) => `i:${String(at)};R:1;`).join('');
  expect(readTokens(Buffer.from(`a:50000:{${entries}}`))).toEqual([]);
});
