import { expect, test } from 'vitest';
import { turnsNeeded, unwrapRing } from '#renderer/map/unwrap.ts';

test('a ring across the antimeridian goes on beyond it and is drawn on both sides', () => {
  const ring = unwrapRing([
    [170, 60],
    [-170, 60],
    [-170, 70],
    [170, 70],
    [170, 60],
  ]);
  expect(ring.map(([longitude]) => longitude)).toEqual([170, 190, 190, 170, 170]);
  expect(turnsNeeded(ring)).toEqual([0, -1]);
});

test('a ring around the south pole is closed over the pole', () => {
  const ring = unwrapRing([
    [-170, -70],
    [-60, -65],
    [60, -66],
    [170, -70],
    [-170, -70],
  ]);
  expect(ring.slice(-2).map(([, latitude]) => latitude)).toEqual([-89.9, -89.9]);
  expect(ring.at(-2)?.[0]).toBe(190);
  expect(ring.at(-1)?.[0]).toBe(-170);
});

test('an ordinary ring stays as it is', () => {
  const ring = [
    [0, 0],
    [10, 0],
    [10, 10],
    [0, 0],
  ];
  expect(unwrapRing(ring)).toEqual(ring);
  expect(turnsNeeded(ring)).toEqual([0]);
});
