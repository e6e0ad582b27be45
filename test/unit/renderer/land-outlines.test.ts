import { expect, test } from 'vitest';
import { LAND_WORLD } from '#renderer/map/land-world.ts';
import { outlinesOf, type Atlas, type Countries } from '#renderer/map/land-outlines.ts';

// Two squares side by side, with one line of the atlas between them: the border.
const atlas = {
  type: 'Topology',
  arcs: [
    [
      [0, 10],
      [0, 0],
    ],
    [
      [0, 0],
      [-10, 0],
      [-10, 10],
      [0, 10],
    ],
    [
      [0, 0],
      [10, 0],
      [10, 10],
      [0, 10],
    ],
  ],
  objects: {
    countries: {
      type: 'GeometryCollection',
      geometries: [
        { type: 'Polygon', id: '056', properties: { name: 'Belgium' }, arcs: [[0, 1]] },
        {
          type: 'MultiPolygon',
          id: '442',
          properties: { name: 'Luxembourg' },
          arcs: [[[0, 2]]],
        },
        { type: 'Polygon', properties: { name: 'Nowhere' }, arcs: [] },
      ],
    },
  },
} as unknown as Atlas & { readonly objects: { readonly countries: Countries } };

test('countries are lines of projected points with their codes, and what two of them share is the border', () => {
  const { points, lineEnds, countryEnds, codes } = outlinesOf(atlas);
  expect(codes).toEqual(['BE', 'LU', null]);
  expect([...countryEnds]).toEqual([1, 2, 2]);
  expect(lineEnds).toHaveLength(3);
  const middle = LAND_WORLD / 2;
  const line = (number: number): readonly number[] => [
    ...points.subarray(number === 0 ? 0 : lineEnds[number - 1], lineEnds[number]),
  ];
  const xOf = (number: number): readonly number[] => line(number).filter((_, at) => at % 2 === 0);
  // The first lies west of Greenwich, the second east of it; their rings are closed.
  expect(Math.max(...xOf(0))).toBe(middle);
  expect(Math.min(...xOf(1))).toBe(middle);
  expect(line(0).slice(0, 2)).toEqual(line(0).slice(-2));
  // The border runs along Greenwich, from 10 degrees north to the equator.
  expect(new Set(xOf(2))).toEqual(new Set([middle]));
  expect(line(2)).toHaveLength(4);
});

test('a country over the antimeridian is drawn on both sides', () => {
  const over = {
    type: 'Topology',
    arcs: [
      [
        [170, 0],
        [-170, 0],
        [-170, 10],
        [170, 10],
        [170, 0],
      ],
    ],
    objects: {
      countries: {
        type: 'GeometryCollection',
        geometries: [{ type: 'Polygon', id: '242', properties: {}, arcs: [[0]] }],
      },
    },
  } as unknown as typeof atlas;
  const { points, countryEnds } = outlinesOf(over);
  expect([...countryEnds]).toEqual([2]);
  const xs = [...points].filter((_, at) => at % 2 === 0);
  expect(Math.max(...xs)).toBeGreaterThan(LAND_WORLD);
  expect(Math.min(...xs)).toBeLessThan(0);
});
