import { expect, test } from 'vitest';
import { createJumping } from '#engine/mirror/jumping.ts';

/** A list in which somebody jumps at these instants, ms. @returns when it is calm for whoever asks at 0 */
async function calmAt(jumps: readonly number[]): Promise<number> {
  let at = 0;
  const left = [...jumps];
  const jumping = createJumping({
    now: () => at,
    wait: (ms) => {
      const until = at + ms;
      for (let next = left[0]; next !== undefined && next <= until; next = left[0]) {
        at = next;
        jumping.jumped();
        left.shift();
      }
      at = until;
      return Promise.resolve();
    },
  });
  if (left[0] === 0) {
    jumping.jumped();
    left.shift();
  }
  await jumping.calm();
  return at;
}

test('it is calm where nobody jumps', async () => {
  expect(await calmAt([])).toBe(0);
});

test('it is calm a moment after the last jump, each of which came soon after the one before', async () => {
  expect(await calmAt([0])).toBe(400);
  expect(await calmAt([0, 200, 500])).toBe(900);
  expect(await calmAt([0, 200, 2_000])).toBe(600);
});

test('what is done meanwhile is not put off for ever', async () => {
  expect(await calmAt(Array.from({ length: 100 }, (_, number) => number * 200))).toBe(4_000);
});
