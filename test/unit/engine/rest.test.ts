import { expect, test } from 'vitest';
import { watchRest } from '#shared/domain/rest-watch.ts';

/** What a process used between one look and the next, ms. @returns at which looks, counted from 1, it had come to rest */
function restsAt(used: readonly number[]): readonly number[] {
  const watch = watchRest();
  let sum = 0;
  return used.flatMap((each, index) => {
    sum += each;
    if (!watch.look(sum)) return [];
    // Giving memory back is work too.
    sum += 60;
    watch.rested(sum);
    return [index + 1];
  });
}

test('a process that has worked rests once it has been quiet for two looks, and not again before it has worked', () => {
  expect(restsAt([900, 5, 5, 5, 5, 5])).toEqual([3]);
  expect(restsAt([900, 5, 5, 5, 400, 5, 5, 5])).toEqual([3, 7]);
});

test('one that goes on working, or whose pauses are short, is left alone', () => {
  expect(restsAt([900, 500, 41, 500, 41, 41, 700])).toEqual([]);
  expect(restsAt([900, 5, 300, 5, 300, 5, 300])).toEqual([]);
});

test('small work adds up until it is worth a rest', () => {
  expect(restsAt([900, 5, 5, ...Array.from({ length: 9 }, () => 30)])).toEqual([3, 12]);
});

test('a process that has hardly done anything has nothing to give back', () => {
  expect(restsAt([100, 5, 5, 5, 5])).toEqual([]);
});
